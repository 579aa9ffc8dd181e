import FastKMeansCore
import FastKMeansFormats
import Foundation

/// The file of `--k-list`: JSON, an object keyed by label or a list by position in the sorted classes.
struct PrototypeCountsFile {
  let path: String

  /// - Throws: `FileError`, ``DataError``.
  func read() throws -> PrototypeCounts {
    let data = Data(try SideFile.bytes(of: path))
    let decoder = JSONDecoder()
    if let list = try? decoder.decode([Int].self, from: data) { return .byPosition(list) }
    guard let table = try? decoder.decode([String: Int].self, from: data) else {
      throw DataError(
        "\(path): --k-list must be JSON, an object such as {\"spam\": 5} or a list such as [3, 5], of whole numbers"
      )
    }
    return .byLabel(Self.labels(of: table))
  }

  /// A key of JSON is always a text. One that reads as an integer names that class too, if labels are integers;
  /// a label that does not occur does no harm.
  private static func labels(of table: [String: Int]) -> [Label: Int] {
    var labels: [Label: Int] = [:]
    for (key, count) in table {
      labels[.text(key)] = count
      if let integer = Int64(key) { labels[.integer(integer)] = count }
    }
    return labels
  }
}
