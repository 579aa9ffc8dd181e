import Foundation
import Testing

@Suite("several columns")
struct ColumnTests {
  private let folder: Workspace

  /// The class is in the title for one, in the product for another, in the price for the third.
  init() throws {
    folder = try Workspace()
    var rows = "label,title,body,product,price\n"
    var lines = ""
    for row in 0..<120 {
      let label = ["hardware", "billing", "premium"][row % 3]
      let title = row % 3 == 0 ? "screen \(row % 7)aa" : "hello \(row % 7)aa"
      let product = row % 3 == 1 ? "invoice" : ""
      let price = row % 3 == 2 ? 900 + row : 10 + row % 5
      rows += "\(label),\(title),\"the, body \(row % 4)bb\",\(product),\(price)\n"
      lines +=
        "{\"label\":\"\(label)\",\"title\":\"\(title)\",\"body\":\"the, body \(row % 4)bb\",\"product\":\"\(product)\",\"price\":\(price)}\n"
    }
    try folder.write(rows, to: "rows.csv")
    try folder.write(lines, to: "rows.jsonl")
    try folder.write(
      "price,product,title,body\n12,,screen 1aa,x\n12,invoice,hello,x\n950,,hello,x\n,other,hello,x\n",
      to: "new.csv")
  }

  private static let columns = [
    "--text-column", "title:2,body", "--category-column", "product", "--number-column", "price",
  ]

  private func train(_ input: String = "rows.csv", _ model: String = "m") throws -> Tool.Outcome {
    try Tool.run(["train", "--input", input, "--model", model] + Self.columns + ["--json"], in: folder)
  }

