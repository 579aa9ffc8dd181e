import Foundation
import Testing

/// Rows at the edges of a stream: rewritten files, half lines, rejected rows, two signals.
@Suite("stream: rows at the edges")
struct StreamRowsTests {
  private let folder: Workspace

  init() throws { folder = try Workspace() }

  private func stream(_ more: String...) throws -> Tool.Outcome {
    try Tool.run(["stream", "--model", "m", "--input", "rows.tsv", "--min-df", "1"] + more, in: folder)
  }

  private func sum(_ outcome: Tool.Outcome, _ name: String) throws -> Int {
    try outcome.lines.reduce(0) {
      let line = try JSONSerialization.jsonObject(with: Data($1.utf8)) as? [String: Any]
      return try $0 + #require(line?[name] as? Int)
    }
  }

  private func wait(for running: Tool.Running, _ isThere: (Tool.Outcome) -> Bool) throws {
    for _ in 0..<1200 {
      if try isThere(running.outcome(status: 0)) { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    Issue.record("waited for a minute: \(try running.outcome(status: 0).errors)")
  }

  private func follow() throws -> Tool.Running {
    try Tool.start(
      [
        "stream", "--model", "m", "--input", "rows.tsv", "--follow", "--max-delay", "0.1", "--hashing", "10",
      ], in: folder, reading: .nullDevice)
  }

  @Test(arguments: [(60, 90), (2, 4), (3, 500)]) func aFollowedFileThatIsWrittenAnewIsReadFromItsStart(
    _ before: Int, _ after: Int
  ) throws {
    try folder.write(SampleData.tsv(SampleData.documents(before)), to: "rows.tsv")
    let running = try follow()
    try wait(for: running) { (try? sum($0, "documents")) == before }
    // In place, and longer at once: the file is never seen to be shorter.
    let handle = try FileHandle(forWritingTo: folder.url.appendingPathComponent("rows.tsv"))
    try handle.write(contentsOf: Data(SampleData.tsv(SampleData.documents(after, seed: 5)).utf8))
    try handle.close()
    try wait(for: running) { (try? sum($0, "documents")) == before + after }
    kill(running.process.processIdentifier, SIGTERM)
    running.process.waitUntilExit()
    let outcome = try running.outcome()
    #expect(outcome.status == 0)
    #expect(try sum(outcome, "documents") == before + after)
    #expect(outcome.errors.contains("written anew"), "\(outcome.errors)")
  }

  @Test func twoSignalsOfOneShutdownAreOne() throws {
    try folder.write(SampleData.tsv(SampleData.documents(60)), to: "rows.tsv")
    let running = try follow()
    try wait(for: running) { !$0.output.isEmpty }
    kill(running.process.processIdentifier, SIGTERM)
    kill(running.process.processIdentifier, SIGTERM)
    running.process.waitUntilExit()
    let outcome = try running.outcome()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(FileManager.default.fileExists(atPath: folder.path("m")))
  }

  @Test func aLineThatGoesOnAfterItWasTheLastIsNoNewRow() throws {
    try folder.write("hardware\tscreen black\nbilling\tinvoice\nhard", to: "rows.tsv")
    #expect(try sum(stream(), "documents") == 2)
    try folder.write("hardware\tscreen black\nbilling\tinvoice\nhardware\tmoni", to: "rows.tsv")
    let rest = try stream("--rejects", "rejects")
    #expect(rest.status == 1 && rest.errors.contains("ended inside this line"), "\(rest.errors)")
    try folder.write(
      "hardware\tscreen black\nbilling\tinvoice\nhardware\tmonitor\nbilling\tcard\n", to: "rows.tsv")
    let outcome = try stream("--rejects", "rejects")
    #expect(try sum(outcome, "documents") == 1)
    #expect(outcome.errors.contains("1 row rejected; the first: rows.tsv, line 3"), "\(outcome.errors)")
    #expect(try folder.text("rejects").split(separator: "\n").count == 2)
    let inspected = try Tool.run("inspect", "--model", "m", in: folder)
    #expect(!inspected.output.contains("\nware"), "\(inspected.output)")
  }

  @Test func everyRejectedRowIsCountedSomewhere() throws {
    try folder.write("aa\txx yy\nbb\tzz ww\nno label\nnor here\n", to: "rows.tsv")
    let first = try stream("--batch-size", "2")
    #expect(first.status == 0)
    #expect(
      first.errors.contains(
        "2 rows rejected; --rejects FILE keeps them; the first: rows.tsv, line 3: the row has no label"),
      "\(first.errors)")
    try folder.write(folder.text("rows.tsv") + "none\n", to: "rows.tsv")
    let second = try stream("--quiet")
    #expect(
      second.status == 1 && second.errors.contains("nothing was learned, 1 row rejected"), "\(second.errors)")
    try folder.write(folder.text("rows.tsv") + "aa\txx\n", to: "rows.tsv")
    #expect(try sum(stream(), "documents") == 1)
  }
}
