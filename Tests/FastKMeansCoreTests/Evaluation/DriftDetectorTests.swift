import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct DriftDetectorTests {
  /// Errors at a rate that jumps.
  static func errors(_ random: inout CounterRandom, rate: Double) -> Double {
    random.nextUnit() < rate ? 1 : 0
  }

  @Test func aStationaryStreamRaisesNoMoreAlarmsThanDeltaAllows() throws {
    var alarms = 0
    let streams = 200
    for seed in 0..<UInt64(streams) {
      var random = CounterRandom(seed: seed, stream: 1)
      var detector = try DriftDetector(delta: 0.002)
      let rate = [0.02, 0.2, 0.5][Int(seed % 3)]
      var isAlarmed = false
      for _ in 0..<3000 where detector.add(Self.errors(&random, rate: rate)) != nil { isAlarmed = true }
      if isAlarmed { alarms += 1 }
    }
    // A look every 32 numbers, each with a chance of delta at most: the bound is loose, and the alarms are few.
    #expect(alarms <= streams / 50)
  }

  @Test func aJumpIsNoticedSoonAndTheWindowForgetsWhatWasBefore() throws {
    for seed in 0..<40 as Range<UInt64> {
      var random = CounterRandom(seed: seed, stream: 2)
      var detector = try DriftDetector()
      for _ in 0..<2000 { _ = detector.add(Self.errors(&random, rate: 0.1)) }
      var delay: Int?
      for number in 0..<2000 {
        if let drift = detector.add(Self.errors(&random, rate: 0.5)), drift.isRise {
          delay = delay ?? number
        }
      }
      #expect((delay ?? .max) < 256, "seed \(seed)")
      #expect(abs(detector.mean - 0.5) < 0.1, "seed \(seed)")
    }
  }

  @Test func bucketsAreThoseOfAllThatIsInTheWindow() throws {
    for seed in 0..<20 as Range<UInt64> {
      var random = CounterRandom(seed: seed, stream: 3)
      var detector = try DriftDetector(delta: 1e-12)
      let values = (0..<500).map { _ in random.nextUnit() }
      for value in values { #expect(detector.add(value) == nil) }
      #expect(detector.count == 500)
      #expect(abs(detector.mean - values.reduce(0, +) / 500) < 1e-12)
      var start = 0
      for bucket in detector.buckets {
        let own = values[start..<start + Int(bucket.count)]
        let mean = own.reduce(0, +) / bucket.count
        #expect(abs(bucket.sum - own.reduce(0, +)) < 1e-9)
        #expect(abs(bucket.spread - own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }) < 1e-9)
        start += own.count
      }
      for size in Set(detector.buckets.map(\.count)) {
        #expect(detector.buckets.filter { $0.count == size }.count <= DriftDetector.bucketsPerSize)
      }
    }
  }

  /// Before each look the same buckets go to the twin.
  @Test func looksFollowThePlainTwin() throws {
    var cuts = 0
    for seed in 0..<30 as Range<UInt64> {
      var random = CounterRandom(seed: seed, stream: 4)
      var detector = try DriftDetector(delta: 0.05)
      for number in 0..<2000 {
        let value = Self.errors(&random, rate: number / 500 % 2 == 0 ? 0.2 : 0.6)
        var silent = try DriftDetector(
          delta: 0.05, buckets: detector.buckets, sinceLook: 0)
        _ = silent.add(value)
        let isLook = detector.sinceLook == DriftDetector.period - 1
        let drift = detector.add(value)
        let expected = isLook ? DriftTwin.shrunk(silent.buckets, delta: 0.05) : silent.buckets
        #expect(detector.buckets == expected, "seed \(seed), number \(number)")
        if drift != nil { cuts += 1 }
      }
    }
    #expect(cuts > 30)
  }

  @Test func memoryGrowsWithTheLogarithmOnly() throws {
    var detector = try DriftDetector()
    for _ in 0..<100_000 { _ = detector.add(0) }
    #expect(detector.count == 100_000)
    #expect(detector.buckets.count <= DriftDetector.bucketsPerSize * 18)
  }

  @Test func aStoredDetectorGoesOn() throws {
    var random = CounterRandom(seed: 9)
    var whole = try DriftDetector()
    for number in 0..<3000 {
      var stored = try DriftDetector(delta: whole.delta, buckets: whole.buckets, sinceLook: whole.sinceLook)
      let value = Self.errors(&random, rate: number < 1500 ? 0.1 : 0.4)
      #expect(stored.add(value) == whole.add(value))
      #expect(stored == whole)
    }
  }

  @Test func badPartsAreRefused() throws {
    typealias Bucket = DriftDetector.Bucket
    for delta in [0, 1, -1, Double.nan] {
      #expect(throws: OptionsError.self) { try DriftDetector(delta: delta) }
    }
    for buckets in [
      [Bucket(count: 3, sum: 0, spread: 0)], [Bucket(count: 1, sum: 2, spread: 0)],
      [Bucket(count: 1, sum: .nan, spread: 0)], [Bucket(count: 0, sum: 0, spread: 0)],
      [Bucket(count: 1, sum: 0, spread: 0), Bucket(count: 2, sum: 0, spread: 0)],
    ] {
      #expect(throws: OptionsError.self) {
        try DriftDetector(delta: 0.1, buckets: buckets, sinceLook: 0)
      }
    }
    #expect(throws: OptionsError.self) { try DriftDetector(delta: 0.1, buckets: [], sinceLook: 99) }
    var detector = try DriftDetector()
    _ = detector.add(.nan)
    _ = detector.add(7)
    #expect(detector.mean == 1)
  }

  /// What a model said of documents of these classes.
  private func outcome(_ classes: [Int32], isRight: [Bool]) throws -> PrequentialOutcome {
    try TestRows.features(classes.map { _ in [1] }, isSparse: true).withRows { view in
      let documents = TrainingSet(
        view, norms: try RowNorms(of: view, distance: .cosine, workers: 1), classes: classes,
        classCount: Int(classes.max() ?? 0) + 1)
      return PrequentialOutcome(documents) { position, _ in isRight[position] }
    }
  }

  /// A model that learns makes fewer errors from batch to batch: the windows follow, and nobody is called.
  @Test func aModelThatBecomesBetterRaisesNoAlarm() throws {
    var monitor = try DriftMonitor(classLimit: 2)
    var random = CounterRandom(seed: 6)
    for rate in [0.9, 0.5, 0.1] {
      for _ in 0..<20 {
        let classes = (0..<100).map { Int32($0 % 2) }
        let outcome = try outcome(classes, isRight: classes.map { _ in random.nextUnit() > rate })
        #expect(monitor.add(outcome, labels: ["a", "b"]).isEmpty)
      }
    }
    #expect(monitor.overall.mean < 0.2)
    #expect(monitor.classes.values.allSatisfy { $0.detector.mean < 0.2 })
  }

  @Test func aMonitorWatchesTheLargestClassesAndNamesThem() throws {
    var monitor = try DriftMonitor(classLimit: 2)
    let labels: [Label] = ["a", "b", "c"]
    var random = CounterRandom(seed: 5)
    var events: [DriftMonitor.Event] = []
    for batch in 0..<40 {
      let classes = (0..<100).map { Int32($0 % 10 == 0 ? 2 : $0 % 2) }
      let isRight = classes.map { $0 != 0 || random.nextUnit() > (batch < 20 ? 0.1 : 0.9) }
      let outcome = try outcome(classes, isRight: isRight)
      let raised = monitor.add(outcome, labels: labels)
      if batch < 20 { #expect(raised.isEmpty) }
      events += raised
    }
    #expect(Set(monitor.classes.keys) == ["a", "b"])
    #expect(monitor.documents == 4000)
    #expect(events.contains { $0.label == nil && $0.drift.isRise })
    #expect(events.contains { $0.label == "a" && $0.drift.isRise })
    #expect(!events.contains { $0.label == "b" })
    let stored = try DriftMonitor(
      overall: monitor.overall, classes: monitor.classes, documents: monitor.documents,
      errors: monitor.errors, classLimit: 2)
    #expect(stored == monitor)
    #expect(throws: OptionsError.self) { try DriftMonitor(classLimit: -1) }
    #expect(throws: OptionsError.self) {
      try DriftMonitor(
        overall: monitor.overall, classes: monitor.classes, documents: 1, errors: 2, classLimit: 2)
    }
  }
}
