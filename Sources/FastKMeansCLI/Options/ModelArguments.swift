import ArgumentParser
import FastKMeansCore
import FastKMeansFormats

/// The model that answers.
struct ModelArguments: ParsableArguments {
  @Option("The model file, as train wrote it.", "file")
  var model: String

  @Option("Threads; -1: all cores. (default: -1)", "count")
  var nThreads = -1

  @Option(
    help: ArgumentHelp(
      "Where to answer: cpu, cuda, cuda:1, mps, torch:cpu or auto. (default: cpu)", valueName: "device"),
    transform: OptionValue.device)
  var device = Device.cpu

  /// Reads the model.
  ///
  /// - Parameter rule: when it answers "none of these"; `nil`: as its file says.
  /// - Throws: `OptionsError`; what is wrong with the file; `ClassifierError` for a model that cannot tell unknown
  ///   classes.
  func load(rejecting rule: RejectionRule? = nil) throws -> ModelContents {
    // A wrong call is refused before any file is opened.
    var options = TrainingOptions()
    options.threadCount = nThreads
    _ = try options.validated()
    var contents = try ModelFile.read(model, threadCount: nThreads)
    contents.model = try contents.model.on(device)
    if let rule { contents.model = try contents.model.rejecting(rule) }
    return contents
  }
}
