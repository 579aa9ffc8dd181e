import Foundation
import Testing

/// Data that cannot be used: exit code 1, one line that says what and where, nothing half-written.
@Suite("Bad input")
struct BadInputTests {
  private static let header = "ham\tmeeting report project\nspam\twin money prize\n"

  @Test(
    "in text is refused with its place",
    arguments: [
      ("rows.tsv", "", "no rows"),
      ("rows.tsv", "ham\tmeeting report\nham\tmeeting notes\n", "one label 'ham'"),
      ("rows.tsv", header + "no tab here\n", "line 3"),
      ("rows.tsv", "ham\t. .\nspam\t! ?\n", "no words"),
      ("rows.jsonl", "{\"label\": 0.5, \"text\": \"a\"}\n{\"label\": 1, \"text\": \"b\"}\n", "fractional"),
      ("rows.tsv", "0 0 1\tmeeting report\n0 1 0\tmeeting report\n", "one-hot"),
      ("rows.tsv", ".2 .8\tmeeting report\n.7 .3\tmeeting report\n", "probabilities"),
      ("rows.csv", "label,text\nham,\"never ends\n", "line 2"),
      ("rows.csv", "topic,text\nham,meeting\n", "no column 'label'"),
      ("rows.jsonl", "{\"label\": \"ham\", \"text\": 3}\n", "line 1"),
      ("rows.jsonl", "{\"label\": \"ham\"\n", "line 1"),
    ])
  func refusesText(name: String, content: String, message: String) throws {
    let folder = try Workspace()
    try folder.write(content, to: name)
    try expectRefusal(["train", "--input", name, "--model", "m"], message, in: folder, leaving: [name])
  }

  @Test(
    "in options of text that leave nothing names the option",
    arguments: [
      (["--min-df", "2"], "lower min_df"), (["--max-df", "1"], "raise max_df"),
      (["--analyzer", "char", "--char-ngrams", "8"], "char_ngrams"),
    ])
  func refusesTextWithoutTerms(options: [String], message: String) throws {
    let folder = try Workspace()
    let text = message == "raise max_df" ? "ham\tone\nspam\tone\n" : "ham\tone two\nspam\tthree\n"
    try folder.write(text, to: "rows.tsv")
    try expectRefusal(
      ["train", "--input", "rows.tsv", "--model", "m"] + options, message, in: folder, leaving: ["rows.tsv"])
  }

  @Test(
    "in vectors is refused with its place",
    arguments: [
      ("0 1:1 2:nan\n1 1:2\n", "line 1"),
      ("0 1:1 2:inf\n1 1:2\n", "line 1"),
      ("0 1:1\n1 3:1 2:1\n", "line 2"),
      ("0 1:1\n1 2:1 2:1\n", "line 2"),
      ("0 1:1\n1 -2:1\n", "line 2"),
      ("0 1:1\n1 99999999999:1\n", "line 2"),
      ("0 1:0\n1 1:0\n", "all rows are zero"),
      ("0,1 1:1\n1 2:1\n", "line 1"),
      ("0.5 1:1\n1 2:1\n", "fractional"),
      ("1 1:1\n1 2:1\n", "one label '1'"),
    ])
  func refusesVectors(content: String, message: String) throws {
    let folder = try Workspace()
    try folder.write(content, to: "rows.svmlight")
    try expectRefusal(
      ["train", "--input", "rows.svmlight", "--model", "m"], message, in: folder, leaving: ["rows.svmlight"])
  }

  @Test func refusesLabelsThatAreNotUTF8() throws {
    let folder = try Workspace()
    try folder.write(Data([0xFF, 0xFE, 0x09, 0x61, 0x61, 0x0A]), to: "rows.tsv")
    try expectRefusal(
      ["train", "--input", "rows.tsv", "--model", "m"], "not UTF-8", in: folder, leaving: ["rows.tsv"])
  }

  @Test func refusesFilesThatAreNotThere() throws {
    let folder = try Workspace()
    try folder.write(Self.header + Self.header, to: "rows.tsv")
    try expectRefusal(
      ["train", "--input", "none.tsv", "--model", "m"], "none.tsv: no such file", in: folder,
      leaving: ["rows.tsv"])
    try expectRefusal(
      ["train", "--input", "rows.tsv", "--model", "none/m"], "folder 'none' does not exist", in: folder,
      leaving: ["rows.tsv"])
    try expectRefusal(
      ["train", "--input", "rows.tsv", "--model", "."], "is a folder", in: folder, leaving: ["rows.tsv"])
    for command in ["evaluate", "predict"] {
      try expectRefusal(
        [command, "--model", "none", "--input", "rows.tsv"], "none: no such file", in: folder,
        leaving: ["rows.tsv"])
    }
    try expectRefusal(
      ["inspect", "--model", "none"], "none: no such file", in: folder, leaving: ["rows.tsv"])
  }

