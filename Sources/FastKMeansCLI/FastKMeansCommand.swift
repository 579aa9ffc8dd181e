import ArgumentParser
import FastKMeansCore

/// The program: parses the call, runs its command, and turns every error into one line and an exit code.
@main
struct FastKMeansCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fastkmeans",
    abstract: "Classify text and vectors with several prototypes per class.",
    discussion: """
      Results go to standard output, progress and errors to standard error.
      Exit codes: 0 done, 1 bad data or a failed run, 2 a wrong call, 130 interrupted.
      """,
    version: "fastkmeans \(LibraryVersion.text)",
    subcommands: [
      DemoCommand.self, TrainCommand.self, EvaluateCommand.self, PredictCommand.self, StreamCommand.self,
      InspectCommand.self, ExplainCommand.self, ReportCommand.self, ConvertCommand.self,
      TuneCommand.self, AuditCommand.self, SelectCommand.self, DescribeCommand.self,
    ]
  )

  static func main() {
    Interruption.install()
    do {
      var command = try parseAsRoot(
        CommandLine.arguments.dropFirst().map { $0 == "--help-all" ? "--help-hidden" : $0 })
      try command.run()
    } catch {
      Failure(error).exit()
    }
  }
}
