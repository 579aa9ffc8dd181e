import FastKMeansCore

// The demo's result as text for a terminal and as Markdown for its report.
extension DemoResult {
  var lines: [String] {
    ["FastKMeans on \(data)", ""] + comparison.lines() + [""] + verdict.map { "  " + $0 }
      + ["", "  " + heading] + portraitLines
      + ["", "  Time: " + time, "  Written: \(modelPath), \(reportPath)", "", "  Next: " + nextCall]
  }

  var markdown: String {
    var lines = ["# FastKMeans demo", "", "Trained and judged on \(data)", ""]
    lines +=
      comparison.markdown + [
        "", verdict.joined(separator: " "), "", "## Inside the classes", "", heading, "",
      ]
    for portrait in portraits(classes: 12, words: 12) {
      lines += ["### \(title(portrait))", ""]
      lines += portraitTable(portrait).markdown + [""]
    }
    lines += ["## Every class", ""] + classTable.markdown
    lines += ["", "Time: " + time, "", "    " + nextCall]
    return lines.joined(separator: "\n") + "\n"
  }

  private var data: String {
    let classes = contents.model.classCount
    let features = Readable.count(contents.model.featureCount)
    return "WordNet's definitions: \(Readable.count(trainCount)) to learn from, "
      + "\(Readable.count(testCount)) to be judged by, \(classes) classes, \(features) words"
  }

  private var comparison: Table {
    let contestants = [
      ("one centroid per class", centroid), ("one per class, refined", single),
      ("several per class, refined", several),
    ]
    return Table(
      ["", "prototypes", "accuracy", "macro F1", "training", "prediction"],
      [.left, .right, .right, .right, .right, .right],
      contestants.map { name, one in
        [
          name, Readable.count(one.model.prototypes.count), Readable.percent(one.evaluation.report.accuracy),
          Readable.percent(one.evaluation.report.macroF1), Readable.seconds(one.fitSeconds),
          "\(Readable.rate(one.evaluation.documentsPerSecond)) documents/s",
        ]
      })
  }

  private var heading: String { "What each prototype of a class stands for: the words that set it apart." }

  private var portraitLines: [String] {
    portraits(classes: 5, words: 7).flatMap { portrait in
      ["", "  " + title(portrait)] + portraitTable(portrait, isMarkdown: false).lines(indent: 4)
    }
  }

  private func title(_ portrait: Portrait) -> String {
    "\(TextLabel.cell(portrait.label)) (\(Readable.count(Int(portrait.mass.rounded()))) documents)"
  }

  private func portraitTable(_ portrait: Portrait, isMarkdown: Bool = true) -> Table {
    Table(
      isMarkdown ? ["share", "words"] : [], [.right, .left],
      portrait.prototypes.map {
        [
          Readable.fixed($0.mass / max(portrait.mass, 1) * 100, 0) + " %",
          $0.words.joined(separator: isMarkdown ? ", " : " "),
        ]
      })
  }

  private var classTable: Table {
    let evaluation = several.evaluation
    return Table(
      ["class", "precision", "recall", "F1", "test rows"], [.left, .right, .right, .right, .right],
      evaluation.report.classes.map { [evaluation.classNames[$0.classIndex].description] + $0.cells })
  }

  private var time: String {
    "reading \(Readable.seconds(readSeconds)), vectorising \(Readable.seconds(vectorizeSeconds)); "
      + "memory \(Readable.bytes(ProcessUsage.peakResidentBytes)) at most"
  }

  private var nextCall: String { "fastkmeans inspect --model \(modelPath) --class noun.food" }
}
