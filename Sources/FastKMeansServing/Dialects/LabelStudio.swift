import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams
import FastKMeansText

/// What Label Studio asks of a backend that labels ahead: answers to tasks, and to be told what people annotated.
///
/// A project has one `Choices` over one `Text`; the first model answers and learns.
extension Serving {
  /// `POST /label-studio/setup`: says which version will answer, so that Label Studio knows old predictions.
  func setUpLabelStudio(_ request: ServingRequest) throws -> ServingReply {
    let json = try JSON.parse(request.body, maxDepth: limits.depth)
    if case .string(let schema)? = json["schema"] { _ = try LabelStudioForm(schema) }
    return ServingReply(.fields(["model_version": .string(try shelf.model().version)]))
  }

  /// `POST /label-studio/predict`: a choice with its confidence for each task, none where no class fits.
  func predictForLabelStudio(_ request: ServingRequest) throws -> ServingReply {
    let model = try shelf.model()
    let json = try JSON.parse(request.body, maxDepth: limits.depth)
    guard case .array(let tasks)? = json["tasks"], case .string(let config)? = json["label_config"] else {
      throw ServingError.invalid("the body needs 'tasks', a list, and 'label_config', a text")
    }
    guard tasks.count <= limits.rows else {
      throw ServingError.tooLarge("there are \(tasks.count) tasks; allowed: \(limits.rows) in a request")
    }
    let form = try LabelStudioForm(config)
    var documents = UTF8Documents()
    for task in tasks { documents.append(try form.text(of: task, limits)) }
    let answers = tasks.isEmpty ? [] : try classify(model, .text(documents, labels: nil), top: 1)
    return ServingReply(
      .fields([
        "results": .array(
          answers.map { answer in
            let choice = JSON.fields([
              "from_name": .string(form.choices), "to_name": .string(form.text), "type": "choices",
              "value": .fields(["choices": [.string(answer.label.description)]]),
            ])
            return .fields([
              "model_version": .string(model.version), "score": .single(answer.confidence),
              "result": answer.isRejected ? [] : [choice],
            ])
          })
      ]))
  }

  /// `POST /label-studio/webhook`: learns an annotation that was made or changed; other events do nothing.
  ///
  /// A changed annotation is learned beside what it was: nobody can tell whether that is in the state still.
  func learnFromLabelStudio(_ request: ServingRequest) async throws -> ServingReply {
    let live = try shelf.learner(nil)
    let json = try JSON.parse(request.body, maxDepth: limits.depth)
    guard case .string(let action)? = json["action"] else {
      throw ServingError.invalid("the body needs 'action', a text")
    }
    var learned = 0
    if ["ANNOTATION_CREATED", "ANNOTATION_UPDATED"].contains(action) {
      guard case .string(let config)? = json["project"]?["label_config"], let task = json["task"] else {
        throw ServingError.invalid("the event needs 'task' and the project's 'label_config'")
      }
      let form = try LabelStudioForm(config)
      if let label = form.label(of: json["annotation"] ?? .null) {
        let labels = LabelColumn([try Label(checked: label, limits)])
        let rows = LabelledData.text(UTF8Documents([try form.text(of: task, limits)]), labels: labels)
        // The event may come twice; an annotation with another choice is another one.
        let id = json["annotation"]?["id"]?.integer(Int.self)
        let outcome = try await live.carryOut(
          LiveStream.Call(.rows(rows), key: id.map { "label-studio:\($0):\(label)" }))
        learned = outcome.isRepeated ? 0 : 1
      }
    }
    return ServingReply(.fields(["learned": .integer(learned)]))
  }
}

/// What a project's configuration says: the names of its choices and of the text that they are about.
struct LabelStudioForm {
  let choices: String
  let text: String
  /// The member of a task's data that has the text.
  private let field: String

  /// - Parameter config: XML, such as `<View><Text name="t" value="$text"/><Choices name="c" toName="t">...`.
  /// - Throws: ``ServingError`` where it has no `Choices` over a `Text`.
  init(_ config: String) throws {
    let tags = Self.tags(config)
    guard let choice = tags.first(where: { $0.name == "Choices" }), let name = choice.attributes["name"],
      let target = choice.attributes["toName"],
      let text = tags.first(where: { $0.name == "Text" && $0.attributes["name"] == target }),
      let value = text.attributes["value"], value.hasPrefix("$")
    else {
      throw ServingError.invalid(
        "the project's configuration needs a Choices about a Text with a value such as $text")
    }
    (choices, self.text, field) = (name, target, String(value.dropFirst()))
  }

  /// The tags of XML with their attributes; text, comments and ends are left out.
  private static func tags(_ xml: String) -> [(name: String, attributes: [String: String])] {
    xml.split(separator: "<").compactMap { piece in
      guard let first = piece.first, first.isLetter else { return nil }
      let name = piece.prefix { $0.isLetter }
      var attributes: [String: String] = [:]
      var rest = piece.dropFirst(name.count)
      while let equals = rest.firstIndex(of: "=") {
        let key = rest[..<equals].split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        let after = rest[rest.index(after: equals)...].drop(while: \.isWhitespace)
        guard let quote = after.first, quote == "\"" || quote == "'",
          let end = after.dropFirst().firstIndex(of: quote)
        else { break }
        attributes[key] = unescaped(after[after.index(after: after.startIndex)..<end])
        rest = after[after.index(after: end)...]
      }
      return (String(name), attributes)
    }
  }

  private static func unescaped(_ value: Substring) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
    return named.reduce(String(value)) { $0.replacing($1.0, with: $1.1) }
  }

  /// - Throws: ``ServingError`` for a task without the text, or with too long a one.
  func text(of task: JSON, _ limits: ServingLimits) throws -> String {
    guard case .string(let text)? = task["data"]?[field] else {
      throw ServingError.invalid("a task's data has no text '\(field.prefix(100))'")
    }
    guard text.utf8.count <= limits.textBytes else {
      throw ServingError.tooLarge("a text has \(text.utf8.count) bytes; allowed: \(limits.textBytes)")
    }
    return text
  }

  /// The choice of an annotation; nil for one that was skipped or has none.
  func label(of annotation: JSON) -> String? {
    guard case .array(let results)? = annotation["result"], annotation["was_cancelled"] != true,
      case .array(let chosen)? = results.first(where: { $0["from_name"] == .string(choices) })?["value"]?[
        "choices"],
      case .string(let label)? = chosen.first
    else { return nil }
    return label
  }
}
