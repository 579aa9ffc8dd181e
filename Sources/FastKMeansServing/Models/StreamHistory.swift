import FastKMeansCore
import FastKMeansStreams

/// What a stream did since the server started: its error, alarms and new classes, and what its classes stood for.
///
/// It has a few hundred points at most. Where there would be more, neighbours become one, so that the whole time is kept.
struct StreamHistory: Sendable {
  /// Consecutive batches.
  struct Point: Sendable {
    /// Documents learned up to here, over all runs.
    var total: UInt64 = 0
    /// Seconds since the server started.
    var seconds = 0.0
    var batches = 0
    var testedDocuments = 0.0
    var wrongDocuments = 0.0
    /// The classes whose error rose, nil for the error over all; ``kept`` at most.
    var alarms: [Label?] = []
    var alarmCount = 0
    var newClasses: [Label] = []
    var newClassCount = 0
    /// The documents that the largest classes stood for.
    var masses: [(label: Label, mass: Double)] = []

    mutating func add(_ next: Point) {
      (total, seconds) = (next.total, next.seconds)
      batches += next.batches
      testedDocuments += next.testedDocuments
      wrongDocuments += next.wrongDocuments
      alarms = Array((alarms + next.alarms).prefix(StreamHistory.kept))
      alarmCount += next.alarmCount
      newClasses = Array((newClasses + next.newClasses).prefix(StreamHistory.kept))
      newClassCount += next.newClassCount
      if !next.masses.isEmpty { masses = next.masses }
    }
  }

  /// Names of a point, for each kind.
  static let kept = 8
  private static let mostPoints = 400

  private(set) var points: [Point] = []
  /// A point takes further batches until it has this many.
  private var batchesOfAPoint = 1
  private let start = ContinuousClock.now

  mutating func add(_ batch: BatchSummary) {
    let seconds = start.duration(to: .now).components
    let tested = batch.errorBeforeUpdate == nil ? 0 : Double(batch.documents)
    add(
      Point(
        total: batch.totalDocuments, seconds: Double(seconds.seconds) + Double(seconds.attoseconds) * 1e-18,
        batches: 1, testedDocuments: tested, wrongDocuments: tested * (batch.errorBeforeUpdate ?? 0),
        alarms: Array(batch.drift.prefix(Self.kept).map(\.label)), alarmCount: batch.drift.count,
        newClasses: Array(batch.report.newClasses.prefix(Self.kept)),
        newClassCount: batch.report.newClasses.count))
  }

  private mutating func add(_ point: Point) {
    guard let last = points.last, last.batches < batchesOfAPoint else {
      points.append(point)
      guard points.count > Self.mostPoints else { return }
      batchesOfAPoint *= 2
      points = stride(from: 0, to: points.count, by: 2).map { first in
        var pair = points[first]
        if first + 1 < points.count { pair.add(points[first + 1]) }
        return pair
      }
      return
    }
    points[points.count - 1].add(point)
  }

  /// Notes the documents of the largest classes at this moment.
  mutating func note(_ classes: [ServedModel.ClassEntry]) {
    guard !points.isEmpty else { return }
    points[points.count - 1].masses = classes.sorted { $0.mass > $1.mass }.prefix(Self.kept).map {
      ($0.label, $0.mass)
    }
  }

  var json: JSON {
    .fields([
      "points": .array(
        points.map { point in
          .fields([
            "documents": .integer(point.total), "seconds": .number(point.seconds),
            "error": point.testedDocuments > 0
              ? .number(point.wrongDocuments / point.testedDocuments) : .null,
            "alarms": .integer(point.alarmCount),
            "alarmed_classes": .array(point.alarms.map { $0.map(JSON.label) ?? .null }),
            "new_class_count": .integer(point.newClassCount),
            "new_classes": .array(point.newClasses.map(JSON.label)),
            "masses": .array(point.masses.map { [.label($0.label), .number($0.mass)] }),
          ])
        })
    ])
  }
}
