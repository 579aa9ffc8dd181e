import FastKMeansCore
import Testing

@Suite struct HeldOutSplitTests {
  /// Documents of one feature, which those that are not usable lack.
  private func split(
    _ classes: [Int32], _ classCount: Int, share: Double, seed: UInt64, step: UInt64,
    isUsable: (Int32) -> Bool
  ) throws -> HeldOutSplit {
    let values: [Float] = classes.indices.map { isUsable(Int32($0)) ? 1 : 0 }
    return try DenseMatrix(rowCount: classes.count, columnCount: 1, values: values).withRows { rows in
      let documents = TrainingSet(
        .dense(rows), norms: try RowNorms(of: .dense(rows), distance: .cosine, workers: 1),
        classes: classes, classCount: classCount)
      return HeldOutSplit(documents, share: share, seed: seed, step: step)
    }
  }

  @Test func splitsAreStratifiedDisjointAndWhole() throws {
    for seed in 0..<60 as Range<UInt64> {
      var random = CounterRandom(seed: seed, stream: 5)
      let classCount = 1 + random.nextIndex(below: 8)
      let classes = (0..<random.nextIndex(below: 400)).map { _ in
        Int32(random.nextIndex(below: classCount + 1)) - 1
      }
      let share = [0.02, 0.12, 0.5, 0.95][random.nextIndex(below: 4)]
      let isUsable: (Int32) -> Bool = { $0 % 9 != 4 }
      let split = try split(
        classes, classCount, share: share, seed: seed, step: 1, isUsable: isUsable)
      let wanted = classes.indices.map { Int32($0) }.filter { classes[Int($0)] >= 0 && isUsable($0) }
      #expect((split.training + split.heldOut).sorted() == wanted, "seed \(seed)")
      #expect(split.training == split.training.sorted())
      #expect(split.heldOut == split.heldOut.sorted())
      for classIndex in 0..<Int32(classCount) {
        let size = wanted.filter { classes[Int($0)] == classIndex }.count
        let heldOut = split.heldOut.filter { classes[Int($0)] == classIndex }.count
        #expect(size == 0 || heldOut < size, "seed \(seed): no row of class \(classIndex) left")
        #expect(
          heldOut == max(0, size - 1) || abs(Double(heldOut) - share * Double(size)) < 1, "seed \(seed)")
      }
    }
  }

  @Test func stepsAndSeedsHoldOutDifferentRows() throws {
    func heldOut(_ seed: UInt64, _ step: UInt64) throws -> [Int32] {
      try split(
        [Int32](repeating: 0, count: 200), 1, share: 0.12, seed: seed, step: step, isUsable: { _ in true }
      ).heldOut
    }
    #expect(try heldOut(1, 0) == heldOut(1, 0))
    #expect(try heldOut(1, 0) != heldOut(1, 1))
    #expect(try heldOut(1, 0) != heldOut(2, 0))
  }
}
