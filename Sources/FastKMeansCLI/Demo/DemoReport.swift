import FastKMeansCore

/// The demo's result as text for a terminal and as Markdown.
struct DemoReport {
  let result: DemoResult

  private static let classes = 5
  private static let words = 7

  var lines: [String] {
    ["FastKMeans on \(data)", ""] + comparison.lines() + [""] + result.verdict.map { "  " + $0 } + [
      "", "  " + heading,
    ]
      + portraitLines + ["", "  Time: " + time] + [
        "  Written: \(result.several.loaded.path), \(result.reportPath)"
      ]
      + ["", "  Next: " + Self.nextCall(result)]
  }

  var markdown: String {
    var lines = ["# FastKMeans demo", "", "Trained and judged on \(data)", ""]
    lines +=
      comparison.markdown + [
        "", result.verdict.joined(separator: " "), "", "## Inside the classes", "", heading, "",
      ]
    for portrait in result.portraits(classes: 12, words: 12) {
      lines += ["### \(title(portrait))", ""]
      lines += portraitTable(portrait).markdown + [""]
    }
    lines += ["## Every class", ""] + classTable.markdown
    lines += ["", "Time: " + time, "", "    " + Self.nextCall(result)]
    return lines.joined(separator: "\n") + "\n"
  }

  private var data: String {
    let classes = result.several.loaded.model.classes.count
    let features = Readable.count(result.several.loaded.model.featureCount)
    return "WordNet's definitions: \(Readable.count(result.trainCount)) to learn from, "
      + "\(Readable.count(result.testCount)) to be judged by, \(classes) classes, \(features) words"
  }

  private var comparison: Table {
    var table = Table(
      ["", "prototypes", "accuracy", "macro F1", "training", "prediction"],
      [.left, .right, .right, .right, .right, .right])
    let contestants = [
      ("one centroid per class", result.centroid), ("one per class, refined", result.single),
      ("several per class, refined", result.several),
    ]
    for (name, one) in contestants {
      table.add([
        name, Readable.count(one.prototypeCount), Readable.percent(one.accuracy),
        Readable.percent(one.evaluation.report.macroF1), Readable.seconds(one.fitSeconds),
        "\(Readable.rate(one.evaluation.documentsPerSecond)) documents/s",
      ])
    }
    return table
  }

  private var heading: String { "What each prototype of a class stands for: the words that set it apart." }

  private var portraitLines: [String] {
    result.portraits(classes: Self.classes, words: Self.words).flatMap { portrait in
      ["", "  " + title(portrait)] + portraitTable(portrait, isMarkdown: false).lines(indent: 4)
    }
  }

  private func title(_ portrait: DemoResult.Portrait) -> String {
    "\(portrait.label.description) (\(Readable.count(Int(portrait.mass.rounded()))) documents)"
  }

  private func portraitTable(_ portrait: DemoResult.Portrait, isMarkdown: Bool = true) -> Table {
    var table = Table(isMarkdown ? ["share", "words"] : [], [.right, .left])
    for prototype in portrait.prototypes {
      table.add([
        Readable.fixed(prototype.mass / max(portrait.mass, 1) * 100, 0) + " %",
        prototype.words.joined(separator: isMarkdown ? ", " : " "),
      ])
    }
    return table
  }

  private var classTable: Table {
    var table = Table(
      ["class", "precision", "recall", "F1", "test rows"], [.left, .right, .right, .right, .right])
    let evaluation = result.several.evaluation
    for metrics in evaluation.report.classes {
      table.add([
        evaluation.classNames[metrics.classIndex].description, Readable.percent(metrics.precision),
        Readable.percent(metrics.recall), Readable.percent(metrics.f1), Readable.count(metrics.support),
      ])
    }
    return table
  }

  private var time: String {
    "reading \(Readable.seconds(result.readSeconds)), vectorising \(Readable.seconds(result.vectorizeSeconds)); "
      + "memory \(Readable.bytes(ProcessUsage.peakResidentBytes)) at most"
  }

  private static func nextCall(_ result: DemoResult) -> String {
    "fastkmeans inspect --model \(result.several.loaded.path) --class noun.food"
  }
}
