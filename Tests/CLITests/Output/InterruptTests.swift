import Foundation
import Testing

@Suite("Interrupts")
struct InterruptTests {
  @Test func stopTrainingCleanly() throws {
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(60)), to: "rows.tsv")
    try folder.write("old model", to: "m")
    // Standard input that never ends: the run is reading when the signal comes.
    let pipe = Pipe()
    let outcome = try interrupt(
      ["train", "--input", "-", "--format", "tsv", "--model", "m"], in: folder, input: pipe)
    #expect(outcome.status == 130)
    #expect(outcome.errors.contains("interrupted"))
    #expect(try folder.text("m") == "old model")
    #expect(try folder.files == ["m", "rows.tsv"])
  }

  @Test func leaveNoHalfWrittenAnswers() throws {
    let folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(60)), to: "rows.tsv")
    try #require(try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder).status == 0)
    try folder.write("old answers", to: "answers.tsv")
    let rows = SampleData.tsv(SampleData.documents(20_000))
    let pipe = Pipe()
    let outcome = try interrupt(
      [
        "predict", "--input", "-", "--format", "tsv", "--model", "m", "--output", "answers.tsv", "--proba",
        "p.npy",
      ], in: folder, input: pipe, sending: rows)
    #expect(outcome.status == 130)
    #expect(try folder.text("answers.tsv") == "old answers")
    #expect(try folder.files == ["answers.tsv", "m", "rows.tsv"])
  }

  /// Starts the program on a pipe that stays open, and interrupts it while it waits for more.
  private func interrupt(
    _ arguments: [String], in folder: Workspace, input pipe: Pipe, sending rows: String = ""
  ) throws -> Tool.Outcome {
    let running = try Tool.start(arguments, in: folder, reading: pipe.fileHandleForReading)
    // More than a pipe holds: once all is written, the program has begun, and its handler stands.
    let more = SampleData.tsv(SampleData.documents(5000))
    try pipe.fileHandleForWriting.write(contentsOf: Data((rows + more).utf8))
    running.process.interrupt()
    running.process.waitUntilExit()
    try pipe.fileHandleForWriting.close()
    return try running.outcome()
  }
}
