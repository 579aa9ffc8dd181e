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

  @Option(help: ArgumentHelp("The model file, as train wrote it.", valueName: "file"))
  var model: String

  @Option(name: .customLong("class"), help: ArgumentHelp("List this class only.", valueName: "label"))
  var label: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Words to show of each prototype. (default: 8)", valueName: "count"),
    transform: Value.whole)
  var topWords = 8

  @Flag(help: "Print JSON instead of text.")
  var json = false

  func validate() throws {
    guard topWords >= 0 else {
      throw ValidationError("--top-words is \(topWords); allowed: a whole number from 0")
    }
    guard model != "-" else { throw ValidationError("--model needs the name of a file, not -") }
  }

  func run() throws {
    let inspection = try Inspection(ModelFile.read(model), path: model, label: label, wordCount: topWords)
    try StandardOutput.write(json ? [inspection.json.text] : inspection.lines)
  }
}
