import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

extension Serving {
  /// The dialect of Hugging Face's text classification: a list of classes with scores for each text.
  func predict(_ request: ServingRequest) throws -> ServingReply {
    let model = try model(request)
    let json = try JSON.parse(request.body, maxDepth: limits.depth)
    var documents = UTF8Documents()
    func add(_ value: JSON) throws {
      guard case .string(let text) = value else {
        throw ServingError.invalid("'inputs' holds \(value.summary) where a text is expected")
      }
      guard text.utf8.count <= limits.textBytes else {
        throw ServingError.tooLarge("a text has \(text.utf8.count) bytes; allowed: \(limits.textBytes)")
      }
      documents.append(text)
    }
    switch json["inputs"] {
    case .array(let values)?:
      guard values.count <= limits.rows else {
        throw ServingError.tooLarge(
          "there are \(values.count) documents; allowed: \(limits.rows) in a request")
      }
      for value in values { try add(value) }
    case let value?: try add(value)
    case nil: throw ServingError.invalid("the body needs 'inputs', a text or a list of texts")
    }
    guard documents.count > 0 else { throw ServingError.invalid("there are no documents; pass at least one") }
    var top = 1
    if let value = json["parameters"]?["top_k"], value != .null {
      guard let count = value.integer(Int.self), (1...limits.answers).contains(count) else {
        throw ServingError.invalid("'top_k' is \(value.summary); allowed: 1 to \(limits.answers)")
      }
      top = count
    }
    let answers = try classify(model, .text(documents, labels: nil), top: top)
    return ServingReply(
      .array(
        answers.map { answer in
          .array(
            answer.classes.map {
              .fields(["label": .string($0.label.description), "score": .single($0.confidence)])
            })
        }))
  }
}
