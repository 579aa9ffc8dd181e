import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// What `train` prints.
struct TrainingSummary {
  var documentCount: Int
  /// Texts about classes, learned beside the documents.
  var descriptionCount = 0
  var model: ClassifierModel<Label>
  var report: TrainingReport
  /// One entry for each class of the model.
  var classCounts: [ClassCount]
  /// `nil` for vectors.
  var textOptions: TextOptions?
  var repairCount: Int
  /// `nil` where there was nothing to choose.
  var choice: AnalyzerChoiceSummary?
  var readSeconds: Double
  /// `nil` for vectors.
  var vectorizeSeconds: Double?
  /// The time from vectors to the fitted model.
  var fitSeconds: Double
  /// The processor seconds of all threads in that time.
  var fitCPUSeconds: Double
  var modelPath: String
  var modelBytes: Int
  /// Of `scoredCount` of the training rows.
  var trainAccuracy: Double
  var scoredCount: Int
}

extension TrainingSummary {
  var json: JSON {
    .fields([
      "documents": .integer(documentCount),
      "descriptions": .integer(descriptionCount),
      "features": .integer(model.featureCount),
      "classes": .integer(model.classCount),
      "prototypes": .integer(model.prototypes.count),
      "epochs": .integer(report.epochs),
      "fit_seconds": .number(fitSeconds),
      "fit_cpu_seconds": .number(fitCPUSeconds),
      "vectorize_seconds": vectorizeSeconds.map(JSON.number) ?? .null,
      "read_seconds": .number(readSeconds),
      "peak_rss_bytes": .integer(ProcessUsage.peakResidentBytes),
      "model_bytes": .integer(modelBytes),
      "train_accuracy": .number(trainAccuracy),
      "train_accuracy_rows": .integer(scoredCount),
      "empty_documents": .integer(report.emptyDocumentCount),
      "repaired_utf8": .integer(repairCount),
      "merged": .integer(report.mergedCount),
      "pruned": .integer(report.prunedCount),
      "refinement": report.refinement.json,
      "choices": .array((choice?.json ?? []) + report.choices.map(\.json)),
      "analyzer_cpu_seconds": choice.map { .number($0.cpuSeconds) } ?? .null,
      "open_set": model.openSet.map(Self.json) ?? .null,
      "prototypes_per_class": .array(classCounts.map(\.json)),
      "options": OptionsJSON.object(training: model.options, text: textOptions),
    ])
  }

  var lines: [String] {
    let openSet =
      model.openSet.map {
        "told from known ones in \(Readable.percent($0.separation)) of pairs of held-out documents"
      } ?? "nothing was held out to tell them by; rates of rejection need that"
    let vectorizing = vectorizeSeconds.map { ", vectorising \(Readable.seconds($0))" } ?? ""
    return Table.facts([
      ("documents", Readable.count(documentCount)),
      ("descriptions", descriptionLine),
      ("features", Readable.count(model.featureCount)),
      ("terms", choice?.line),
      ("classes", Readable.count(model.classCount)),
      ("prototypes", Readable.count(model.prototypes.count)),
      ("epochs", Readable.count(report.epochs)),
      ("refinement", report.refinement.line),
      ("distance", report.choices.first { $0.subject == "distance" && $0.isTaken }?.candidate),
      (
        "accuracy",
        "\(Readable.percent(trainAccuracy)) on "
          + (scoredCount < documentCount ? "\(Readable.count(scoredCount)) of the" : "the") + " training rows"
      ),
      ("unknown classes", openSet),
      (
        "time",
        "reading \(Readable.seconds(readSeconds))\(vectorizing), fitting \(Readable.seconds(fitSeconds))"
      ),
      ("memory", Readable.bytes(ProcessUsage.peakResidentBytes) + " at most"),
      ("model", "\(modelPath) (\(Readable.bytes(modelBytes)))"),
    ]) + [""] + ClassCount.table(classCounts)
  }

  private var descriptionLine: String? {
    guard descriptionCount > 0 else { return nil }
    let tried = report.choices.filter { $0.subject == "description_weight" }
    let count = Readable.count(descriptionCount)
    guard let taken = tried.first(where: \.isTaken) else { return "\(count), each as one document" }
    let weights = tried.map { "\($0.candidate) \(Readable.percent($0.accuracy))" }.joined(separator: ", ")
    return
      "\(count), each as \(taken.candidate) documents, by \(Readable.count(taken.rowCount, "held-out document")): \(weights)"
  }

