import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// A stream that learns from calls instead of a source, into the same folder: either may go on where the other stopped.
///
/// Not `Sendable`: one thread makes it and calls it. After an error of ``learn(_:)`` it takes nothing more, because nobody
/// knows what the disk has; ``close()`` it and open another one, which reads the log.
package final class LiveStream {
  /// Something to learn, or to change.
  package struct Call: Sendable {
    package enum Content: Sendable {
      case rows(LabelledData)
      case change(StateChange)
    }

    package var content: Content
    /// By which a repeated call is known; nil: it has none.
    package var key: String?

    package init(_ content: Content, key: String? = nil) {
      self.content = content
      self.key = key
    }
  }

  /// What became of a call that is on the disk.
  package struct Outcome: Sendable {
    /// Whether a call with the same key was carried out before; this one did nothing then.
    package var isRepeated = false
    /// What was learned of it, and of documents that had waited.
    package var batches: [BatchSummary] = []
    package var newClasses: [Label] { batches.flatMap(\.report.newClasses) }
    /// Documents learned so far, over all runs.
    package var totalDocuments: UInt64 = 0
    /// Documents that wait until there are enough for a vocabulary.
    package var waitingDocuments = 0
  }

  private let runner: StreamRunner

  package var metrics: StreamMetrics { runner.metrics }

  /// - Throws: ``StreamError``, such as ``StreamError/locked(folder:process:)``; `FileError`.
  package init(_ options: StreamOptions, note: @escaping (String) -> Void) throws {
    runner = try StreamRunner(options, source: CallSource(), note: note)
  }

  /// - Parameter files: tests bring their own.
  init(_ options: StreamOptions, files: any FileLayer) throws {
    runner = try StreamRunner(options, source: CallSource(), files: files) { _ in }
  }

  /// All that answering needs of what has been learned so far; nil before there is a class.
  package func snapshot() -> Snapshot? {
    guard !runner.state.classifier.classes.isEmpty else { return nil }
    return Snapshot(state: runner.state)
  }

  /// What has been learned up to a moment; a model can be made of it on any thread.
  package struct Snapshot: Sendable {
    fileprivate let state: StreamState

    /// - Complexity: O(stored values).
    package func contents() throws -> ModelContents {
      try ModelContents(
        model: state.classifier.model, vectorizer: state.vectorizer,
        isZeroBased: state.counts.zeroBased ?? false)
    }

    /// The number of each prototype, in the model's order; changes name prototypes by it.
    package var prototypeIDs: [UInt64] { state.classifier.learner.members.flatMap(\.ids) }
  }

  /// Carries calls out, each whole or not at all, and returns when all are on the disk, with one sync for all.
  ///
  /// - Returns: what became of each; an error of one does not concern the others.
  /// - Throws: errors of the disk; no call counts then.
  package func learn(_ calls: [Call]) throws -> [Result<Outcome, any Error>] {
    var records: [LogRecord] = []
    let results = calls.map { call in Result { try carryOut(call, &records) } }
    try runner.log.append(records.map { $0.encoded() })
    for record in records { runner.positions[record.source] = record.position }
    runner.batchesSinceCheckpoint += records.count
    return results
  }

  private func carryOut(_ call: Call, _ records: inout [LogRecord]) throws -> Outcome {
    let source = call.key.map { PositionTable.requestPrefix + $0 } ?? runner.source.identity
    var outcome = Outcome()
    if call.key != nil, runner.positions[source] != nil || records.contains(where: { $0.source == source }) {
      outcome.isRepeated = true
    } else {
      let rows: LogRecord.Rows
      switch call.content {
      case .rows(let data):
        try check(data)
        let step = try runner.state.learn(data, tests: true)
        outcome.batches = step.batches
        rows = .content(RowCoding.encode(data))
        runner.metrics.add(step, rejected: 0, runner.state)
      case .change(let change):
        try runner.state.apply(change)
        rows = .change(change)
      }
      records.append(
        LogRecord(
          source: source, position: .beginning, rows: rows, zeroBased: runner.state.counts.zeroBased))
    }
    outcome.totalDocuments = runner.state.counts.documents
    outcome.waitingDocuments = runner.state.waitingCount
    return outcome
  }

  private func check(_ data: LabelledData) throws {
    let isText = if case .text = data { true } else { false }
    guard isText == (runner.state.holdsText ?? isText) else {
      throw InputError.wrongKindOfInput(
        expected: isText ? "vectors" : "text", found: isText ? "text" : "vectors")
    }
  }

  /// Saves if it is time for it; to be called after calls and now and then.
  ///
  /// - Throws: errors of the disk.
  package func keep() throws {
    try runner.collect()
    if runner.isCheckpointDue { try runner.beginCheckpoint() }
  }

  /// Saves all that was learned, checkpoint and model, and waits for it.
  package func save() throws { try runner.saveNow() }

  /// Lets others learn into this state.
  package func close() {
    _ = runner.job?.wait()
    runner.folder.release()
  }
}

/// Stands for calls where the runner wants a source: there is nothing to read, and what came is in the log.
private final class CallSource: RowSource {
  let name = "requests"
  let identity = "server"
  let isRereadable = false
  let position = SourcePosition.beginning

  func seek(to position: SourcePosition) throws {}
  func next(_ limits: BatchLimits, waiting wait: Double, stop: StopSignal) throws -> SourceEvent { .end }
  func reread(to end: SourcePosition) throws -> RowBatch {
    throw StreamError.sourceChanged(name: name, reason: "requests cannot be read again")
  }
}