  @Test func refusesSideFilesThatDoNotFit() throws {
    let folder = try Workspace()
    try folder.write(Self.header + Self.header, to: "rows.tsv")
    try folder.write("1\n2\n", to: "two.txt")
    try folder.write("1\n1\nheavy\n1\n", to: "words.txt")
    try folder.write("1\n1\n-1\n1\n", to: "negative.txt")
    try folder.write("[1, 0]", to: "zero.json")
    try folder.write("{\"ham\": \"many\"}", to: "many.json")
    let files = try folder.files
    let train = ["train", "--input", "rows.tsv", "--model", "m"]
    try expectRefusal(
      train + ["--weights", "two.txt"], "expected 4 entries, found 2", in: folder, leaving: files)
    try expectRefusal(train + ["--weights", "words.txt"], "words.txt, line 3", in: folder, leaving: files)
    try expectRefusal(train + ["--weights", "negative.txt"], "weight 2 is -1", in: folder, leaving: files)
    try expectRefusal(train + ["--k-list", "many.json"], "many.json", in: folder, leaving: files)
    try expectRefusal(
      train + ["--k-list", "zero.json"], "--k-list is 0", code: 2, in: folder, leaving: files)
  }

  @Test func refusesVectorsForAModelOfTextAndTheReverse() throws {
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(40)), to: "rows.tsv")
    try folder.write(SampleData.svmlight(40), to: "rows.svmlight")
    try folder.write(SampleData.svmlight(40, features: 20), to: "wide.svmlight")
    for (input, model) in [("rows.tsv", "text"), ("rows.svmlight", "vectors")] {
      try #require(try Tool.run("train", "--input", input, "--model", model, in: folder).status == 0)
    }
    let files = try folder.files
    for command in ["evaluate", "predict"] {
      try expectRefusal(
        [command, "--model", "text", "--input", "rows.svmlight"], "the model takes text", in: folder,
        leaving: files)
      try expectRefusal(
        [command, "--model", "vectors", "--input", "rows.tsv"], "the model takes vectors", in: folder,
        leaving: files)
      try expectRefusal(
        [command, "--model", "vectors", "--input", "wide.svmlight"], "largest allowed", in: folder,
        leaving: files)
    }
  }

  @Test func refusesDamagedModels() throws {
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(40)), to: "rows.tsv")
    try #require(try Tool.run("train", "--input", "rows.tsv", "--model", "good", in: folder).status == 0)
    let good = try folder.data("good")
    var flipped = good
    flipped[flipped.count - 20] ^= 0x10
    try folder.write(flipped, to: "flipped")
    try folder.write(good.prefix(good.count / 2), to: "half")
    try folder.write(Data(), to: "nothing")
    let files = try folder.files
    for model in ["flipped", "half", "nothing", "rows.tsv"] {
      for command in [["evaluate", "--input", "rows.tsv"], ["predict", "--input", "rows.tsv"], ["inspect"]] {
        try expectRefusal(command + ["--model", model], model, in: folder, leaving: files)
      }
    }
  }

  @Test func leavesTheOldFileWhenRowsTurnOutBad() throws {
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(40)), to: "rows.tsv")
    try #require(try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder).status == 0)
    // The bad row comes after the first batch.
    let rows = SampleData.documents(9000).map { "{\"text\": \"\($0.text)\"}\n" }.joined()
    try folder.write(rows + "{\"text\": }\n", to: "rows.jsonl")
    try folder.write("old answers", to: "answers.tsv")
    try folder.write("old numbers", to: "p.npy")
    let files = try folder.files
    try expectRefusal(
      ["predict", "--model", "m", "--input", "rows.jsonl", "--output", "answers.tsv", "--proba", "p.npy"],
      "line 9001", in: folder, leaving: files)
    #expect(try folder.text("answers.tsv") == "old answers")
    #expect(try folder.text("p.npy") == "old numbers")
  }

  @Test func survivesALineOfAHundredMegabytes() throws {
    let folder = try Workspace()
    var rows = Data(SampleData.tsv(SampleData.documents(40)).utf8)
    rows.append(contentsOf: "spam\t".utf8)
    rows.append(Data(repeating: 0x78, count: 100_000_000))
    rows.append(0x0A)
    try folder.write(rows, to: "rows.tsv")
    try expectRefusal(
      ["train", "--input", "rows.tsv", "--model", "m"], "line 41: the row has 100000005 bytes", in: folder,
      leaving: ["rows.tsv"])
    let outcome = try Tool.run(
      "train", "--input", "rows.tsv", "--model", "m", "--json", "--max-record-bytes", "200000000", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try outcome.json["documents"] as? Int == 41)
  }

  /// A header and a record of many millions of commas, in some kilobytes of gzip.
  @Test(
    "of some kilobytes takes no gigabytes",
    arguments: [
      ("label,text\n", 15, "\((15 << 20) + 1) fields"), ("", 15, "\((15 << 20) + 1) fields"),
      ("label,text\n", 17, "the row has \(17 << 20) bytes"), ("", 17, "\(17 << 20) bytes"),
    ])
  func smallFilesTakeNoGigabytes(_ header: String, _ megabytes: Int, _ message: String) throws {
    let folder = try Workspace()
    let commas = String(repeating: ",", count: megabytes << 20)
    try folder.write("\(header)\(commas)\n", to: "plain.csv")
    try #require(shell("gzip -c plain.csv > rows.csv.gz && rm plain.csv", in: folder) == 0)
    let limited = try shell(
      "ulimit -v 2000000; \"$0\" train --input rows.csv.gz --model m --n-threads 1 2> errors", in: folder)
    #expect(limited == 1)
    let errors = try folder.text("errors")
    #expect(errors.contains(message), "\(errors)")
  }

  @Test func refusesCountsThatCannotBeAddedUp() throws {
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(40)), to: "rows.tsv")
    for count in ["9223372036854775807", "2147483648", "18446744073709551615"] {
      try folder.write("[\(count),1]", to: "k.json")
      // What no 64 bits hold is no list of whole numbers at all.
      try expectRefusal(
        ["train", "--input", "rows.tsv", "--k-list", "k.json", "--model", "m"], "whole numbers",
        code: count.count > 19 ? 1 : 2, in: folder, leaving: ["k.json", "rows.tsv"])
      for option in ["--k-init", "--max-iters"] {
        let outcome = try Tool.run("train", "--input", "rows.tsv", option, count, "--model", "m", in: folder)
        #expect(outcome.status != 0 && outcome.errors.contains("2147483647"), "\(outcome.errors)")
      }
    }
  }

  @Test func cutsLongLabelsInTables() throws {
    let folder = try Workspace()
    let label = String(repeating: "long", count: 250_000)
    try folder.write("\(label)\tone two three\nspam\tfour five six\n", to: "rows.tsv")
    let outcome = try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder)
    #expect(outcome.status == 0, "\(outcome.errors.prefix(300))")
    #expect(outcome.output.contains("longlong"))
    #expect(outcome.output.utf8.count < 5000 && outcome.errors.utf8.count < 5000)
  }

  /// Runs a line of the shell in the folder; `$0` is the program.
  private func shell(_ line: String, in folder: Workspace) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", line, try Tool.url.path]
    process.currentDirectoryURL = folder.url
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test func saysThatTheDiskIsFull() throws {
    // The kernel's own full disk.
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(40)), to: "rows.tsv")
    try expectRefusal(
      ["train", "--input", "rows.tsv", "--model", "/dev/full"], "disk is full", in: folder,
      leaving: ["rows.tsv"])
    try #require(try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder).status == 0)
    try expectRefusal(
      ["predict", "--model", "m", "--input", "rows.tsv", "--output", "/dev/full"], "disk is full", in: folder,
      leaving: ["m", "rows.tsv"])
    for arguments in [["inspect", "--model", "m"], ["evaluate", "--model", "m", "--input", "rows.tsv"]] {
      let outcome = try Tool.run(arguments, in: folder, output: "/dev/full")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("disk is full"), "\(outcome.errors)")
    }
  }

  @Test func neverReplacesADeviceByAFile() throws {
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(40)), to: "rows.tsv")
    try #require(try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder).status == 0)
    // A pipe stands for any file that is not regular: if it were lost, nobody would miss it.
    try #require(mkfifo(folder.path("pipe"), 0o600) == 0)
    try expectRefusal(
      ["predict", "--model", "m", "--input", "rows.tsv", "--output", "o.tsv", "--proba", "pipe"],
      "no regular file", code: 2, in: folder, leaving: ["m", "pipe", "rows.tsv"])
  }

  private func expectRefusal(
    _ arguments: [String], _ message: String, code: Int32 = 1, in folder: Workspace, leaving files: [String]
  ) throws {
    let outcome = try Tool.run(arguments, in: folder)
    #expect(outcome.status == code, "\(arguments): \(outcome.errors)")
    #expect(outcome.output.isEmpty, "\(arguments)")
    #expect(outcome.errors.hasPrefix("fastkmeans: error: "), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "'\(message)' in: \(outcome.errors)")
    #expect(try folder.files == files)
  }
}
