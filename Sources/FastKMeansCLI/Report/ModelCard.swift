import FastKMeansCore
import FastKMeansFormats

/// A summary of a model for people, in Markdown: what it learned, how good it is, and what it cannot do.
struct ModelCard {
  let inspection: Inspection
  /// How it did on rows that the caller names; nil: nobody asked.
  let evaluation: Evaluation?
  /// The name of these rows' file.
  let inputName: String?

  private var model: ClassifierModel<Label> { inspection.contents.model }
  private var storage: ModelStorage { model.storage }

  var lines: [String] {
    ["# \(Self.escaped(Self.fileName(inspection.path)))", "", summary, ""] + facts + [""] + data + classes
      + accuracy + limits + options
  }

  static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  private var summary: String {
    let kind = inspection.contents.vectorizer == nil ? "vectors" : "texts"
    return
      "A classifier of \(kind) into \(Readable.count(model.classCount, "class")). It keeps several prototypes for each class, found by"
      + " k-means" + (storage.refined == nil ? "." : " and refined until they separate the classes.")
  }

  private var facts: [String] {
    Table(
      ["", ""], [.left, .left],
      [
        ["file", "\(Readable.bytes(inspection.info.byteCount)), format \(inspection.info.formatVersion)"],
        ["written up by", "fastkmeans \(LibraryVersion.text)"],
        ["input", Self.escaped(inspection.input)],
        ["prototypes", "\(Readable.count(model.prototypes.count)), \(model.prototypes.precision.rawValue)"],
        ["compared by", model.options.distance.rawValue],
      ]
    ).markdown
  }
}

extension ModelCard {
  private var byMass: [Inspection.ClassEntry] {
    inspection.classes.enumerated()
      .sorted { ($1.element.mass, $0.offset) < ($0.element.mass, $1.offset) }.map(\.element)
  }

  /// A class with fewer documents is poorly known.
  private static let fewDocuments = 10.0
  /// Classes that a table lists.
  private static let classLimit = Evaluation.classLimit

  private var total: Double { byMass.reduce(0) { $0 + $1.mass } }

  private var data: [String] {
    let classes = byMass
    guard let first = classes.first, let last = classes.last else { return [] }
    let poor = classes.count { $0.mass < Self.fewDocuments }
    return [
      "## Data", "",
      "It learned from \(Readable.mass(total)) documents, counted by their weights."
        + " The largest class, \(Self.name(first.label)), has \(Readable.mass(first.mass)) of them"
        + " (\(Readable.percent(first.mass / max(total, 1e-300)))), the smallest, \(Self.name(last.label)),"
        + " \(Readable.mass(last.mass)). "
        + (poor == 0
          ? "No class has fewer than \(Readable.mass(Self.fewDocuments))."
          : "\(Readable.count(poor, "class")) of \(Readable.count(classes.count))"
            + " \(poor == 1 ? "has" : "have") fewer than \(Readable.mass(Self.fewDocuments))."),
      "",
    ]
  }

  private var classes: [String] {
    let starts = model.prototypes.classStarts(classCount: model.classCount)
    let places = Dictionary(uniqueKeysWithValues: model.classes.enumerated().map { ($1, $0) })
    let words = PrototypeWords(inspection.contents)
    var rows: [[String]] = []
    for entry in byMass.prefix(Self.classLimit) {
      guard let place = places[entry.label] else { continue }
      let own = starts[place]..<starts[place + 1]
      for (prototype, part) in zip(own, entry.prototypes) {
        let isFirst = prototype == own.lowerBound
        // What sets a sub-topic apart from the others of its class.
        let shown =
          own.count > 1 ? words.distinctive(part.words.count, of: prototype, among: own) : part.words
        rows.append([
          isFirst ? Self.name(entry.label) : "", isFirst ? Readable.mass(entry.mass) : "",
          own.count > 1 ? Readable.percent(part.mass / max(entry.mass, 1e-300)) : "",
          Self.escaped(shown.map(\.name).joined(separator: ", ")),
        ])
      }
    }
    return ["## Classes and their sub-topics", ""]
      + Table(["class", "documents", "share of the class", "words"], [.left, .right, .right, .left], rows)
      .markdown
      + Self.rest(byMass.count, "class") + [""]
  }

  /// Says how many entries a table leaves out.
  private static func rest(_ count: Int, _ noun: String) -> [String] {
    count > classLimit ? ["", "\(Readable.count(count - classLimit, "smaller \(noun)")) left out."] : []
  }
}

extension ModelCard {
  private var accuracy: [String] {
    guard let evaluation, let inputName else {
      return [
        "## Accuracy", "",
        "Not measured: `fastkmeans describe --input` takes labelled rows that the model has not seen.", "",
      ]
    }
    let report = evaluation.report
    let error = (report.accuracy * (1 - report.accuracy) / Double(max(1, report.documentCount))).squareRoot()
    let unknown =
      evaluation.unknownCount > 0
      ? [
        [
          "labels that the model does not know",
          "\(Readable.count(evaluation.unknownCount, "row")), counted as errors",
        ]
      ]
      : []
    let figures =
      [
        ["accuracy", "\(Readable.percent(report.accuracy)) ± \(Readable.fixed(error * 100, 1))"],
        ["macro F1", Readable.percent(report.macroF1)],
      ]
      + evaluation.topAccuracies.dropFirst().map {
        ["right class in the best \($0.count)", Readable.percent($0.accuracy)]
      } + [["rejected", Readable.count(evaluation.rejectedCount, "row")]] + unknown
    return [
      "## Accuracy", "",
      "On \(Readable.count(report.documentCount, "row")) of \(Self.escaped(inputName)). Behind ±: the standard error.",
      "",
    ] + Table(["", ""], [.left, .right], figures).markdown + [""] + weakest(evaluation)
      + calibration(evaluation)
      + confusions(evaluation)
  }

