import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

extension ServedModel {
  /// A class as lists show it.
  package struct ClassEntry {
    package let label: Label
    package let mass: Double
    /// Where its prototypes stand among all.
    package let prototypes: Range<Int>
  }

  /// The classes in the model's order.
  package var classes: [ClassEntry] {
    let storage = contents.model.storage
    return storage.classes.labels.indices.map { index in
      let range = storage.classStarts[index]..<storage.classStarts[index + 1]
      return ClassEntry(
        label: storage.classes.labels[index], mass: range.reduce(0) { $0 + storage.prototypes.masses[$1] },
        prototypes: range)
    }
  }

  /// The label that a model has for a text: numbers are written as their digits.
  ///
  /// - Throws: `InputError.unknownClass(label:)`.
  package func label(written text: String) throws -> Label {
    guard let label = contents.model.classes.first(where: { $0.description.utf8.elementsEqual(text.utf8) })
    else {
      throw InputError.unknownClass(label: text)
    }
    return label
  }

  /// What a model consists of, in numbers.
  var summary: JSON {
    let model = contents.model
    return .fields([
      "name": .string(name), "version": .string(version), "takes": takesText ? "text" : "vectors",
      "features": .integer(model.featureCount), "classes": .integer(model.classCount),
      "prototypes": .integer(model.prototypes.count), "refined": .bool(model.storage.refined != nil),
      "can_reject_unknown": .bool(model.openSet != nil),
    ])
  }

  /// The classes with what they stand for.
  package var classList: JSON {
    .array(
      classes.map {
        .fields([
          "label": .label($0.label), "mass": .number($0.mass), "prototypes": .integer($0.prototypes.count),
        ])
      })
  }

  /// The prototypes of a class, or of all, those of the largest classes first: documents, share of the class, words.
  package func prototypes(of label: Label?, words: Int, from first: Int, limit: Int) -> JSON {
    let names = PrototypeWords(contents)
    let masses = contents.model.prototypes.masses
    let chosen = classes.enumerated().filter { label == nil || $0.element.label == label }
    let rows = chosen.sorted { ($1.element.mass, $0.offset) < ($0.element.mass, $1.offset) }
      .flatMap { entry in entry.element.prototypes.map { (entry.element, $0) } }
    return .fields([
      "total": .integer(rows.count),
      "prototypes": .array(
        rows.dropFirst(first).prefix(limit).map { entry, prototype in
          var fields: [JSON.Field] = [
            .init(name: "prototype", value: .integer(prototype)),
            .init(name: "class", value: .label(entry.label)),
            .init(name: "mass", value: .number(masses[prototype])),
            .init(name: "share", value: .number(entry.mass > 0 ? masses[prototype] / entry.mass : 0)),
            .init(name: "words", value: .array(names.top(words, of: prototype).map { .string($0.name) })),
          ]
          if let prototypeIDs { fields.append(.init(name: "id", value: .integer(prototypeIDs[prototype]))) }
          return .object(fields)
        }),
    ])
  }

  /// The words that separate two classes: what each adds to the score of the one over the other, for a document that is as
  /// the mean of both.
  ///
  /// - Parameter count: the most words that speak for each of the two.
  /// - Throws: `InputError.unknownClass(label:)`.
  /// - Complexity: O(stored values of both classes).
  package func separation(_ first: Label, _ second: Label, words count: Int) throws -> JSON {
    let storage = contents.model.storage
    /// The mean of a class's prototypes, by what they stand for.
    func mean(_ label: Label, _ rows: PrototypeSet) throws -> [Int: Double] {
      guard let entry = classes.first(where: { $0.label == label }) else {
        throw InputError.unknownClass(label: label.description)
      }
      var mean: [Int: Double] = [:]
      for prototype in entry.prototypes {
        let share =
          entry.mass > 0
          ? storage.prototypes.masses[prototype] / entry.mass : 1 / Double(entry.prototypes.count)
        for (column, value) in rows.row(prototype) { mean[column, default: 0] += share * value }
      }
      return mean
    }
    var values = try mean(first, storage.prototypes)
    values.merge(try mean(second, storage.prototypes), uniquingKeysWith: +)
    let weights = storage.refined?.weights ?? storage.prototypes
    let (own, other) = (try mean(first, weights), try mean(second, weights))
    let leads = values.map { column, value in
      (column: column, lead: ((own[column] ?? 0) - (other[column] ?? 0)) * value / 2)
    }
    let names = FeatureNames(contents.vectorizer, document: nil)
    func words(_ sign: Double) -> JSON {
      let chosen = leads.filter { $0.lead * sign > 0 }
        .sorted { ($1.lead * sign, $0.column) < ($0.lead * sign, $1.column) }
      return .array(
        chosen.prefix(count).flatMap { feature in
          names[feature.column].map { [.string($0.word), .number(feature.lead * sign)] }
        })
    }
    return .fields([
      "first": .label(first), "second": .label(second), "first_words": words(1), "second_words": words(-1),
    ])
  }

  /// Why one document is answered as it is.
  package func explain(_ rows: LabelledData, words count: Int) throws -> [JSON] {
    let features = try contents.features(of: rows)
    return try contents.model.explain(features).enumerated().map { row, explanation in
      let names = FeatureNames(contents.vectorizer, document: rows.text(at: row))
      return .fields([
        "label": .label(explanation.winner.label), "confidence": .single(explanation.winner.confidence),
        "rejected": .bool(explanation.isRejected), "known_share": .number(explanation.knownShare),
        "winner": Self.evidence(explanation.winner), "rival": explanation.rival.map(Self.evidence) ?? .null,
        "words": .array(names.words(of: explanation, count: count).map(\.json)),
      ])
    }
  }

  private static func evidence(_ evidence: Explanation<Label>.Evidence) -> JSON {
    .fields([
      "label": .label(evidence.label), "prototype": .integer(evidence.prototype),
      "position_in_class": .integer(evidence.positionInClass), "mass": .number(evidence.mass),
      "similarity": .single(evidence.similarity), "confidence": .single(evidence.confidence),
      "score": .number(evidence.score),
    ])
  }
}
