import FastKMeansCore

/// Small labelled rows, the same in every run.
enum SampleData {
  static let classes = ["ham", "news", "spam"]

  /// The words that are typical of each class.
  static let words = [
    "meeting report project lunch schedule review colleague notes draft office agenda team",
    "minister election parliament vote party law court budget reform country president debate",
    "win money prize cash offer free click now cheap deal lottery bonus",
  ].map { $0.split(separator: " ") }

  /// Texts of ten words, most of them typical of the class.
  static func documents(_ count: Int, seed: UInt64 = 1) -> [(label: String, text: String)] {
    var random = Steps(seed: seed)
    return (0..<count).map { index in
      let kind = index < 3 ? index : random.below(3)
      let text = (0..<10).map { _ in
        let list = words[random.below(100) < 80 ? kind : random.below(3)]
        return list[random.below(list.count)]
      }
      return (classes[kind], text.joined(separator: " "))
    }
  }

  static func tsv(_ rows: [(label: String, text: String)]) -> String {
    rows.map { "\($0.label)\t\($0.text)\n" }.joined()
  }

  /// Rows of `features` numbers, dense or nearly, around a centre for each class; labels are 0, 1, 2.
  static func svmlight(_ count: Int, features: Int = 12, seed: UInt64 = 2) -> String {
    var random = Steps(seed: seed)
    return (0..<count).map { index in
      let kind = index < 3 ? index : random.below(3)
      let cells = (0..<features).compactMap { column -> String? in
        let value = random.below(100) + (column % 3 == kind ? 150 : 0)
        // The last column is always there, so that every file has as many features.
        return value > 20 || column == features - 1 ? "\(column + 1):\(Double(value + 1) / 64)" : nil
      }
      return "\(kind) \(cells.joined(separator: " "))\n"
    }.joined()
  }
}

/// A plain generator: numbers that look random and are always the same.
private struct Steps {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func below(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(limit))
  }
}
