import FastKMeansCore
import FastKMeansFormats
import Foundation

/// The file of `--weights`: one number a line says how much each row counts.
enum SampleWeights {
  /// - Throws: `FileError`; ``DataError`` with the line that is no number.
  static func read(_ path: String) throws -> [Double] {
    try SideFile.lines(of: path).enumerated().map { position, line in
      let trimmed = line.trimmingCharacters(in: .whitespacesAndNewlines)
      guard let weight = Double(trimmed) else {
        throw DataError("\(path), line \(position + 1): expected a weight, found '\(trimmed.prefix(40))'")
      }
      return weight
    }
  }
}
