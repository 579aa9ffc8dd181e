import FastKMeansCore
import FastKMeansText
import Foundation
import Testing

/// What scikit-learn made of some texts; `Golden/make_golden.py` writes it.
struct GoldenText: Decodable {
  struct Options: Decodable {
    var ngrams: [Int]?
    var minDF: Int?
    var maxFeatures: Int?
    var sublinearTF: Bool?
    var lowercase: Bool?
    var stopWords: [String]?
    var hashing: Int?
    var analyzer: String?
    var characterNGrams: [Int]?

    enum CodingKeys: String, CodingKey {
      case ngrams
      case minDF = "min_df"
      case maxFeatures = "max_features"
      case sublinearTF = "sublinear_tf"
      case lowercase
      case stopWords = "stop_words"
      case hashing
      case analyzer
      case characterNGrams = "char_ngrams"
    }

    var textOptions: TextOptions {
      var options = TextOptions()
      if let ngrams, ngrams.count == 2 { options.ngrams = ngrams[0]...ngrams[1] }
      if let minDF { options.minDocumentFrequency = minDF }
      if let maxFeatures { options.maxFeatures = maxFeatures }
      if let sublinearTF { options.sublinearTF = sublinearTF }
      if let lowercase { options.lowercase = lowercase }
      if let stopWords { options.stopWords = .custom(Set(stopWords)) }
      options.hashingBits = hashing
      if let analyzer = analyzer.flatMap(TextAnalyzer.init) { options.analyzer = analyzer }
      if let characterNGrams { options.characterNGrams = characterNGrams[0]...characterNGrams[1] }
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

  /// The terms of a text by an analyzer, and how often each occurs.
  struct Analysis: Decodable, CustomTestStringConvertible {
    var text: Int
    var options: Options
    var terms: [String]
    var counts: [Int]

    var testDescription: String {
      "text \(text), \(options.analyzer ?? "") \(options.characterNGrams ?? [])"
    }
  }

  var texts: [String]
  var oddTexts: [String]
  var analyses: [Analysis]
  var cases: [Case]
  var hashing: [Case]
  var broken: Broken

  enum CodingKeys: String, CodingKey {
    case texts, analyses, cases, hashing, broken
    case oddTexts = "odd_texts"
  }

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
