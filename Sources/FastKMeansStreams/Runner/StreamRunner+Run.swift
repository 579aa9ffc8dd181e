import FastKMeansCore
import FastKMeansFormats

extension StreamRunner {
  /// The longest time between two looks at the clock while nothing comes.
  private static let longestWait = 0.5

  /// Learns until the source ends or a stop is asked for, then saves the model and closes the source. Call it once.
  ///
  /// - Parameters:
  ///   - stop: ends the stream after the current batch.
  ///   - report: called after each batch that was learned and logged. An error that it throws ends the stream.
  /// - Throws: errors of the source, the learner, the disk and `report`. Every batch that was reported is on the disk.
  public func run(stop: StopSignal, report: (BatchSummary) throws -> Void) throws {
    // Whatever happens, nobody writes into the folder any more once this call is over.
    defer {
      _ = job?.wait()
      folder.release()
    }
    source.expect(state.expectation)
    try learnDescriptions(report)
    var hasEnded = false
    while !stop.isRequested, !hasEnded {
      switch try source.next(options.limits, waiting: waitingTime, stop: stop) {
      case .rows(let batch): try learn(batch, report)
      case .nothing: break
      case .saveFirst: try saveNow()
      case .end: hasEnded = true
      }
      try collect()
      if isCheckpointDue { try beginCheckpoint() }
    }
    if hasEnded { try finish(report) }
    try saveNow()
    source.close()
  }

  /// Seconds until something has to be done even if no row comes.
  private var waitingTime: Double {
    guard let seconds = options.checkpointSeconds else { return Self.longestWait }
    return min(Self.longestWait, max(0.01, lastCheckpointTime + seconds - clock.now))
  }

  private func learn(_ batch: RowBatch, _ report: (BatchSummary) throws -> Void) throws {
    guard batch.data.rowCount > 0 || !batch.rejected.isEmpty else { return }
    let rejectLines =
      options.rejectsPath == nil ? [] : RejectsFile.lines(for: batch.rejected, input: source.name)
    let step = try state.learn(batch.data, tests: true, answers: answers != nil)
    state.counts.rejected += UInt64(batch.rejected.count)
    state.counts.zeroBased = source.zeroBased ?? state.counts.zeroBased
    let rows: LogRecord.Rows =
      source.isRereadable
      ? .reread(checksum: RowCoding.checksum(of: batch.data)) : .content(RowCoding.encode(batch.data))
    try acknowledge(rows, rejects: rejectLines, rejectedCount: batch.rejected.count)
    count(batch)
    if !batch.rejected.isEmpty { try source.setAside(batch.rejected) }
    try answers?.send(step.answers, upTo: source.position)
    source.expect(state.expectation)
    try tell(step, rejected: batch.rejected.count, report)
    if !state.waiting.isEmpty {
      note(
        "\(state.waitingCount) of \(state.counts.vocabularyDocuments) documents for the vocabulary have come")
    }
  }

  /// Learns the descriptions of classes that are not known yet; the log has them, so that they are learned once.
  private func learnDescriptions(_ report: (BatchSummary) throws -> Void) throws {
    guard let new = try options.descriptions.flatMap(state.unknown) else { return }
    let step = try state.learn(new, tests: true)
    let record = LogRecord(
      source: Self.descriptionSource, position: .beginning, rows: .content(RowCoding.encode(new)),
      zeroBased: state.counts.zeroBased)
    try log.append([record.encoded()])
    positions[record.source] = record.position
    batchesSinceCheckpoint += 1
    source.expect(state.expectation)
    try tell(step, rejected: 0, report)
  }

  /// Stands for descriptions among the sources.
  private static let descriptionSource = "descriptions"

  /// Writes the step to the log; from here on it counts.
  private func acknowledge(_ rows: LogRecord.Rows, rejects lines: [UInt8], rejectedCount: Int) throws {
    let position = source.position
    guard position.bytes.count <= SourcePosition.maxByteCount else {
      throw StreamError.positionTooLong(name: source.name, byteCount: position.bytes.count)
    }
    let record = LogRecord(
      source: source.identity, position: position, rows: rows, rejects: lines, rejectedCount: rejectedCount,
      zeroBased: state.counts.zeroBased)
    try log.append([record.encoded()])
    positions[source.identity] = position
    try rejects?.append(lines)
    batchesSinceCheckpoint += 1
  }

  private func tell(
    _ step: StreamState.Step, rejected: Int, _ report: (BatchSummary) throws -> Void
  ) throws {
    metrics.add(step, rejected: rejected, state)
    for var summary in step.batches {
      summary.rejected = rejected
      try report(summary)
    }
  }

  /// The source has ended: what was waiting for more documents is learned now.
  private func finish(_ report: (BatchSummary) throws -> Void) throws {
    guard !state.waiting.isEmpty else { return }
    let step = try state.finish(tests: true)
    try acknowledge(.end, rejects: [], rejectedCount: 0)
    try tell(step, rejected: 0, report)
  }
}

extension StreamState {
  var expectation: RowExpectation {
    let known = classifier.learner.shape?.featureCount
    return RowExpectation(
      featureCount: textOptions == nil ? known ?? counts.featureCount : nil,
      labelKind: classifier.classes.first?.kind == .text ? .text : counts.labelKind,
      zeroBased: counts.zeroBased)
  }
}
