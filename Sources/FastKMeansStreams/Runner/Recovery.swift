import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Finds where a stream stands: the newest sound checkpoint, then the log, each batch read again or out of the log.
struct Recovery {
  let options: StreamOptions
  let source: any RowSource
  let folder: StateFolder
  let model: any ModelOutput
  /// Gets the answers again that may not have arrived.
  var answers: (any AnswerSink)?
  let note: (String) -> Void

  struct Opened {
    /// As of the last record of the log.
    var checkpoint: Checkpoint
    var log: BatchLog
    var rejects: RejectsFile?
    /// The last record that is in a checkpoint on the disk.
    var savedSequence: UInt64
  }

  func run() throws -> Opened {
    let threads = options.training.threadCount
    if let halfLife = options.driftHalfLife, !(halfLife > 0 && (2 * halfLife).isFinite) {
      throw OptionsError(parameter: "driftHalfLife", value: "\(halfLife)", allowed: "a number above 0")
    }
    try folder.removeUnfinished()
    let found = try folder.newestCheckpoint(threadCount: threads, note: note)
    if found != nil { try checkModel() }
    var checkpoint = try found ?? begin()
    try checkKind(checkpoint.state)
    if options.readsFromStart { try checkNothingToReread(checkpoint) }
    let isSameFile = checkpoint.rejectsPath == options.rejectsPath
    let rejects = try options.rejectsPath.map {
      try RejectsFile(files: folder.files, path: $0, known: isSameFile ? checkpoint.rejectsByteCount : nil)
    }
    checkpoint.rejectsPath = options.rejectsPath
    let saved = checkpoint.sequence
    try source.seek(
      to: options.readsFromStart ? .beginning : checkpoint.positions[source.identity] ?? .beginning)
    let log = try replay(into: &checkpoint, rejects)
    // After the replay, which must go as it went: what this call wants is for what comes now.
    checkpoint.state.counts.driftHalfLife = options.driftHalfLife
    if checkpoint.state.drift?.overall.delta != options.driftDelta {
      checkpoint.state.drift = try options.driftDelta.map { try DriftMonitor(delta: $0) }
    }
    return Opened(checkpoint: checkpoint, log: log, rejects: rejects, savedSequence: saved)
  }

