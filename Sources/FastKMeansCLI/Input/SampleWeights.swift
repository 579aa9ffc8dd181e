import FastKMeansCore
import FastKMeansFormats
import Foundation

/// The file of `--weights`: one number a line says how much each row counts.
enum SampleWeights {
  /// - Throws: `FileError`; ``DataError`` with the line that is no number.
  static func read(_ path: String) throws -> [Double] {
    let text = String(decoding: try WholeFile.read(path), as: UTF8.self)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return try lines.enumerated().map { position, line in
      let trimmed = line.trimmingCharacters(in: .whitespacesAndNewlines)
      guard let weight = Double(trimmed) else {
        throw DataError("\(path), line \(position + 1): expected a weight, found '\(trimmed.prefix(40))'")
      }
      return weight
    }
  }
}