  private static func json(_ openSet: OpenSet) -> JSON {
    .fields([
      "known": .integer(openSet.knownCount), "unknown": .integer(openSet.unknownCount),
      "separation": .number(openSet.separation),
    ])
  }
}

extension RefinementOutcome {
  var json: JSON {
    switch self {
    case .off: .fields(["outcome": "off"])
    case .done(let report):
      .fields([
        "outcome": "done",
        "recipe": .string(report.recipe),
        "epochs": .integer(report.epochs),
        "held_out": .integer(report.heldOutCount),
        "held_out_accuracy": .number(report.heldOutAccuracy),
        "prototype_accuracy": .number(report.prototypeAccuracy),
        "kept_share": .number(report.keptShare),
      ])
    case .noBetter(let refined, let plain):
      .fields([
        "outcome": "no_better", "held_out_accuracy": .number(refined), "prototype_accuracy": .number(plain),
      ])
    case .skipped(let bytes):
      .fields(["outcome": "skipped", "needed_bytes": bytes.map { .integer($0) } ?? .null])
    }
  }

  /// A sentence; `nil` without refinement.
  var line: String? {
    switch self {
    case .off: nil
    case .done(let report) where report.heldOutCount > 0:
      "\(Readable.count(report.epochs, "epoch")), on held-out rows from \(Readable.percent(report.prototypeAccuracy))"
        + " to \(Readable.percent(report.heldOutAccuracy))"
        + (report.keptShare < 1 ? ", \(Readable.percent(report.keptShare)) of the weights kept" : "")
    case .done(let report): Readable.count(report.epochs, "epoch")
    case .noBetter: "no better on held-out rows, left out"
    case .skipped(let bytes?): "left out, it would need \(Readable.bytes(bytes))"
    case .skipped(nil): "left out, no class has a second document to judge it by; --refine 5 asks for it"
    }
  }
}

/// The number of a class's documents and prototypes.
struct ClassCount: Equatable {
  var label: Label
  var documents: Int
  var prototypes: Int

  /// The counts of every class in the model's order; `truth` has the class number of each row.
  static func list(_ model: ClassifierModel<Label>, truth: [Int]) -> [ClassCount] {
    var documents = [Int](repeating: 0, count: model.classCount)
    // Labels that occur only in rows of weight 0 are no classes of the model.
    for number in truth where number < documents.count { documents[number] += 1 }
    let starts = model.prototypes.classStarts(classCount: model.classCount)
    return model.classes.enumerated().map { position, label in
      ClassCount(
        label: label, documents: documents[position], prototypes: starts[position + 1] - starts[position])
    }
  }

  var json: JSON {
    .fields([
      "label": .label(label), "documents": .integer(documents), "prototypes": .integer(prototypes),
    ])
  }

  /// How many of the largest classes the text lists; JSON has all.
  private static let shownCount = 5

  /// Two tables: how many classes have how many prototypes, and the largest classes with theirs.
  static func table(_ counts: [ClassCount]) -> [String] {
    let groups = Dictionary(grouping: counts, by: \.prototypes).sorted { $0.key < $1.key }
    let histogram = Table(
      ["prototypes", "classes", "documents"], [.right, .right, .right],
      groups.map { prototypes, members in
        [prototypes, members.count, members.reduce(0) { $0 + $1.documents }].map { Readable.count($0) }
      })
    let order = counts.indices.sorted { (-counts[$0].documents, $0) < (-counts[$1].documents, $1) }
    let largest = Table(
      ["largest classes", "documents", "prototypes"], [.left, .right, .right],
      order.prefix(shownCount).map { counts[$0] }.map {
        [TextLabel.cell($0.label), Readable.count($0.documents), Readable.count($0.prototypes)]
      })
    let rest = counts.count - shownCount
    let more = rest > 0 ? ["and \(Readable.count(rest, "smaller class")); --json lists all"] : []
    return histogram.lines(indent: 0) + [""] + largest.lines(indent: 0) + more
  }
}
