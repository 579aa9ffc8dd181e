import FastKMeansCore
import FastKMeansFormats

/// The rows of an `npz` or `npy` file, without labels.
///
/// - Throws: what reading throws; ``NoFeatures`` for text.
public func readFeatures(_ path: String) throws -> Features {
  var options = ReaderOptions()
  options.requiresLabels = false
  guard case .features(let rows, labels: _) = try LabelledData.read(path, options: options) else {
    throw NoFeatures(path: path)
  }
  return rows
}

/// The file holds text where rows of features are needed.
public struct NoFeatures: Error, CustomStringConvertible {
  public let path: String

  public init(path: String) {
    self.path = path
  }

  public var description: String { "\(path): rows of features are needed: npz or npy" }
}
