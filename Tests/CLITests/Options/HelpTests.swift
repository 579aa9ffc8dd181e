import Testing

@Suite("Help")
struct HelpTests {
  @Test(
    "says on every level what it always said",
    arguments: [
      "", "demo", "train", "evaluate", "predict", "stream", "inspect", "explain", "report", "convert",
      "tune", "audit", "select", "describe",
    ])
  func helpIsStable(command: String) throws {
    let arguments = command.isEmpty ? ["--help"] : [command, "--help"]
    let outcome = try Tool.run(arguments, in: Workspace())
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty)
    try Snapshot.check(outcome.output, "help\(command.isEmpty ? "" : "-\(command)")")
  }
}
