import ArgumentParser
import FastKMeansServing
import Foundation

/// The model of `fastkmeans demo`. The server answers with it when nobody names a model.
enum Demo {
  /// Where `fastkmeans demo` writes it too.
  private static let path = "fastkmeans-demo/model.safetensors"

  /// The file of the demo's model, which is trained where it is not there.
  ///
  /// - Throws: `ValidationError` where the demo's texts are not found.
  static func modelFile(note: (String) -> Void) throws -> String {
    let files = FileManager.default
    guard !files.fileExists(atPath: path) else { return path }
    note("no model is named: the demo's model is trained, which takes some seconds")
    try files.createDirectory(atPath: "fastkmeans-demo", withIntermediateDirectories: true)
    try DemoModel.train(texts: try texts(), to: path)
    return path
  }

  /// The demo's training texts: in the checkout that the program was built in, or installed beside it.
  private static func texts() throws -> String {
    var folder = (Bundle.main.executableURL ?? Bundle.main.bundleURL).resolvingSymlinksInPath()
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      for place in ["Sources/FastKMeansCLI/Resources/wordnet", "share/fastkmeans/wordnet"] {
        let file = folder.appendingPathComponent("\(place)/train.tsv.gz").path
        if FileManager.default.isReadableFile(atPath: file) { return file }
      }
    }
    throw ValidationError("the demo's texts are not beside the program; name a model with --model")
  }
}
