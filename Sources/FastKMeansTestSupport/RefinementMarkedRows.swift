import FastKMeansCore

extension TestRows {
  /// Two classes that differ in the first column, beside a second one of noise in a thousand times larger numbers.
  package static func unlikeUnits(_ count: Int, seed: UInt64) -> (rows: [[Float]], classes: [Int]) {
    var random = CounterRandom(seed: seed, stream: 21)
    let classes = (0..<count).map { $0 % 2 }
    let rows = classes.map { label in
      [Float(label) + 5 + Float(random.nextUnit()) / 2, Float(random.nextUnit()) * 1000]
    }
    return (rows, classes)
  }

  /// Noise that outweighs a small mark of the class: k-means prototypes take up the noise, a line finds the mark.
  ///
  /// - Parameters:
  ///   - count: how many rows.
  ///   - noise: features of noise; a feature for each class's mark follows.
  ///   - classes: how many; the first rows are of each class in turn, the others by lot.
  /// - Returns: the rows written out, and the class of each.
  package static func marked(
    _ count: Int, noise: Int, classes: Int, seed: UInt64
  ) -> (rows: [[Float]], classes: [Int]) {
    var random = CounterRandom(seed: seed, stream: 3)
    let labels = (0..<count).map { $0 < classes ? $0 : random.nextIndex(below: classes) }
    let rows: [[Float]] = labels.map { label in
      let noise = (0..<noise).map { _ in random.nextUnit() < 0.6 ? Float(random.nextUnit()) * 1.5 : 0 }
      return noise + (0..<classes).map { $0 == label ? 0.6 : 0 }
    }
    return (rows, labels)
  }
}
