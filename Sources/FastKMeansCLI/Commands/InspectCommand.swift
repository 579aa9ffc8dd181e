import ArgumentParser
import FastKMeansCore
import FastKMeansFormats

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is inside a model.",
    discussion: """
      Classes, their prototypes with the documents that each stands for and its top words, options and sizes.

      Example:
        fastkmeans inspect --model tickets.safetensors --class billing --top-words 20
      """
  )

  @Option("The model file, as train wrote it.", "file")
  var model: String

  @Option(name: .customLong("class"), help: ArgumentHelp("List this class only.", valueName: "label"))
  var label: String?

  @Option("Words to show of each prototype. (default: 8)", "count")
  var topWords = 8

  @Flag(help: "Print JSON instead of text.")
  var json = false

  func validate() throws {
    try OptionValue.check("--top-words", topWords, from: 0)
    guard model != "-" else { throw ValidationError("--model needs the name of a file, not -") }
  }

  func run() throws {
    let inspection = try Inspection(ModelFile.read(model), path: model, label: label, wordCount: topWords)
    try StandardOutput.write(json ? [inspection.json.text] : inspection.lines)
  }
}
