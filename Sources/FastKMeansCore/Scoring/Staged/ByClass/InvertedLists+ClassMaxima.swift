extension InvertedLists {
  /// For each feature the largest value that any prototype of a class has, class by class.
  ///
  /// A document without negative values then scores no prototype of a class higher than the class.
  ///
  /// - Parameters:
  ///   - classes: the prototypes of each class, ascending; none is empty.
  /// - Returns: lists of positions in `classes`. A class that has at most 0 of a feature, and not in all of its
  ///   prototypes, is left out.
  /// - Complexity: O(entries + prototypes).
  func classMaxima(_ classes: [Range<Int>]) throws -> InvertedLists {
    var classOf: [UInt32] = []
    for (position, range) in classes.enumerated() {
      classOf.append(contentsOf: repeatElement(UInt32(position), count: range.count))
    }
    var (starts, positions, maxima): ([Int], [UInt32], [Float]) = ([0], [], [])
    for list in 0..<directory.count {
      var entries = range(list)[...]
      while let first = entries.first {
        let position = classOf[Int(prototypes.pointer[first])]
        let end = entries.first { classOf[Int(prototypes.pointer[$0])] != position } ?? entries.endIndex
        let lacksOne = end - first < classes[Int(position)].count
        let largest = (first..<end).reduce(lacksOne ? 0 : -.infinity) { max($0, values.pointer[$1]) }
        if !lacksOne || largest > 0 {
          positions.append(position)
          maxima.append(largest)
        }
        entries = entries[end...]
      }
      starts.append(positions.count)
    }
    return try InvertedLists(directory, starts: starts, prototypes: positions, values: maxima)
  }
}
