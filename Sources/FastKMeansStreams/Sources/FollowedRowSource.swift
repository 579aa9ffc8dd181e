import FastKMeansFormats

/// The rows of a file that grows: at its end it waits for more.
///
/// A file that takes the place of the followed one (rotation) is read from its start, after the old one has been read
/// to its end; a file that becomes shorter, or whose bytes are others than those that were read, is read from its start
/// again. As such a file may be gone after a crash,
/// the log keeps the rows.
package final class FollowedRowSource: RowSource {
  package let name: String
  package let identity: String
  package let isRereadable = false
  private let path: String
  private let format: RowFormat
  private var input: InputDescriptor
  private var source: TailSource?
  private var start = ReaderPosition()
  private var head: FilePosition.Head
  private var gathering: RowGathering
  private let note: (String) -> Void

  /// - Parameters:
  ///   - path: a regular file, not compressed.
  ///   - format: one of the text formats.
  ///   - options: how to understand its rows; bad ones are set aside whatever they say.
  ///   - note: is told about rotation and truncation.
  /// - Throws: `FileError`; `FormatError` for a format that cannot grow.
  package init(
    path: String, format: RowFormat, options: ReaderOptions, note: @escaping (String) -> Void
  ) throws {
    self.path = path
    self.format = format
    self.note = note
    name = path
    identity = "file:\(System.resolved(path) ?? path)"
    gathering = RowGathering(options: options)
    input = try InputDescriptor(path: path)
    head = try FilePosition.Head(of: input)
    let refusal =
      !format.isText
      ? "\(format.rawValue) files do not grow row by row; leave --follow out"
      : Compression(path: path) != nil ? "compressed files cannot be followed; leave --follow out" : nil
    if let refusal { throw FormatError(path: path, place: .file, problem: .unsupported(refusal)) }
    guard try input.status().isRegular else {
      throw FormatError(
        path: path, place: .file, problem: .unsupported("only files grow; leave --follow out for a pipe"))
    }
  }

  package var position: SourcePosition {
    FilePosition(reader: gathering.reader?.position ?? start, head: head).position
  }

  package func seek(to position: SourcePosition) throws {
    let wanted = try FilePosition(position, name: name)
    let found = try FilePosition.Head(of: input, byteCount: wanted.head.byteCount)
    let size = try input.status().size
    if found != wanted.head || size < wanted.reader.byte {
      note(
        "\(path) is another file than before, or shorter: it is read from its start, and what was added to the"
          + " old one after it was read is not learned")
    } else {
      start = wanted.reader
    }
  }

  package func expect(_ expectation: RowExpectation) { gathering.expect(expectation) }

  package func next(_ limits: BatchLimits, waiting wait: Double, stop: StopSignal) throws -> SourceEvent {
    while true {
      let event = try gathering.next(
        limits, waiting: wait, stop: stop, keepsOnStop: false, open: open,
        idle: { seconds in
          System.pause(seconds)
          try lookForChange()
          return false
        })
      if let source, head.byteCount < source.first.count { head = FilePosition.Head(source.first) }
      guard event == .end else { return event }
      if source?.wasRewritten ?? false { note("\(path) was written anew: it is read from its start") }
      try reopen()
    }
  }

  package func reread(to end: SourcePosition) throws -> RowBatch {
    throw StreamError.sourceChanged(name: name, reason: "a file that is followed is not read again")
  }

  package var zeroBased: Bool? { gathering.reader?.zeroBased }

  private func open(_ options: ReaderOptions) throws -> RowReader {
    let source = try TailSource(input, offset: RowReader.start(options, format, start), follows: true)
    self.source = source
    return try RowReader(source, name: name, format: format, options: options, at: start)
  }

  /// At the end of what is there: a file with another identity, or one that is shorter than what was read of it,
  /// means that this one has ended.
  private func lookForChange() throws {
    guard let source, source.follows else { return }
    let status = try input.status()
    if status.size < source.offset {
      note("\(path) has become shorter: it is read from its start again")
      source.follows = false
    } else if let now = System.status(at: path), now.isRegular, now.identity != status.identity {
      note("\(path) is another file now: that one is read from its start")
      source.follows = false
    }
  }

  private func reopen() throws {
    input = try InputDescriptor(path: path)
    head = FilePosition.Head()
    start = ReaderPosition()
    gathering.forget()
    source = nil
  }
}