  /// The classes that are answered worst.
  private func weakest(_ evaluation: Evaluation) -> [String] {
    let order = evaluation.report.classes.filter { $0.support > 0 }.sorted {
      ($0.f1, $1.support, $0.classIndex) < ($1.f1, $0.support, $1.classIndex)
    }
    return ["The classes that it answers worst:", ""]
      + Table(
        ["class", "precision", "recall", "F1", "rows"], [.left, .right, .right, .right, .right],
        order.prefix(10).map { [Self.name(evaluation.classNames[$0.classIndex])] + $0.cells }
      ).markdown + [""]
  }

  private func calibration(_ evaluation: Evaluation) -> [String] {
    let report = evaluation.confidence
    return [
      "## Calibration", "",
      "Calibration error: \(Readable.percent(report.expectedCalibrationError)), the mean distance between confidence and the"
        + " share that is right.", "",
    ]
      + Table(
        ["confidence", "rows", "mean confidence", "right"], [.left, .right, .right, .right],
        report.bins.filter { $0.documentCount > 0 }.map {
          [
            "\(Readable.fixed($0.lowerBound, 2)) to \(Readable.fixed($0.upperBound, 2))",
            Readable.count($0.documentCount), Readable.percent($0.meanConfidence),
            Readable.percent($0.accuracy),
          ]
        }
      ).markdown + ["", "Answering only the surer rows:", ""]
      + Table(
        ["answered", "confidence from", "right"], [.right, .right, .right],
        report.coverage.map {
          [Readable.percent($0.coverage), Readable.fixed($0.threshold, 3), Readable.percent($0.accuracy)]
        }
      ).markdown + [""]
  }

  private func confusions(_ evaluation: Evaluation) -> [String] {
    let confusions = evaluation.report.confusions
    guard !confusions.isEmpty else { return [] }
    return ["## Confusions", ""]
      + Table(
        ["class", "taken for", "rows"], [.left, .left, .right],
        confusions.prefix(20).map {
          [
            Self.name(evaluation.classNames[$0.truth]), Self.name(evaluation.classNames[$0.predicted]),
            Readable.count($0.count),
          ]
        }
      ).markdown + [""]
  }
}

extension ModelCard {
  private var limits: [String] {
    let noun = inspection.contents.vectorizer == nil ? "row" : "text"
    let frequent = byMass.first.map { Self.name($0.label) } ?? "none"
    let confidence =
      storage.calibration == nil
      ? "Confidences are shares of similarities; no held-out rows say what they are worth."
      : "Confidences were calibrated on held-out rows of the training; they hold for \(noun)s of that kind."
    let sets =
      storage.calibration?.truths == nil
      ? "It makes no promise of coverage: no answers to held-out rows were kept."
      : "Sets of classes with a promise (`predict --coverage`) rest on the same held-out rows."
    let isHashing = inspection.contents.vectorizer?.isHashing == true
    let points =
      [
        "It answers its \(Readable.count(model.classCount, "class")) and no other: a \(noun) of another class gets one of them.",
        rejection(noun),
        "A \(noun) without any known \(noun == "text" ? "word" : "value") is rejected; its answer is the most frequent class, \(frequent).",
        confidence, sets,
      ] + (isHashing ? ["Its words are hashed: it can name a column, not the word."] : [])
    return ["## Limits", ""] + points.map { "- \($0)" } + [""]
  }

  private func rejection(_ noun: String) -> String {
    guard let rule = storage.rejection?.rule else {
      return storage.openSet == nil
        ? "It cannot tell \(noun)s of unknown classes."
        : "It rejects no \(noun) of an unknown class unless a rate is named (`--false-accept-rate`)."
    }
    let what =
      rule.measure == .falseAccept
      ? "accepts \(noun)s of unknown classes" : "rejects \(noun)s of known classes"
    return "It \(what) at a rate of \(Readable.percent(rule.rate)), as held-out rows say"
      + (rule.isPerClass ? ", in each class." : ".")
  }

  private var options: [String] {
    let options = OptionsJSON.object(training: model.options, text: inspection.contents.vectorizer?.options)
    return ["## Options", "", "```json", options.text, "```"]
  }

  /// A label in a line or cell.
  private static func name(_ label: Label) -> String { escaped(TextLabel.cell(label)) }

  /// Text that Markdown shows as it is; a table's cell escapes its own border.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for letter in EscapedText.write(text) {
      switch letter {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case "\\", "`", "*", "_", "[", "]", "#", "~": escaped += "\\\(letter)"
      default: escaped.append(letter)
      }
    }
    return escaped
  }
}
