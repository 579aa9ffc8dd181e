import FastKMeansFormats

/// The log of what was learned since a checkpoint, open for appending. A record is on the disk when ``append(_:)``
/// returns; after a failure nothing more is taken.
final class BatchLog {
  let path: String
  private let files: any FileLayer
  private let descriptor: Int32
  private var end: Int
  /// The number of the next record.
  private(set) var next: UInt64
  private var failure: (any Error)?

  /// Begins a new log.
  init(files: any FileLayer, folder: String, stream: [UInt8], first: UInt64) throws {
    path = "\(folder)/\(LogFormat.name(first: first))"
    self.files = files
    next = first
    let header = LogFormat.header(stream: stream, first: first)
    end = header.count
    // Under its name only when the header is there: a log without one would look damaged.
    try files.replace(path, in: folder) { try files.write($0, header, at: 0, path: $1) }
    descriptor = try files.open(path, .update)
  }

  /// Goes on with a log that has been read; what stands behind its last whole record is cut off.
  init(files: any FileLayer, continuing log: LogReader) throws {
    path = log.path
    self.files = files
    next = log.next
    end = log.validByteCount
    descriptor = try files.open(log.path, .update)
    guard log.droppedByteCount > 0 else { return }
    try files.truncate(descriptor, to: end, path: path)
    try files.sync(descriptor, path: path)
  }

  deinit { files.close(descriptor) }

  /// Writes records and waits, once for all, until they are on the disk.
  func append(_ payloads: [[UInt8]]) throws {
    if let failure { throw failure }
    guard !payloads.isEmpty else { return }
    let records = payloads.enumerated().flatMap { index, payload in
      LogFormat.record(sequence: next + UInt64(index), payload: payload)
    }
    do {
      try files.write(descriptor, records, at: end, path: path)
      try files.sync(descriptor, path: path)
    } catch {
      // The records may be there, whole or in part; only a new start, which reads the log, can tell.
      failure = error
      throw error
    }
    end += records.count
    next += UInt64(payloads.count)
  }
}
