import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// What a training run did, to be printed.
struct TrainingSummary {
  var documentCount: Int
  var model: ClassifierModel<Label>
  var report: TrainingReport
  /// Of each class of the model.
  var classCounts: [ClassCount]
  /// `nil` for vectors.
  var textOptions: TextOptions?
  var repairCount: Int
  var readSeconds: Double
  /// `nil` for vectors.
  var vectorizeSeconds: Double?
  /// From vectors to the fitted model.
  var fitSeconds: Double
  /// Processor seconds of all threads in the same time.
  var fitCPUSeconds: Double
  var modelPath: String
  var modelBytes: Int
  var trainAccuracy: Double
}

extension TrainingSummary {
  var json: JSON {
    .fields([
      "documents": .integer(documentCount),
      "features": .integer(model.featureCount),
      "classes": .integer(model.classes.count),
      "prototypes": .integer(model.prototypes.count),
      "epochs": .integer(report.epochs),
      "fit_seconds": .number(fitSeconds),
      "fit_cpu_seconds": .number(fitCPUSeconds),
      "vectorize_seconds": vectorizeSeconds.map(JSON.number) ?? .null,
      "read_seconds": .number(readSeconds),
      "peak_rss_bytes": .integer(ProcessUsage.peakResidentBytes),
      "model_bytes": .integer(modelBytes),
      "train_accuracy": .number(trainAccuracy),
      "empty_documents": .integer(report.emptyDocumentCount),
      "repaired_utf8": .integer(repairCount),
      "merged": .integer(report.mergedCount),
      "pruned": .integer(report.prunedCount),
      "refinement": report.refinement.json,
      "open_set": model.openSet.map(Self.json) ?? .null,
      "prototypes_per_class": .array(classCounts.map(\.json)),
      "options": OptionsJSON.object(training: model.options, text: textOptions),
    ])
  }

  var lines: [String] {
    var table = Table([], [.left, .left])
    table.add(["documents", Readable.count(documentCount)])
    table.add(["features", Readable.count(model.featureCount)])
    table.add(["classes", Readable.count(model.classes.count)])
    table.add(["prototypes", Readable.count(model.prototypes.count)])
    table.add(["epochs", Readable.count(report.epochs)])
    if let refinement = report.refinement.line { table.add(["refinement", refinement]) }
    table.add(["accuracy", "\(Readable.percent(trainAccuracy)) on the training rows"])
    if let openSet = model.openSet {
      table.add([
        "unknown classes",
        "told from known ones in \(Readable.percent(openSet.separation)) of pairs of held-out documents",
      ])
    } else {
      table.add(["unknown classes", "nothing was held out to tell them by; rates of rejection need that"])
    }
    table.add(["time", time])
    table.add(["memory", Readable.bytes(ProcessUsage.peakResidentBytes) + " at most"])
    table.add(["model", "\(modelPath) (\(Readable.bytes(modelBytes)))"])
    return table.lines(indent: 0) + [""] + ClassCount.table(classCounts)
  }

  private static func json(_ openSet: OpenSet) -> JSON {
    .fields([
      "known": .integer(openSet.knownCount), "unknown": .integer(openSet.unknownCount),
      "separation": .number(openSet.separation),
    ])
  }

  private var time: String {
    let vectorizing = vectorizeSeconds.map { ", vectorising \(Readable.seconds($0))" } ?? ""
    return "reading \(Readable.seconds(readSeconds))\(vectorizing), fitting \(Readable.seconds(fitSeconds))"
  }
}
