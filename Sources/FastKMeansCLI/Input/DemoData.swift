import FastKMeansFormats
import Foundation

/// The paths of the demo's rows: WordNet's glosses, split for training and testing.
struct DemoData {
  let trainPath: String
  let testPath: String

  /// Finds the data beside the program.
  ///
  /// `Bundle.module` is not used: it ends the process where the data is missing, for example when somebody copied
  /// the program alone.
  ///
  /// - Throws: ``DataError``.
  static func locate() throws -> DemoData {
    let program = (Bundle.main.executableURL ?? Bundle.main.bundleURL).resolvingSymlinksInPath()
    let folder = program.deletingLastPathComponent()
    let bundle = "FastKMeans_FastKMeansCLI"
    let candidates = [
      folder.appendingPathComponent("\(bundle).resources/wordnet"),
      folder.appendingPathComponent("\(bundle).bundle/wordnet"),
      folder.appendingPathComponent("\(bundle).bundle/Contents/Resources/wordnet"),
      folder.appendingPathComponent("../share/fastkmeans/wordnet").standardizedFileURL,
    ]
    for candidate in candidates {
      let data = DemoData(
        trainPath: candidate.appendingPathComponent("train.tsv.gz").path,
        testPath: candidate.appendingPathComponent("test.tsv.gz").path)
      if [data.trainPath, data.testPath].allSatisfy(FileManager.default.isReadableFile) { return data }
    }
    throw DataError(
      "the demo's data is not beside the program (\(candidates[0].path)); copy that folder along with the program"
    )
  }
}