  /// The state of a new stream, with a checkpoint of it: there is never a log without one.
  private func begin() throws -> Checkpoint {
    guard try folder.logs().isEmpty else {
      throw StreamError.noValidCheckpoint(folder: folder.path, reason: "there are logs, and no checkpoint")
    }
    var generator = SystemRandomNumberGenerator()
    let stream = (0..<LogFormat.streamByteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let checkpoint = Checkpoint(
      stream: stream, sequence: 0, state: try firstState(), positions: PositionTable(),
      rejectsPath: options.rejectsPath, rejectsByteCount: 0)
    try folder.setModelDigests([try model.digest() ?? StateFolder.noModel])
    try checkpoint.write(in: folder.path, folder.files)
    // As a later start would find it: should a state not hold all of a trained model, then none of these runs has it.
    return try Checkpoint(
      files: folder.files, path: folder.file(Checkpoint.name(0)), threadCount: options.training.threadCount)
  }

  private func firstState() throws -> StreamState {
    var counts = StreamState.Counts()
    counts.vocabularyDocuments = min(options.vocabularyDocuments ?? options.limits.maxRows, StoredCount.limit)
    counts.updatesFrequencies = options.updatesFrequencies
    counts.driftHalfLife = options.driftHalfLife
    let drift = try options.driftDelta.map { try DriftMonitor(delta: $0) }
    if let contents = try model.read(threadCount: options.training.threadCount) {
      // What the model says holds for what comes.
      counts.labelKind = contents.model.classes.first?.kind
      counts.zeroBased = contents.vectorizer == nil ? contents.isZeroBased : nil
      return StreamState(
        classifier: FastKMeansClassifier<Label>(resuming: contents.model), vectorizer: contents.vectorizer,
        textOptions: contents.vectorizer?.options, drift: drift, counts: counts)
    }
    counts.featureCount = options.featureCount
    return StreamState(
      classifier: try FastKMeansClassifier<Label>(options.training),
      vectorizer: try options.text.flatMap { $0.hashingBits == nil ? nil : try TFIDFVectorizer($0) },
      textOptions: options.text, drift: drift, counts: counts)
  }

  private func checkModel() throws {
    let known = try folder.modelDigests()
    guard let found = try model.digest() else {
      guard known.isEmpty || known.contains(StateFolder.noModel) else {
        throw StreamError.modelGone(model: options.modelPath, folder: folder.path)
      }
      return
    }
    guard known.contains(found) else {
      throw StreamError.otherModel(model: options.modelPath, folder: folder.path)
    }
  }

  private func checkKind(_ state: StreamState) throws {
    guard let holdsText = state.holdsText, holdsText != (options.text != nil) else { return }
    throw StreamError.wrongKindOfRows(
      model: options.modelPath, expected: holdsText ? "text" : "vectors",
      found: holdsText ? "vectors" : "text")
  }

  /// Reading from the start and reading again what the log says exclude each other.
  private func checkNothingToReread(_ checkpoint: Checkpoint) throws {
    guard source.isRereadable, let first = try folder.logs().last, first <= checkpoint.sequence + 1 else {
      return
    }
    var reader = try LogReader(
      files: folder.files, path: folder.file(LogFormat.name(first: first)), stream: checkpoint.stream)
    while let payload = try reader?.read() {
      let record = try LogRecord(payload)
      guard (reader?.next ?? 0) - 1 <= checkpoint.sequence || record.source != source.identity else {
        throw StreamError.otherSourceUnfinished(unfinished: "\(source.name) as it stood", name: "its start")
      }
    }
  }
}

extension Recovery {
  /// Learns again what the logs hold beyond the checkpoint.
  ///
  /// - Returns: the log to go on with.
  private func replay(into checkpoint: inout Checkpoint, _ rejects: RejectsFile?) throws -> BatchLog {
    var last: LogReader?
    var count = 0
    let logs = try folder.logs()
    for (index, first) in logs.enumerated() {
      if index + 1 < logs.count, logs[index + 1] <= checkpoint.sequence + 1 { continue }
      let path = folder.file(LogFormat.name(first: first))
      guard var reader = try LogReader(files: folder.files, path: path, stream: checkpoint.stream) else {
        throw StreamError.damagedLog(path: path, byte: 0, reason: "the header is cut off")
      }
      while let payload = try reader.read() {
        let sequence = reader.next - 1
        guard sequence > checkpoint.sequence else { continue }
        guard sequence == checkpoint.sequence + 1 else {
          throw StreamError.missingBatches(
            folder: folder.path, expected: checkpoint.sequence + 1, found: sequence)
        }
        try apply(try record(payload, of: reader), to: &checkpoint, rejects)
        checkpoint.sequence = sequence
        count += 1
      }
      last = reader
    }
    if count > 0 { note("\(count) batches were brought back from the log") }
    guard let last, last.next == checkpoint.sequence + 1 else {
      return try BatchLog(
        files: folder.files, folder: folder.path, stream: checkpoint.stream, first: checkpoint.sequence + 1)
    }
    if last.droppedByteCount > 0 {
      note(
        "\(last.droppedByteCount) bytes at the end of \(last.path) were dropped: batch \(last.next) was being"
          + " written when the program ended, and was not acknowledged")
    }
    return try BatchLog(files: folder.files, continuing: last)
  }

  private func record(_ payload: [UInt8], of reader: LogReader) throws -> LogRecord {
    do {
      return try LogRecord(payload)
    } catch {
      throw StreamError.damagedLog(path: reader.path, byte: reader.validByteCount, reason: "\(error)")
    }
  }

  private func apply(_ record: LogRecord, to checkpoint: inout Checkpoint, _ rejects: RejectsFile?) throws {
    switch record.rows {
    case .content(let bytes): try learn(RowCoding.decode(bytes), record, &checkpoint)
    case .reread(let checksum): try reread(record, checksum, &checkpoint)
    case .end: _ = try checkpoint.state.finish()
    case .change(let change): try checkpoint.state.apply(change)
    }
    checkpoint.state.counts.rejected += UInt64(record.rejectedCount)
    checkpoint.state.counts.zeroBased = record.zeroBased
    checkpoint.positions[record.source] = record.position
    try rejects?.append(record.rejects)
    // What cannot be read again is not read again: the source goes on behind it.
    if record.source == source.identity, !source.isRereadable, !options.readsFromStart {
      try source.seek(to: record.position)
    }
  }

  private func reread(_ record: LogRecord, _ checksum: UInt32, _ checkpoint: inout Checkpoint) throws {
    guard record.source == source.identity, source.isRereadable else {
      throw StreamError.otherSourceUnfinished(unfinished: record.source, name: source.name)
    }
    source.expect(checkpoint.state.expectation)
    let batch = try source.reread(to: record.position)
    guard RowCoding.checksum(of: batch.data) == checksum else {
      throw StreamError.sourceChanged(
        name: source.name, reason: "rows that were read before are other rows now")
    }
    try learn(batch.data, record, &checkpoint)
  }

  /// Learns rows again, and sends their answers again: nobody knows whether these have arrived.
  private func learn(_ rows: LabelledData, _ record: LogRecord, _ checkpoint: inout Checkpoint) throws {
    let answers = record.source == source.identity ? answers : nil
    let step = try checkpoint.state.learn(rows, answers: answers != nil)
    try answers?.send(step.answers, upTo: record.position)
  }
}
