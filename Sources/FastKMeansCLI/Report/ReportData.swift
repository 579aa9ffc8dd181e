import FastKMeansCore
import FastKMeansFormats
import FastKMeansServing
import FastKMeansText

/// What the page of `report` has inside: the answers of the server's routes that the page asks for, and judged documents.
struct ReportData {
  let title: String
  /// The name of the rows' file.
  let inputName: String
  let model: ServedModel
  let modelBytes: Int
  let evaluation: Evaluation
  let rows: LabelledData
  /// The most documents that are kept with their text.
  let documentLimit: Int
  let wordCount: Int

  /// A page with more prototypes, or more pairs of classes, would take long to open.
  private static let prototypeLimit = 10_000
  private static let pairLimit = 50

  /// - Throws: errors of the library.
  func json() throws -> JSON {
    .fields([
      "title": .string(title), "subtitle": .string(subtitle),
      "models": [
        .fields([
          "name": .string(model.name), "version": .string(model.version), "ready": true, "learns": false,
          "takes": model.takesText ? "text" : "vectors",
        ])
      ],
      "classes": model.classList, "map": try PrototypeAtlas(model.contents).json,
      "prototypes":
        model.prototypes(of: nil, words: wordCount, from: 0, limit: Self.prototypeLimit)["prototypes"] ?? [],
      "pairs": .array(try pairs.map { try model.separation($0, $1, words: 15) }),
      "judged": .fields([
        "figures": .array(figures.map { [.string($0), .string($1)] }),
        "labels": .array(evaluation.classNames.map { .string($0.description) }), "cells": .array(cells),
        "documents": .array(try documents()),
      ]),
    ])
  }

  private var subtitle: String {
    let shape = model.contents.model
    let counts = [
      (shape.classCount, "class"), (shape.prototypes.count, "prototype"), (shape.featureCount, "feature"),
    ]
    return counts.map { Readable.count($0.0, $0.1) }.joined(separator: ", ") + ", judged on \(inputName)"
  }

  private var figures: [(String, String)] {
    let report = evaluation.report
    let top = evaluation.topAccuracies.dropFirst().map { ("right class in best \($0.count)", $0.accuracy) }
    let shares = [
      ("accuracy", report.accuracy), ("macro F1", report.macroF1),
      ("calibration error", evaluation.confidence.expectedCalibrationError),
    ]
    let counts = [("rejected", evaluation.rejectedCount), ("unknown labels", evaluation.unknownCount)]
    return [("documents", Readable.count(report.documentCount))]
      + (shares + top).map { ($0.0, Readable.percent($0.1)) }
      + counts.filter { $0.1 > 0 }.map { ($0.0, Readable.count($0.1)) }
      + [("model", Readable.bytes(modelBytes))]
  }

  /// All documents, counted by class, answer and whole percent of the confidence.
  private var cells: [JSON] {
    var counts: [[Int]: Int] = [:]
    for (row, confidence) in evaluation.confidences.enumerated() {
      let cell = [evaluation.truth[row], evaluation.predicted[row], Int(Double(confidence) * 100)]
      counts[cell, default: 0] += 1
    }
    return counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { .array(($0.key + [$0.value]).map { .integer($0) }) }
  }

  /// The pairs of classes that are confused most, in either direction.
  private var pairs: [(Label, Label)] {
    var counts: [[Int]: Int] = [:]
    for confusion in evaluation.report.confusions where confusion.truth < model.contents.model.classCount {
      counts[[confusion.truth, confusion.predicted].sorted(), default: 0] += confusion.count
    }
    let names = evaluation.classNames
    return counts.sorted { ($1.value, $0.key[0], $0.key[1]) < ($0.value, $1.key[0], $1.key[1]) }
      .prefix(Self.pairLimit).map { (names[$0.key[0]], names[$0.key[1]]) }
  }

  /// Documents with their answers as the route `explain` has them: errors first, the surest of them first, then right ones,
  /// the least sure first.
  private func documents() throws -> [JSON] {
    let (truth, predicted, confidences) = (evaluation.truth, evaluation.predicted, evaluation.confidences)
    let wrong = truth.indices.filter { truth[$0] != predicted[$0] }.sorted {
      (confidences[$1], $0) < (confidences[$0], $1)
    }
    let correct = truth.indices.filter { truth[$0] == predicted[$0] }.sorted {
      (confidences[$0], $0) < (confidences[$1], $1)
    }
    let kept = Array((wrong + correct).prefix(documentLimit))
    guard !kept.isEmpty else { return [] }
    let shown = rows.selectingRows(kept)
    return try zip(kept, model.explain(shown, words: wordCount)).enumerated().map { place, document in
      let (row, explanation) = document
      guard case .object(let fields) = explanation else { return explanation }
      return .object(
        [
          .init(name: "wanted", value: .string(evaluation.classNames[truth[row]].description)),
          .init(name: "text", value: .string(shown.readableText(at: place) ?? "row \(row + 1)")),
        ] + fields)
    }
  }
}

extension LabelledData {
  /// These rows, without labels.
  fileprivate func selectingRows(_ chosen: [Int]) -> LabelledData {
    switch self {
    case .features(let features, _): return .features(features.selectingRows(chosen), labels: nil)
    case .text(let documents, _):
      var kept = UTF8Documents()
      for row in chosen { kept.append(utf8: documents[row]) }
      return .text(kept, labels: nil)
    }
  }
}
