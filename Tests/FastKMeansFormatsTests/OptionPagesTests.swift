import FastKMeansCore
import FastKMeansReference
import FastKMeansText
import Foundation
import Testing

/// What is written from the tables of options, and kept in the repository, says what the tables say. `make options`
/// writes it anew.
@Suite(.serialized) struct OptionPagesTests {
  @Test(arguments: Page.all) func isUpToDate(_ page: Page) throws {
    let found = try String(contentsOf: page.url, encoding: .utf8)
    let expected = try #require(page.rewritten(found), "\(page.path) has lost its marks")
    guard found != expected else { return }
    if ProcessInfo.processInfo.environment["FASTKMEANS_WRITE_OPTIONS"] == "1" {
      try Data(expected.utf8).write(to: page.url)
      Issue.record("wrote \(page.path); run again without FASTKMEANS_WRITE_OPTIONS")
    } else {
      Issue.record("\(page.path) is not what the table of options says; run 'make options'")
    }
  }

  @Test func namesOccurOnce() {
    let names = TrainingOptions.table.map(\.name) + TextOptions.table.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func everyOptionIsReadAsItIsWritten() throws {
    func check<Options: TabledOptions & Equatable>(_ options: Options) throws {
      var copy = Options.defaults
      for row in Options.table { try row.set(row.value(options), in: &copy) }
      #expect(copy == options)
    }
    var training = TrainingOptions()
    try check(training)
    training.isPrototypeCountAutomatic = true
    training.prototypeCounts = .byLabel(["a": 2, 7: 3])
    training.initialization = .random
    training.mergeThreshold = 0.25
    training.refinement = .count(3)
    training.device = .cuda(1)
    training.seed = .max
    try check(training)
    try check(TextOptions())
    try check(TextOptions(ngrams: 2...3, maxFeatures: nil, stopWords: .custom(["b", "a"]), hashingBits: 4))
    try check(SampleModels.everyTextOption(hashingBits: 2))
  }
}

/// A file of the repository, or a piece of one between two marks, which stay.
struct Page: Sendable, CustomTestStringConvertible {
  let path: String
  var marks: (first: String, last: String)?
  let text: @Sendable () -> String

  var testDescription: String { path }

  var url: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(path)
  }

  /// - Returns: `nil` if a mark is missing.
  func rewritten(_ old: String) -> String? {
    guard let marks else { return text() }
    guard let first = old.range(of: marks.first),
      let last = old.range(of: marks.last, range: first.upperBound..<old.endIndex)
    else { return nil }
    return old[..<first.upperBound] + text() + old[last.lowerBound...]
  }

  private static let package = "python/src/fast_kmeans_classifier"
  private static let header = "Sources/CFastKMeans/include/fastkmeans.h"
  private static let parameters = (first: "    Parameters\n    ----------\n", last: "\n    Attributes\n")
  private static let constructor = (first: "    def __init__(\n        self,\n", last: "\n    def fit(")

  static let all = [
    Page(path: "docs/options.md") { ReferencePage.text },
    Page(path: "\(package)/_options.py") { PythonModule.text },
    Page(path: "\(package)/_classifier.py", marks: parameters) { PythonClass.classifier.parameters },
    Page(path: "\(package)/_classifier.py", marks: (constructor.first, "\n    # --- learning\n")) {
      PythonClass.classifier.constructor
    },
    Page(path: "\(package)/_vectorizer.py", marks: parameters) { PythonClass.vectorizer.parameters },
    Page(path: "\(package)/_vectorizer.py", marks: constructor) { PythonClass.vectorizer.constructor },
    Page(path: "\(package)/_text_classifier.py", marks: (constructor.first, "\n    def explain(")) {
      PythonClass.text.constructor
    },
    Page(path: header, marks: (" * Options of training:\n *\n", " *\n * A number that JSON")) {
      HeaderComment.text(TrainingOptions.table)
    },
    Page(path: header, marks: (" * Options of text:\n *\n", " *\n * Words are runs")) {
      HeaderComment.text(TextOptions.table)
    },
  ]
}

