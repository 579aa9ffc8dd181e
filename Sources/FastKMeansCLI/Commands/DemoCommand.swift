import ArgumentParser

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Train and judge a model on text that ships with the program.",
    discussion: """
      Learns to tell the 45 kinds of WordNet definitions apart, once with one prototype per class and once \
      with several, and shows what each prototype stands for. Needs no other file.
      """
  )

  @Option(help: ArgumentHelp("The folder to write model and report into.", valueName: "folder"))
  var output = "./fastkmeans-demo"

  @OptionGroup(title: "Display") var display: DisplayArguments

  func run() throws {
    let folder = output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
    let result = try DemoRun(folder: folder, data: .locate()).run(ProgressDisplay(isQuiet: display.quiet))
    try StandardOutput.write(display.json ? [result.json.text] : DemoReport(result: result).lines)
  }
}
