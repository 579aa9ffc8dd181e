import FastKMeansCore

/// Builds one self-contained page about a model and its results on some rows.
struct ReportPage {
  let title: String
  /// The name of the rows' file.
  let inputName: String
  let inspection: Inspection
  let evaluation: Evaluation

  var html: String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(HTML.escape(title))</title>
    <style>\(Self.style)</style></head><body>
    <h1>\(HTML.escape(title))</h1>
    <p>\(HTML.escape(subtitle))</p>
    \(keyFigures)\(confidence)\(classes)\(confusions)\(map)\(subtopics)<footer>Written by fastkmeans report.</footer>
    </body></html>

    """
  }

  private var model: ClassifierModel<Label> { inspection.contents.model }

  private var subtitle: String {
    let counts =
      "\(Readable.count(model.classCount, "class")), \(Readable.count(model.prototypes.count, "prototype"))"
    return "\(counts), \(Readable.count(model.featureCount, "feature")), judged on \(inputName)"
  }

  private var keyFigures: String {
    var figures = [
      ("documents", Readable.count(evaluation.report.documentCount)),
      ("accuracy", Readable.percent(evaluation.report.accuracy)),
      ("macro F1", Readable.percent(evaluation.report.macroF1)),
      ("calibration error", Readable.percent(evaluation.confidence.expectedCalibrationError)),
    ]
    for top in evaluation.topAccuracies.dropFirst() {
      figures.append(("right class in best \(top.count)", Readable.percent(top.accuracy)))
    }
    if evaluation.rejectedCount > 0 { figures.append(("rejected", Readable.count(evaluation.rejectedCount))) }
    if evaluation.unknownCount > 0 {
      figures.append(("unknown labels", Readable.count(evaluation.unknownCount)))
    }
    figures.append(("model", Readable.bytes(inspection.info.byteCount)))
    return "<dl>" + figures.map { "<div><dt>\($0)</dt><dd>\($1)</dd></div>" }.joined() + "</dl>\n"
  }

  private var confidence: String {
    HTML.section(
      "What confidences are worth",
      "Left: answering only the surer documents, how often the answer is right. Right: of the documents with a "
        + "certain confidence, the share that was right; on the dashed line confidence tells the truth.",
      "<div class=\"pictures\">\n\(ConfidencePictures.coverage(evaluation.confidence))"
        + "\(ConfidencePictures.reliability(evaluation.confidence))</div>\n")
  }

  private var classes: String {
    let rows = evaluation.largestClasses.prefix(Evaluation.classLimit).map { metrics in
      [
        HTML.escape(evaluation.classNames[metrics.classIndex].description),
        "<span class=\"meter\" style=\"width:\(Readable.fixed(metrics.f1 * 120, 0))px\"></span>"
          + Readable.percent(metrics.f1),
        Readable.percent(metrics.precision), Readable.percent(metrics.recall),
        Readable.count(metrics.support),
      ]
    }
    let rest = evaluation.report.classes.count - rows.count
    return HTML.section(
      "Classes",
      rest > 0 ? "The largest; \(Readable.count(rest)) smaller ones are left out." : "The largest first.",
      HTML.table(["class", "F1", "precision", "recall", "documents"], numbers: [2, 3, 4], rows: Array(rows)))
  }

  private var confusions: String {
    guard !evaluation.report.confusions.isEmpty else { return "" }
    let supports = Dictionary(
      uniqueKeysWithValues: evaluation.report.classes.map { ($0.classIndex, $0.support) })
    let rows = evaluation.report.confusions.prefix(20).map { confusion in
      [
        HTML.escape(evaluation.classNames[confusion.truth].description),
        HTML.escape(evaluation.classNames[confusion.predicted].description), Readable.count(confusion.count),
        Readable.percent(Double(confusion.count) / Double(max(1, supports[confusion.truth] ?? 1))),
      ]
    }
    return HTML.section(
      "What is taken for what",
      "Rows of the picture are true classes, columns predicted ones; the darker, the larger the share of the row.",
      ConfusionPicture(evaluation).svg
        + HTML.table(
          ["class", "taken for", "documents", "of the class"], numbers: [2, 3], rows: Array(rows)))
  }

  private var map: String {
    guard let map = PrototypeMap(inspection) else { return "" }
    return HTML.section(
      "Map of the prototypes",
      "Prototypes that are alike lie together, as far as two dimensions allow (\(Readable.percent(map.explainedShare)) "
        + "of the variance). The area is the documents that each stands for; point at one to see its words.",
      map.svg)
  }

  private var subtopics: String {
    var rows: [[String]] = []
    let largest = inspection.classes.enumerated()
      .sorted { ($1.element.mass, $0.offset) < ($0.element.mass, $1.offset) }
    for (_, entry) in largest.prefix(Evaluation.classLimit) {
      for (position, prototype) in entry.prototypes.enumerated() {
        rows.append([
          position == 0 ? HTML.escape(TextLabel.cell(entry.label)) : "", Readable.fixed(prototype.mass, 0),
          HTML.escape(prototype.words.map(\.name).joined(separator: ", ")),
        ])
      }
    }
    return HTML.section(
      "What classes are made of",
      "Each line is a prototype: its documents in training and the words it stands out by.",
      HTML.table(["class", "documents", "top words"], numbers: [1], rows: rows))
  }
}