/// `docs/options.md`.
enum ReferencePage {
  static var text: String {
    """
    # Options

    This page lists every option with its default, what is allowed, and what it does. It is for people who look one up;
    [choosing options](choosing-options.md) says which ones matter. The names are those of Python, of the C interface and of
    model files; on the command line they have dashes (`k_init` is `--k-init`), and in Spark camel case (`kInit`). In Swift,
    each property of `TrainingOptions` and `TextOptions` gives the name in its comment. Where `none` is allowed, Python writes
    `None` and JSON `null`.

    This page is written from the tables in `Sources` by `make options`.

    """ + TrainingOptions.topics.map { section($0, $1) }.joined()
      + TextOptions.topics.map { section($0, $1) }.joined()
  }

  private static func section<Options: TabledOptions>(_ topic: OptionTopic, _ rows: [OptionRow<Options>])
    -> String
  {
    let title = topic.rawValue.prefix(1).uppercased() + topic.rawValue.dropFirst()
    let lines = rows.map { row in
      let name = "`\(row.name)`" + (row.mode.map { ", only in mode `\($0)`" } ?? "")
      return "| \(name) | \(row.defaultWords) | \(row.kind.allowed) | \(links(row.sentences)) |\n"
    }
    return """

      ## \(title)

      | option | default | allowed | meaning |
      |---|---|---|---|

      """ + lines.joined()
  }

  private static func links(_ text: String) -> String {
    text.replacing(/docs\/(\w+\.md)/) { "[\($0.output.1)](\($0.output.1))" }
  }
}

extension TabledOptions {
  static var topics: [(OptionTopic, [OptionRow<Self>])] {
    OptionTopic.allCases.map { topic in (topic, table.filter { $0.topic == topic }) }.filter { !$0.1.isEmpty }
  }
}

extension OptionRow where Options: TabledOptions {
  var defaultJSON: JSON { value(.defaults) }

  /// As the command line has it.
  var defaultWords: String { words(of: defaultJSON) }

  var sentences: String { details.isEmpty ? help : "\(help) \(details)" }
}

/// The table in the comment of `fastkmeans.h`.
enum HeaderComment {
  static func text<Options: TabledOptions>(_ rows: [OptionRow<Options>]) -> String {
    rows.reduce(line("name", ["value"], "default", ["meaning"])) { text, row in
      let mode = row.mode.map { " Only in mode \($0)." } ?? ""
      return text
        + line(
          row.name, wrapped(allowed(row), 30), row.defaultJSON.text, wrapped(row.sentences + mode, 44))
    }
  }

  private static func allowed<Options>(_ row: OptionRow<Options>) -> String {
    let choices = row.kind.choices.map { $0 == "none" ? "null" : "\"\($0)\"" }.joined(separator: ", ")
    switch (row.kind.shape, row.kind.word) {
    case (.choice, _): return choices
    case (_, "auto"?): return row.kind.allowed.replacing("or auto", with: "or \"auto\"")
    default: return row.kind.allowed.replacing("none", with: "null")
    }
  }

  private static func line(_ name: String, _ value: [String], _ standard: String, _ meaning: [String])
    -> String
  {
    (0..<max(value.count, meaning.count)).map { index in
      let cells = [
        (index == 0 ? name : "", 21), (value.indices.contains(index) ? value[index] : "", 31),
        (index == 0 ? standard : "", 12), (meaning.indices.contains(index) ? meaning[index] : "", 0),
      ]
      let line = cells.map { text, width in
        text + String(repeating: " ", count: max(width - text.count, text.isEmpty || width == 0 ? 0 : 1))
      }.joined()
      return " *   " + line.replacing(#/ +$/#, with: "") + "\n"
    }.joined()
  }
}

/// Lines of at most this many characters.
func wrapped(_ text: String, _ width: Int) -> [String] {
  text.split(separator: " ").reduce(into: [String]()) { lines, word in
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] = "\(last) \(word)"
    } else {
      lines.append(String(word))
    }
  }
}
