/// Watches the prequential error of a stream, over all documents and for its largest classes.
///
/// A value beside the classifier: feed it each batch's ``TrainingReport/prequential``.
package struct DriftMonitor: Sendable, Equatable {
  /// What has changed, and whose.
  package struct Event: Sendable, Equatable {
    /// The class, by its label; nil for the error over all documents.
    package let label: Label?
    package let drift: Drift
  }

  /// Documents and errors of one class.
  package struct ClassRecord: Sendable, Equatable {
    package var documents: UInt64 = 0
    package var errors: UInt64 = 0
    package var detector: DriftDetector

    package init(documents: UInt64 = 0, errors: UInt64 = 0, detector: DriftDetector) {
      self.documents = documents
      self.errors = errors
      self.detector = detector
    }
  }

  /// The detector of all documents.
  package private(set) var overall: DriftDetector
  /// Of the classes that are watched, by label.
  package private(set) var classes: [Label: ClassRecord] = [:]
  /// Documents and errors since the start.
  package private(set) var documents: UInt64 = 0
  package private(set) var errors: UInt64 = 0
  /// The most classes that are watched: memory is bounded by it.
  package let classLimit: Int

  /// - Parameters:
  ///   - delta: the bound on the rate of false alarms of each detector.
  ///   - classLimit: how many classes are watched beside the whole, the most frequent ones.
  /// - Throws: ``OptionsError``.
  package init(delta: Double = 0.002, classLimit: Int = 10) throws(OptionsError) {
    guard (0...100_000).contains(classLimit) else {
      throw OptionsError(parameter: "class_limit", value: "\(classLimit)", allowed: "0 to 100000")
    }
    overall = try DriftDetector(delta: delta)
    self.classLimit = classLimit
  }

  /// Goes on from parts that were stored.
  ///
  /// - Throws: ``OptionsError`` if they do not belong together.
  package init(
    overall: DriftDetector, classes: [Label: ClassRecord], documents: UInt64, errors: UInt64, classLimit: Int
  ) throws(OptionsError) {
    try self.init(delta: overall.delta, classLimit: classLimit)
    guard classes.count <= classLimit, errors <= documents, documents <= UInt64(StoredCount.limit),
      classes.values.allSatisfy({ $0.errors <= $0.documents && $0.documents <= documents })
    else {
      throw OptionsError(
        parameter: "drift", value: "\(classes.count) classes, \(errors) errors of \(documents)",
        allowed: """
          at most \(classLimit) classes, no more errors than documents, and none of these above \(StoredCount.limit)
          """)
    }
    self.overall = overall
    self.classes = classes
    self.documents = documents
    self.errors = errors
  }

  /// Takes what a model said of a batch before it learned it.
  ///
  /// - Parameters:
  ///   - labels: of each class index, as the classifier has them.
  /// - Returns: alarms, in the order of the documents that raised them. A falling error rate raises no alarm: a detector's
  ///   window shrinks then too, but a model that learns is no news.
  /// - Complexity: O(documents), as a rule.
  package mutating func add(_ outcome: PrequentialOutcome, labels: [Label]) -> [Event] {
    var events: [Event] = []
    admit(outcome, labels: labels)
    for (position, classIndex) in outcome.classIndices.enumerated() {
      let isWrong = !outcome.isRight[position]
      documents += 1
      if isWrong { errors += 1 }
      if let drift = overall.add(isWrong ? 1 : 0), drift.isRise {
        events.append(Event(label: nil, drift: drift))
      }
      guard labels.indices.contains(Int(classIndex)) else { continue }
      let label = labels[Int(classIndex)]
      guard var record = classes[label] else { continue }
      record.documents += 1
      if isWrong { record.errors += 1 }
      if let drift = record.detector.add(isWrong ? 1 : 0), drift.isRise {
        events.append(Event(label: label, drift: drift))
      }
      classes[label] = record
    }
    return events
  }

  /// Watches the batch's most frequent classes while there is room, and those that outgrow a watched one.
  private mutating func admit(_ outcome: PrequentialOutcome, labels: [Label]) {
    guard classLimit > 0 else { return }
    var counts: [Int32: UInt64] = [:]
    for index in outcome.classIndices { counts[index, default: 0] += 1 }
    let ranked = counts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
    for (index, count) in ranked.prefix(classLimit) where labels.indices.contains(Int(index)) {
      let label = labels[Int(index)]
      guard classes[label] == nil, let detector = try? DriftDetector(delta: overall.delta) else { continue }
      if classes.count >= classLimit {
        // The least one makes room for a class that has more documents in this batch than it ever had.
        let least = classes.min { left, right in
          left.value.documents == right.value.documents
            ? left.key > right.key : left.value.documents < right.value.documents
        }
        guard let least, least.value.documents < count else { return }
        classes[least.key] = nil
      }
      classes[label] = ClassRecord(detector: detector)
    }
  }
}
