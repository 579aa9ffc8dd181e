import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Training with the plug-in against training on the processor.
extension TorchTests {
  @Suite struct TorchTrainingTests {
    @Test(arguments: [Distance.cosine, .euclidean], [true, false])
    func refinementGivesTheProcessorsBits(_ distance: Distance, _ isSparse: Bool) throws {
      var problem = RefinementProblem.separable(isSparse: isSparse, distance: distance, seed: 3)
      problem.options.refinement = .count(12)
      let expected = try problem.fitted().classifier.model
      problem.options.device = try TorchTest.device()
      let found = try problem.fitted().classifier.model
      #expect(expected.storage.refined != nil)
      #expect(found.storage.bits == expected.storage.bits)
      // Dense rows are multiplied in another order of the sums when they are answered.
      guard isSparse else { return }
      let rows = try problem.features()
      #expect(try found.classify(rows, top: 2) == expected.classify(rows, top: 2))
      #expect(try found.probabilities(of: rows) == expected.probabilities(of: rows))
    }

    /// One assignment and its sums, as each epoch of k-means takes them.
    @Test(arguments: [Distance.cosine, .euclidean])
    func assignmentAndSumsOfDenseRowsAreTheProcessors(_ distance: Distance) throws {
      let problem = try Problem(isSparse: false, seed: 5)
      var options = TrainingOptions()
      options.distance = distance
      options.isSoft = false
      let (rows, centers) = try problem.classRows(options, prototypeCount: 7)
      var here = ClassAssignment(rows: rows, options: options)
      var there = ClassAssignment(rows: rows, options: options)
      try there.moveRows(to: TorchDevice.open(TorchTest.device()))
      #expect(try there.assignWhereRowsLie(to: centers) == here.assign(to: centers))
      #expect(there.nearest == here.nearest)
      for (mine, other) in zip(there.distances, here.distances) { #expect(abs(mine - other) < 1e-4) }
      var (sums, otherSums) = (LaneTable(laneCount: 7, for: rows), LaneTable(laneCount: 7, for: rows))
      try there.addRowsWhereTheyLie(to: &sums)
      here.addRows(to: &otherSums)
      for (mine, other) in zip(sums.values, otherSums.values) { #expect(abs(mine - other) < 1e-4) }
      #expect(sums.values.contains { $0 != 0 })
    }

    @Test func aModelAnswersOnAnotherDevice() throws {
      let problem = try Problem(isSparse: true, seed: 6)
      var options = TrainingOptions()
      options.refinement = .count(0)
      let model = try problem.fit(options)
      let elsewhere = try model.on(TorchTest.device())
      #expect(try elsewhere.classify(problem.rows, top: 3) == model.classify(problem.rows, top: 3))
      #expect(elsewhere.deviceWarnings.isEmpty)
      #expect(try elsewhere.on(.cpu).options.device == .cpu)
    }

    /// Four classes of rows around a few directions.
    private struct Problem {
      let rows: Features
      let labels: [Int]

      init(isSparse: Bool, seed: UInt64) throws {
        var random = CounterRandom(seed: seed, stream: 4)
        let (count, width) = (160, 24)
        labels = (0..<count).map { $0 % 4 }
        var values = [Float](repeating: 0, count: count * width)
        for row in 0..<count {
          let home = (row % 4) * 6 + random.nextIndex(below: 3)
          for column in 0..<width where column == home || random.nextUnit() < 0.3 {
            values[row * width + column] = Float(random.nextUnit()) + (column == home ? 0.4 : 0)
          }
        }
        guard isSparse else {
          rows = .dense(try DenseMatrix(rowCount: count, columnCount: width, values: values))
          return
        }
        var (offsets, columns, kept): ([Int], [UInt32], [Float]) = ([0], [], [])
        for row in 0..<count {
          for column in 0..<width where values[row * width + column] != 0 {
            columns.append(UInt32(column))
            kept.append(values[row * width + column])
          }
          offsets.append(columns.count)
        }
        rows = .sparse(
          try CSRMatrix(columnCount: width, rowOffsets: offsets, columns: columns, values: kept))
      }

      func fit(_ options: TrainingOptions) throws -> ClassifierModel<Int> {
        var classifier = try FastKMeansClassifier<Int>(options)
        try classifier.fit(rows, labels: labels)
        return try classifier.model
      }

      /// All rows as one class, and prototypes to assign them to.
      func classRows(
        _ options: TrainingOptions, prototypeCount: Int
      ) throws -> (rows: ClassRows, centers: ClassCenters) {
        try rows.withRows { view in
          var map = ColumnMap()
          let local = TrainingSet(
            view, norms: try RowNorms(of: view, distance: options.distance, workers: 1),
            classes: [Int32](repeating: 0, count: view.rowCount), classCount: 1
          ).classRows(of: 0, distance: options.distance, columnMap: &map)
          var table = LaneTable(laneCount: prototypeCount, for: local)
          for lane in 0..<prototypeCount { table.add(lane * 11, of: local, times: 1, toLane: lane) }
          return (local, ClassCenters(table, distance: options.distance))
        }
      }
    }
  }
}
