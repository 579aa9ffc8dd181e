import FastKMeans
import Testing

/// Short texts of three classes, the same in every run.
enum Tickets {
  static let words: [String: [Substring]] = [
    "billing": "invoice refund payment charge card receipt amount account".split(separator: " "),
    "hardware": "screen keyboard fan battery cable monitor mouse display".split(separator: " "),
    "network": "router signal wifi connection latency packet gateway modem".split(separator: " "),
  ]

  /// Words that say nothing about the class.
  private static let common: [Substring] =
    "please help urgent today again broken office customer since monday nothing works".split(separator: " ")

  /// Texts of eight words, and their classes: two words of the class, one of any class, five that all classes have.
  static func make(_ count: Int, seed: UInt64 = 1) -> (texts: [String], labels: [String]) {
    var random = CounterRandom(seed: seed, stream: 0)
    let classes = words.keys.sorted()
    let labels = (0..<count).map { classes[$0 % classes.count] }
    let texts = labels.map { label in
      let lists = [label, label, classes[random.nextIndex(below: 3)]].map { words[$0] ?? [] }
      let drawn = (lists + [[Substring]](repeating: common, count: 5)).map {
        $0[random.nextIndex(below: $0.count)]
      }
      return drawn.joined(separator: " ")
    }
    return (texts, labels)
  }

  static func classifier(_ count: Int = 300) throws -> TextClassifier {
    let (texts, labels) = make(count)
    var learner = try TextClassifier.Learner()
    try learner.fit(texts, labels: labels)
    return try learner.classifier()
  }
}

/// Answers of classifiers that were trained apart: other tests change the instruction set meanwhile, which rounds the
/// last bits differently.
func expectAlike<Class>(_ one: [Answer<Class>], _ other: [Answer<Class>]) {
  #expect(one.map(\.label) == other.map(\.label))
  #expect(one.map(\.isRejected) == other.map(\.isRejected))
  #expect(one.map { $0.alternatives.map(\.label) } == other.map { $0.alternatives.map(\.label) })
  for (left, right) in zip(one, other) { #expect(abs(left.confidence - right.confidence) < 1e-3) }
}
