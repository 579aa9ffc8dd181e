import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct MergingTests {
  static func prototype(_ center: [Double], mass: Double) -> Prototype {
    Prototype(center: PrototypeVector(dense: center), sumScale: mass, mass: mass)
  }

  static func options(_ change: (inout TrainingOptions) -> Void) -> TrainingOptions {
    var options = TrainingOptions.prototypesOnly
    options.distance = .euclidean
    change(&options)
    return options
  }

  /// 0 and 1 are close, 1 and 2 are close, 0 and 2 are not: groups form on the positions before merging.
  @Test func mergesInIndexOrderOnThePositionsBefore() throws {
    var report = TrainingReport()
    var prototypes = [
      [
        Self.prototype([0], mass: 1), Self.prototype([1], mass: 3), Self.prototype([2], mass: 1),
      ]
    ]
    let merging = Merging(options: Self.options { $0.mergeThreshold = 1.5 })
    #expect(merging.mergeClosePrototypes(of: &prototypes, among: [0], report: &report) == [0])
    #expect(prototypes[0].map(\.center.values) == [[0.75], [2]])
    #expect(prototypes[0].map(\.mass) == [4, 1])
    #expect(report.mergedCount == 1)
  }

  @Test func leavesOtherClassesAlone() throws {
    var report = TrainingReport()
    var prototypes = [
      [Self.prototype([0], mass: 1), Self.prototype([0.1], mass: 1)],
      [Self.prototype([0], mass: 1), Self.prototype([0.1], mass: 1)],
    ]
    let merging = Merging(options: Self.options { $0.mergeThreshold = 1 })
    #expect(merging.mergeClosePrototypes(of: &prototypes, among: [1], report: &report) == [1])
    #expect(prototypes.map(\.count) == [2, 1])
  }

  @Test func withoutAThresholdNothingMerges() throws {
    var report = TrainingReport()
    var prototypes = [[Self.prototype([0], mass: 1), Self.prototype([0], mass: 1)]]
    let merging = Merging(options: Self.options { $0.isMergeRelative = true })
    #expect(merging.mergeClosePrototypes(of: &prototypes, among: [0], report: &report).isEmpty)
    #expect(prototypes[0].count == 2)
  }

  /// Distances are 1, 4 and 9 (and each twice): mean 14/3, median 4.
  @Test func limitsAreAbsoluteRelativeAndByQuantile() throws {
    let prototypes = [
      [Self.prototype([0], mass: 1), Self.prototype([1], mass: 1)], [Self.prototype([3], mass: 1)],
    ]
    let absolute = Merging(options: Self.options { $0.mergeThreshold = 2 })
    #expect(absolute.limits(for: prototypes)?.threshold == 2)
    #expect(absolute.limits(for: prototypes)?.quantile == .infinity)
    let relative = Merging(
      options: Self.options {
        $0.mergeThreshold = 0.5
        $0.isMergeRelative = true
        $0.percentileThreshold = 0.25
      })
    let limits = try #require(relative.limits(for: prototypes))
    #expect(abs(limits.threshold - 0.5 * 14 / 3) < 1e-12)
    #expect(limits.quantile == 2.5)
  }

  @Test func oneprototypeHasNoDistancesToCompare() throws {
    let merging = Merging(
      options: Self.options {
        $0.mergeThreshold = 0.5
        $0.isMergeRelative = true
      })
    #expect(merging.limits(for: [[Self.prototype([1], mass: 1)]])?.threshold == 0.5)
  }

  @Test func quantilesInterpolate() {
    let values = [4.0, 1, 3, 2]
    #expect(Quantile.linear(values, 0) == 1)
    #expect(Quantile.linear(values, 1) == 4)
    #expect(Quantile.linear(values, 0.5) == 2.5)
    #expect(Quantile.linear([7], 0.3) == 7)
  }

  /// Default mode: a cosine prototype stands for the sum of its documents, and so does a merged one.
  @Test func aMergedPrototypeIsThatOfAllItsDocuments() throws {
    let rows = try TestRows.features([[1, 0.1], [1, 0], [1, 0.2], [0, 1]], isSparse: true)
    var options = TrainingOptions.prototypesOnly
    options.isSoft = false
    options.prototypesPerClass = 3
    options.mergeThreshold = 0.5
    options.maxEpochs = 1
    var merged = try FastKMeansClassifier<Int>(options)
    let report = try merged.fit(rows, labels: [0, 0, 0, 1])
    #expect(report.mergedCount == 2)
    options.mergeThreshold = nil
    options.prototypesPerClass = 1
    var single = try FastKMeansClassifier<Int>(options)
    try single.fit(rows, labels: [0, 0, 0, 1])
    let pairs = zip(
      try merged.model.prototypes.writtenOut(class: 0), try single.model.prototypes.writtenOut(class: 0))
    for (one, other) in pairs { #expect(largestDifference(one, other) < 1e-6) }
    #expect(try merged.model.prototypes.masses == single.model.prototypes.masses)
  }
}
