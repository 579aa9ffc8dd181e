import FastKMeansFormats

/// What the log says of one step: rows that were learned, or that the input's end was taken for good.
struct LogRecord: Equatable {
  enum Rows: Equatable {
    /// The rows themselves, coded.
    case content([UInt8])
    /// To be read again; this is the checksum of their coding.
    case reread(checksum: UInt32)
    /// The source ended: what waited for more documents has been learned.
    case end
    /// Somebody changed what has been learned.
    case change(StateChange)
  }

  /// The source's ``RowSource/identity``.
  var source: String
  /// After the rows.
  var position: SourcePosition
  var rows: Rows
  /// What went into the file of rejected rows, as it stands there.
  var rejects: [UInt8]
  var rejectedCount: Int
  /// Known after these rows.
  var zeroBased: Bool?

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.text(source)
    writer.list(position.bytes)
    writer.list(rejects)
    writer.count(rejectedCount)
    writer.optional(zeroBased) { $0.flag($1) }
    switch rows {
    case .content(let bytes):
      writer.number(0 as UInt8)
      writer.list(bytes)
    case .reread(let checksum):
      writer.number(1 as UInt8)
      writer.number(checksum)
    case .end: writer.number(2 as UInt8)
    case .change(let change):
      writer.number(3 as UInt8)
      writer.list(change.encoded())
    }
    return writer.bytes
  }

  init(
    source: String, position: SourcePosition, rows: Rows, rejects: [UInt8] = [], rejectedCount: Int = 0,
    zeroBased: Bool? = nil
  ) {
    self.source = source
    self.position = position
    self.rows = rows
    self.rejects = rejects
    self.rejectedCount = rejectedCount
    self.zeroBased = zeroBased
  }

  /// - Throws: ``ByteReader/Fault``; what the rows of a change throw.
  init(_ bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    source = try reader.text()
    position = SourcePosition(bytes: try reader.list())
    rejects = try reader.list()
    rejectedCount = try reader.whole()
    // So that the sum over all records of a log cannot overflow.
    guard rejectedCount <= UInt32.max else {
      throw ByteReader.Fault.bad("a batch with \(rejectedCount) rejected rows")
    }
    zeroBased = try reader.flag() ? try reader.flag() : nil
    let kind: UInt8 = try reader.number()
    switch kind {
    case 0: rows = .content(try reader.list())
    case 1: rows = .reread(checksum: try reader.number())
    case 2: rows = .end
    case 3: rows = .change(try StateChange(reader.list()))
    default: throw ByteReader.Fault.bad("a record of kind \(kind)")
    }
    try reader.finish()
  }
}
