/// Rows grouped by class.
package struct ClassPartition: Sendable {
  /// Row indices, class after class, ascending within a class.
  package let order: [Int32]
  /// Class `c` has `order[starts[c] ..< starts[c + 1]]`.
  package let starts: [Int]

  package var classCount: Int { starts.count - 1 }

  /// - Parameters:
  ///   - classes: the class index of each row, `0 ..< classCount`; a negative one leaves the row out.
  /// - Complexity: O(rows + classes).
  package init(classes: [Int32], classCount: Int) {
    self.init(classes: classes[...], classCount: classCount)
  }

  /// Some of the rows, by their indices, whose order does not count.
  ///
  /// - Parameter classes: of every row.
  package init(of rows: [Int32], classes: [Int32], classCount: Int) {
    var chosen = [Int32](repeating: -1, count: classes.count)
    for row in rows { chosen[Int(row)] = classes[Int(row)] }
    self.init(classes: chosen, classCount: classCount)
  }

  /// Some of the rows; they keep their indices.
  package init(classes: ArraySlice<Int32>, classCount: Int) {
    var starts = [Int](repeating: 0, count: classCount + 1)
    for index in classes where index >= 0 { starts[Int(index) + 1] += 1 }
    for index in 0..<classCount { starts[index + 1] += starts[index] }
    var order = [Int32](repeating: 0, count: starts[classCount])
    var next = starts
    for row in classes.indices where classes[row] >= 0 {
      let index = Int(classes[row])
      order[next[index]] = Int32(row)
      next[index] += 1
    }
    self.order = order
    self.starts = starts
  }

  package func count(of classIndex: Int) -> Int { starts[classIndex + 1] - starts[classIndex] }

  /// The class indices that have rows, those with most rows first: the long ones must not start last.
  package func classesByFallingSize() -> [Int] {
    (0..<classCount).filter { count(of: $0) > 0 }.sorted { (-count(of: $0), $0) < (-count(of: $1), $1) }
  }

  /// Calls `body` with the rows of one class.
  package func withRows<Result>(
    of classIndex: Int, _ body: (UnsafeBufferPointer<Int32>) throws -> Result
  ) rethrows -> Result {
    try order.withUnsafeBufferPointer {
      try body(UnsafeBufferPointer(rebasing: $0[starts[classIndex]..<starts[classIndex + 1]]))
    }
  }
}
