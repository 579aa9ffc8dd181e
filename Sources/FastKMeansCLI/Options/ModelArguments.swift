import ArgumentParser
import FastKMeansCore

/// The model that answers.
struct ModelArguments: ParsableArguments {
  @Option(help: ArgumentHelp("The model file, as train wrote it.", valueName: "file"))
  var model: String

  @Option(
    parsing: .unconditional, help: ArgumentHelp("Threads; -1: all cores. (default: -1)", valueName: "count"),
    transform: Value.whole)
  var nThreads = -1

  @Option(
    help: ArgumentHelp(
      "Where to answer: cpu, cuda, cuda:1, mps, torch:cpu or auto. (default: cpu)", valueName: "device"),
    transform: Value.device)
  var device = Device.cpu

  /// Reads the model.
  ///
  /// - Throws: `OptionsError`, and what is wrong with the file.
  func load() throws -> LoadedModel {
    var options = TrainingOptions()
    options.threadCount = nThreads
    _ = try options.validated()
    return try LoadedModel(path: model, threadCount: nThreads).on(device)
  }
}