  @Test func trainPredictEvaluateAndExplain() throws {
    let trained = try train()
    #expect(trained.status == 0, "\(trained.errors)")
    let options = try #require(try trained.json["options"] as? [String: Any])
    let columns = try #require(options["columns"] as? [[String: Any]])
    #expect(columns.compactMap { $0["name"] as? String } == ["title", "body", "product", "price"])
    #expect(columns.first?["weight"] as? Double == 2)
    // The columns are found by their names, in any order and format; nothing needs saying again.
    let predicted = try Tool.run(
      "predict", "--model", "m", "--input", "new.csv", "--labels-only", in: folder)
    #expect(predicted.lines.prefix(3) == ["hardware", "billing", "premium"], "\(predicted.errors)")
    for input in ["rows.csv", "rows.jsonl"] {
      let judged = try Tool.run("evaluate", "--model", "m", "--input", input, "--json", in: folder)
      #expect(try judged.json["accuracy"] as? Double == 1, "\(judged.errors)")
    }
    let explained = try Tool.run("explain", "--model", "m", "--input", "new.csv", in: folder)
    for name in ["title: screen", "product=invoice", "price"] {
      #expect(explained.output.contains(name), "\(explained.output)")
    }
    let inspected = try Tool.run("inspect", "--model", "m", in: folder)
    #expect(
      inspected.output.contains(
        "the columns 'title' (text, weight 2), 'body' (text), 'product' (category), 'price' (number)"),
      "\(inspected.output)")
    let report = try Tool.run(
      "report", "--model", "m", "--input", "rows.csv", "--output", "r.html", in: folder)
    #expect(report.status == 0, "\(report.errors)")
    let audit = try Tool.run(["audit", "--input", "rows.csv"] + Self.columns, in: folder)
    #expect(audit.status == 0 && !audit.output.contains("\u{1F}"), "\(audit.errors)")
    let selected = try Tool.run("select", "--model", "m", "--input", "new.csv", "--count", "1", in: folder)
    #expect(selected.status == 0 && selected.output.contains(" | "), "\(selected.errors)")
  }

  @Test func everyFormatGivesTheSameModel() throws {
    #expect(try train().status == 0)
    #expect(try train("rows.jsonl", "j").status == 0)
    #expect(try folder.data("m") == folder.data("j"))
    let rows = try folder.text("rows.csv").replacing("\"", with: "").replacing(", body", with: "; body")
    try folder.write(rows.replacing(",", with: "\t").replacing("; body", with: ", body"), to: "rows.tsv")
    let outcome = try Tool.run(
      ["train", "--input", "rows.tsv", "--header", "--model", "t"] + Self.columns, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try folder.data("m") == folder.data("t"))
  }

  @Test func oneColumnAloneIsAsBefore() throws {
    for (name, column) in [("a", "title"), ("b", "title:1")] {
      let outcome = try Tool.run(
        "train", "--input", "rows.csv", "--model", name, "--text-column", column, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try folder.data("a") == folder.data("b"))
    let inspected = try Tool.run("inspect", "--model", "a", in: folder)
    #expect(inspected.output.contains("text, "))
    let none = try Tool.run(
      "train", "--input", "rows.csv", "--model", "n", "--text-column", "", "--category-column", "product",
      in: folder)
    #expect(none.status == 0, "\(none.errors)")
  }

  @Test func aStreamLearnsColumns() throws {
    func stream(_ more: String...) throws -> Tool.Outcome {
      try Tool.run(
        ["stream", "--model", "s", "--input", "rows.jsonl", "--batch-size", "40"] + more, in: folder)
    }
    let first = try Tool.run(
      ["stream", "--model", "s", "--input", "rows.jsonl", "--batch-size", "40", "--update-idf"]
        + Self.columns, in: folder)
    #expect(first.status == 0 && first.lines.count == 3, "\(first.errors)")
    let predicted = try Tool.run("predict", "--model", "s", "--input", "new.csv", "--labels-only", in: folder)
    #expect(predicted.lines.prefix(3) == ["hardware", "billing", "premium"], "\(predicted.errors)")
    let again = try stream("--from-start")
    #expect(
      again.status == 2 && again.errors.contains("made with 'title' (text, weight 2)"), "\(again.errors)")
    try folder.write(
      "{\"label\":\"hardware\",\"title\":\"a\",\"body\":\"b\",\"product\":\"c\",\"price\":\"cheap\"}\n",
      to: "bad.jsonl")
    let bad = try Tool.run(
      ["stream", "--model", "s", "--input", "bad.jsonl", "--rejects", "rejected"] + Self.columns, in: folder)
    #expect(bad.status == 1 && bad.errors.contains("field 'price' must be a number"), "\(bad.errors)")
    // Hashed columns need no vocabulary; numbers need one batch to be standardised by.
    let hashed = try Tool.run(
      "stream", "--model", "h", "--input", "rows.jsonl", "--text-column", "title,body", "--category-column",
      "product",
      "--hashing", "10", in: folder)
    #expect(hashed.status == 0, "\(hashed.errors)")
    let refused = try Tool.run(
      ["stream", "--model", "i", "--input", "rows.jsonl", "--hashing", "10"] + Self.columns, in: folder)
    #expect(refused.status == 2 && refused.errors.contains("'price' needs a mean"), "\(refused.errors)")
  }

  @Test func tuneSearchesWithColumns() throws {
    let outcome = try Tool.run(
      ["tune", "--input", "rows.csv", "--trials", "2", "--folds", "2", "--model", "m", "--quiet"]
        + Self.columns, in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let inspected = try Tool.run("inspect", "--model", "m", in: folder)
    #expect(inspected.output.contains("'price' (number)"))
  }

  @Test(arguments: [
    (["--text-column", "titel,body"], 1, "no column 'titel' (did you mean 'title'?)"),
    (["--text-column", "title,title"], 2, "'title' twice"),
    (["--text-column", "title", "--category-column", "title"], 2, "'title' twice"),
    (["--text-column", "title,label"], 1, "'label' is the label"),
    (["--text-column", "title,label:x"], 1, "no column 'label:x'"),
    (["--text-column", "title:0,body"], 2, "the weight of the column 'title' is 0"),
    (["--text-column", "title:-1,body"], 2, "the weight of the column 'title' is -1"),
    (["--text-column", "title:nan,body"], 2, "the weight of the column 'title' is nan"),
    (["--text-column", "title:inf,body"], 2, "the weight of the column 'title' is inf"),
    (["--text-column", "title,,body"], 2, "an empty name"),
    (["--text-column", ""], 2, "names no column"),
    (
      ["--text-column", "title", "--number-column", "product"], 1, "line 3: field 'product' must be a number"
    ),
    (["--text-column", "title,empty"], 1, "no feature comes from the column 'empty'"),
    (
      ["--text-column", "title", "--category-column", "empty"], 1, "no feature comes from the column 'empty'"
    ),
    (["--text-column", "title", "--number-column", "empty"], 1, "no feature comes from the column 'empty'"),
    (["--text-column", "title,body", "--descriptions", "classes.tsv"], 2, "--descriptions are single texts"),
  ])
  func badColumnsAreNamed(_ columns: [String], _ status: Int32, _ reason: String) throws {
    let rows = try folder.text("rows.csv").replacing("\n", with: ",\n").replacing(
      "price,\n", with: "price,empty\n")
    try folder.write(rows, to: "wide.csv")
    try folder.write("hardware\tscreens\n", to: "classes.tsv")
    let outcome = try Tool.run(["train", "--input", "wide.csv", "--model", "m"] + columns, in: folder)
    #expect(outcome.status == status && outcome.errors.contains(reason), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("m")))
  }

  @Test func otherCallsAreRefused() throws {
    #expect(try train().status == 0)
    try folder.write("title,body,price\na,b,1\n", to: "less.csv")
    for (arguments, reason) in [
      (["predict", "--model", "m", "--input", "less.csv"], "no column 'product'"),
      (
        ["predict", "--model", "m", "--input", "new.csv", "--text-column", "title,body"],
        "it was trained on them"
      ),
      (["explain", "--model", "m", "--text", "screen"], "document 0 has 1 field"),
      (["convert", "--input", "rows.csv", "--output", "x.tsv"] + Self.columns, "convert writes"),
      (
        ["audit", "--input", "rows.csv", "--fix", "less.csv", "--output", "x.csv"] + Self.columns,
        "--fix writes"
      ),
      (["train", "--input", "rows.tsv", "--model", "x", "--category-column", "product"], "pass --header"),
    ] {
      let outcome = try Tool.run(arguments, in: folder)
      #expect(outcome.status != 0 && outcome.errors.contains(reason), "\(arguments): \(outcome.errors)")
    }
  }

  @Test func namesMayHaveCommasAndColons() throws {
    try folder.write("label,\"a,b\",c:d\nx,one,two\ny,three,four\n", to: "odd.csv")
    let outcome = try Tool.run(
      "train", "--input", "odd.csv", "--model", "o", "--text-column", #"a\,b,c:d"#, "--json", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let options = try #require(try outcome.json["options"] as? [String: Any])
    let columns = try #require(options["columns"] as? [[String: Any]])
    #expect(columns.compactMap { $0["name"] as? String } == ["a,b", "c:d"])
  }
}
