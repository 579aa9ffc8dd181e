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

  /// The prototypes of a class, or of all: documents, share of the class, words.
  func prototypes(of label: Label?, words: Int, from first: Int, limit: Int) -> JSON {
    let names = PrototypeWords(contents)
    let masses = contents.model.prototypes.masses
    let rows = classes.filter { label == nil || $0.label == label }.flatMap { entry in
      entry.prototypes.map { (entry, $0) }
    }
    return .fields([
      "total": .integer(rows.count),
      "prototypes": .array(
        rows.dropFirst(first).prefix(limit).map { entry, prototype in
          .fields([
            "prototype": .integer(prototype), "class": .label(entry.label),
            "mass": .number(masses[prototype]),
            "share": .number(entry.mass > 0 ? masses[prototype] / entry.mass : 0),
            "words": .array(names.top(words, of: prototype).map { .string($0.name) }),
          ])
        }),
    ])
  }

  /// Why one document is answered as it is.
  func explain(_ rows: LabelledData, words count: Int) throws -> JSON {
    let features = try contents.features(of: rows)
    return .array(
      try contents.model.explain(features).enumerated().map { row, explanation in
        let names = FeatureNames(contents.vectorizer, document: rows.text(at: row))
        return .fields([
          "label": .label(explanation.winner.label), "confidence": .single(explanation.winner.confidence),
          "rejected": .bool(explanation.isRejected), "known_share": .number(explanation.knownShare),
          "winner": Self.evidence(explanation.winner), "rival": explanation.rival.map(Self.evidence) ?? .null,
          "words": .array(names.words(of: explanation, count: count).map(\.json)),
        ])
      })
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
