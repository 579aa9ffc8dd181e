import FastKMeans
import FastKMeansText
import Foundation
import Testing

/// What scikit-learn made of some texts; `Golden/make_golden.py` writes it.
struct GoldenText: Decodable {
  struct Options: Decodable {
    var ngrams: [Int]?
    var min_df: Int?
    var max_features: Int?
    var sublinear_tf: Bool?
    var lowercase: Bool?
    var stop_words: [String]?
    var hashing: Int?

    var textOptions: TextOptions {
      var options = TextOptions()
      if let ngrams, ngrams.count == 2 { options.ngrams = ngrams[0]...ngrams[1] }
      if let min_df { options.minDocumentFrequency = min_df }
      if let max_features { options.maxFeatures = max_features }
      if let sublinear_tf { options.sublinearTF = sublinear_tf }
      if let lowercase { options.lowercase = lowercase }
      if let stop_words { options.stopWords = .custom(Set(stop_words)) }
      options.hashingBits = hashing
      return options
    }
  }

  struct Case: Decodable, CustomTestStringConvertible {
    var name: String
    var options: Options
    var fitted: Bool?
    var terms: [String]
    var idf: [Double]
    var columns: [[Int]]
    var values: [[Double]]

    var testDescription: String { name }
  }

  struct Broken: Decodable {
    var bytes: [[UInt8]]
    var repairs: Int
    var terms: [String]
    var columns: [[Int]]
    var values: [[Double]]
  }

  var texts: [String]
  var cases: [Case]
  var hashing: [Case]
  var broken: Broken

  static let file = Result {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/tfidf.json")
    return try JSONDecoder().decode(GoldenText.self, from: Data(contentsOf: url))
  }

  /// The largest difference between a matrix and golden rows; infinite where other columns are filled.
  static func difference(_ matrix: CSRMatrix, _ columns: [[Int]], _ values: [[Double]]) -> Double {
    guard matrix.rowCount == columns.count else { return .infinity }
    var largest = 0.0
    for row in columns.indices {
      let range = matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1]
      guard matrix.columns[range].map(Int.init) == columns[row] else { return .infinity }
      for (found, expected) in zip(matrix.values[range], values[row]) {
        largest = max(largest, abs(Double(found) - expected))
      }
    }
    return largest
  }
}
