import FastKMeansCore
import FastKMeansFormats

/// The rows of an `npz` or `npy` file, without labels.
///
/// - Throws: what reading throws; ``NoFeatures`` for text.
public func readFeatures(_ path: String) throws -> Features {
  var options = ReaderOptions()
  options.requiresLabels = false
  return try readRows(path, options: options).rows
}

/// The rows of an `npz` file with the labels of an `npy` file.
///
/// - Throws: as ``readFeatures(_:)``.
public func readRows(_ path: String, labels: String) throws -> (rows: Features, labels: [Label]) {
  var options = ReaderOptions(format: .npz)
  options.labelsFile = labels
  return try readRows(path, options: options)
}

private func readRows(_ path: String, options: ReaderOptions) throws -> (rows: Features, labels: [Label]) {
  let rows = try LabelledRows(contentsOf: path, options: options)
  guard let vectors = rows.vectors else { throw NoFeatures(path: path) }
  return (vectors, rows.labels)
}

/// The file holds text where rows of features are needed.
public struct NoFeatures: Error, CustomStringConvertible {
  public let path: String

  public init(path: String) {
    self.path = path
  }

  public var description: String { "\(path): rows of features are needed: npz or npy" }
}
