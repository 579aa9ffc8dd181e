import Foundation
import Testing

/// What a stream must not trip over: other rows than before, other states than its own, disks that say no.
@Suite("stream: bad input")
struct StreamBadInputTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(400)), to: "rows.tsv")
  }

  private static let call = ["--batch-size", "40", "--checkpoint-every", "3", "--quiet"]

  private func stream(_ model: String, _ more: String...) throws -> Tool.Outcome {
    try Tool.run(["stream", "--model", model] + more + Self.call, in: folder)
  }

  private func stream(_ model: String, _ more: [String]) throws -> Tool.Outcome {
    try Tool.run(["stream", "--model", model] + more + Self.call, in: folder)
  }

  private func documents(_ outcome: Tool.Outcome) throws -> [Int] {
    try outcome.lines.map {
      let line = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      return try #require(line?["documents"] as? Int)
    }
  }

  private func expectOneLine(_ outcome: Tool.Outcome, _ parts: String...) {
    #expect(outcome.status == 1)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    for part in parts { #expect(outcome.errors.contains(part), "\(part) is not in: \(outcome.errors)") }
  }

  /// Writes rows as npz with their labels beside them.
  private func pack(_ rows: String, _ name: String) throws {
    try folder.write(rows, to: "rows.svmlight")
    let outcome = try Tool.run(
      "convert", "--input", "rows.svmlight", "--output", "\(name).npz", "--labels-output", "\(name).txt",
      in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func aFeatureCountThatChangesIsRefused() throws {
    try pack(SampleData.svmlight(80), "twelve")
    try pack(SampleData.svmlight(80, features: 15), "fifteen")
    #expect(try stream("m", "--input", "twelve.npz", "--labels", "twelve.txt").status == 0)
    let model = try folder.data("m")
    expectOneLine(try stream("m", "--input", "fifteen.npz", "--labels", "fifteen.txt"), "12", "15")
    #expect(try folder.data("m") == model)
    // Rows of a text format are set aside one by one, and the stream goes on.
    try folder.write("0 1:1 13:2\n1 2:1\n", to: "more.svmlight")
    let outcome = try stream("m", "--input", "more.svmlight", "--rejects", "rejects")
    #expect(try documents(outcome) == [1], "\(outcome.errors)")
    #expect(try folder.text("rejects").contains("\"line\":1,"))
  }

  @Test func labelsOfAnotherTypeAreSetAsideOrRefused() throws {
    try folder.write(SampleData.svmlight(80), to: "rows.svmlight")
    let integer = ["--label-type", "integer"]
    #expect(try stream("m", integer + ["--input", "rows.svmlight"]).status == 0)
    try folder.write("zero 1:1\n1 2:1\n", to: "more.svmlight")
    let outcome = try stream("m", integer + ["--input", "more.svmlight", "--rejects", "rejects"])
    #expect(try documents(outcome) == [1], "\(outcome.errors)")
    #expect(try folder.text("rejects").contains("zero"))
    try pack(SampleData.svmlight(80), "packed")
    try folder.write((0..<80).map { "class \($0 % 3)\n" }.joined(), to: "packed.txt")
    expectOneLine(
      try stream("m", integer + ["--input", "packed.npz", "--labels", "packed.txt"]), "packed.txt, line 1",
      "is no integer")
  }

  @Test(arguments: [("", 0), ("\n\n", 0), ("no label\nnone either\n", 1)])
  func inputWithoutARowTeachesNothing(_ text: String, _ status: Int32) throws {
    try folder.write(text, to: "empty.tsv")
    let outcome = try stream("m", "--input", "empty.tsv", "--rejects", "rejects")
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("2 rows rejected; the first: empty.tsv, line 1: the row has no label")
        == (status == 1))
    #expect(outcome.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.path("m")))
    // And it stands in nobody's way.
    #expect(try stream("m", "--input", "rows.tsv").status == 0)
    #expect(try stream("whole", "--input", "rows.tsv").status == 0)
    #expect(try folder.data("m") == folder.data("whole"))
    #expect(try stream("m", "--input", "empty.tsv", "--from-start").status == status)
    #expect(try folder.data("m") == folder.data("whole"))
  }

  @Test func aBatchTakesNoMoreBytesThanItMay() throws {
    let outcome = try Tool.run(
      [
        "stream", "--model", "m", "--input", "rows.tsv", "--batch-size", "1000000000", "--max-batch-bytes",
        "4000", "--vocabulary-documents", "100", "--quiet",
      ], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let counts = try documents(outcome)
    #expect(counts.reduce(0, +) == 400)
    // A row has some 70 bytes.
    #expect(counts.count > 5 && counts.allSatisfy { $0 < 100 }, "\(counts)")
  }

  @Test func aRecordOfFiftyMegabytesIsSetAsideWithoutBeingHeld() throws {
    try folder.write("spam\twin money\n", to: "long.tsv")
    let handle = try FileHandle(forWritingTo: folder.url.appendingPathComponent("long.tsv"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("spam\t".utf8))
    let megabyte = Data(repeating: 0x61, count: 1 << 20)
    for _ in 0..<50 { try handle.write(contentsOf: megabyte) }
    try handle.write(contentsOf: Data("\nham\tmeet the team\n".utf8))
    try handle.close()
    // Standard input through a pipe, and the file itself.
    for (model, command) in [
      ("m1", "cat long.tsv | \"$0\" stream --input -"), ("m2", "\"$0\" stream --input long.tsv"),
    ] {
      let outcome = try shell(
        "ulimit -v 1000000; \(command) --format tsv --model \(model) --hashing 8 --rejects \(model).rejects --n-threads 1 --quiet"
      )
      #expect(outcome.status == 0, "\(outcome.output)")
      #expect(outcome.output.contains("\"documents\": 2") || outcome.output.contains("\"documents\":2"))
      let rejects = try folder.text("\(model).rejects")
      #expect(rejects.contains("\"line\":2,") && rejects.contains("\"bytes\":\((50 << 20) + 5)"))
      #expect(rejects.utf8.count < 4096)
    }
    #expect(try folder.data("m1") == folder.data("m2"))
  }

  @Test func anotherModelsStateIsRefused() throws {
    #expect(try stream("one", "--input", "rows.tsv").status == 0)
    try folder.write(SampleData.tsv(SampleData.documents(200, seed: 9)), to: "other.tsv")
    #expect(try stream("two", "--input", "other.tsv").status == 0)
    let manager = FileManager.default
    try manager.removeItem(atPath: folder.path("two.state"))
    try manager.copyItem(atPath: folder.path("one.state"), toPath: folder.path("two.state"))
    expectOneLine(try stream("two", "--input", "rows.tsv"), "two", "is not the model", "remove that folder")
    try manager.removeItem(atPath: folder.path("two"))
    expectOneLine(try stream("two", "--input", "rows.tsv"), "two", "is gone")
  }

  @Test func aStateOfANewerVersionIsRefused() throws {
    #expect(try stream("m", "--input", "rows.tsv").status == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("m.state"))
    let newest = try #require(names.filter { $0.hasPrefix("checkpoint-") }.max())
    var bytes = try folder.data("m.state/\(newest)")
    let version = try #require(bytes.firstRange(of: Array("\"format_version\":\"2".utf8)))
    bytes[version.upperBound - 1] = UInt8(ascii: "7")
    try folder.write(bytes, to: "m.state/\(newest)")
    expectOneLine(try stream("m", "--input", "rows.tsv"), newest, "version 7", "use a newer program")
  }

  @Test func aFolderWithoutPermissionIsAnError() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("locked"), withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o555])
    defer {
      try? FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: folder.path("locked"))
    }
    // The rights of a folder do not bind root.
    var arguments = ["\"$0\" stream --model locked/m --input rows.tsv --quiet"]
    if getuid() == 0 {
      guard FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv") else { return }
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
      arguments.insert("/usr/bin/setpriv --reuid 65534 --clear-groups --no-new-privs", at: 0)
    }
    let outcome = try shell(arguments.joined(separator: " "))
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("locked/m") && outcome.output.contains("ermission"), "\(outcome.output)")
    #expect(outcome.output.split(separator: "\n").count == 1, "\(outcome.output)")
  }

  /// A disk of a few hundred kilobytes, full in the middle of a stream; when there is room, the same call goes on.
  @Test func aFullDiskEndsItAndRoomLetsItGoOn() throws {
    try FileManager.default.createDirectory(
      atPath: folder.path("disk"), withIntermediateDirectories: false)
    // A separate name space for mounts; where there may be none, there is nothing to test.
    guard try shell("unshare -rm mount -t tmpfs none disk").status == 0 else { return }
    #expect(try stream("whole", "--input", "rows.tsv", "--checkpoint-every", "1").status == 0)
    let script = """
      mount -t tmpfs -o size=SIZEk none disk || exit 99
      "$0" stream --model disk/m --input rows.tsv CALL >lines 2>errors; echo "first $?"
      mount -o remount,size=20m disk || exit 99
      "$0" stream --model disk/m --input rows.tsv CALL >>lines 2>more; echo "second $?"
      cp disk/m m
      """
    var failures = 0
    for size in [12, 20, 28, 36, 48, 64] {
      let filled = script.replacingOccurrences(of: "SIZE", with: "\(size)")
        .replacingOccurrences(of: "CALL", with: "--batch-size 40 --checkpoint-every 1 --quiet")
      try folder.write(filled, to: "script.sh")
      let outcome = try shell("unshare -rm sh -c '. ./script.sh' \"$0\"")
      #expect(outcome.output.contains("second 0"), "\(size): \(outcome.output)")
      let errors = try folder.text("errors")
      if outcome.output.contains("first 1") {
        failures += 1
        #expect(errors.contains("the disk is full"), "\(size): \(errors)")
        #expect(errors.split(separator: "\n").count == 1, "\(size): \(errors)")
      } else {
        #expect(outcome.output.contains("first 0"), "\(size): \(outcome.output)")
      }
      let batches = try folder.text("lines").split(separator: "\n").map {
        (try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])?["batch"] as? Int
      }
      #expect(batches == Array(1...10), "\(size): \(batches)")
      #expect(try folder.data("m") == folder.data("whole"), "\(size)")
    }
    #expect(failures > 2)
  }

  /// Runs a line of the shell in the folder; `$0` is the program. Both outputs come back as one.
  private func shell(_ line: String) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", line, try Tool.url.path]
    process.currentDirectoryURL = folder.url
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
