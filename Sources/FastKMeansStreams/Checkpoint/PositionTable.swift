/// How far each source has been read, the one used last at the end.
struct PositionTable: Sendable, Equatable {
  private(set) var entries: [(identity: String, position: SourcePosition)] = []

  /// A model that learns from more files than this forgets those it has not read for longest.
  static let maxEntries = 10_000

  init() {}

  subscript(identity: String) -> SourcePosition? {
    get { entries.first { $0.identity == identity }?.position }
    set {
      entries.removeAll { $0.identity == identity }
      if let newValue { entries.append((identity, newValue)) }
      if entries.count > Self.maxEntries { entries.removeFirst() }
    }
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.count(entries.count)
    for entry in entries {
      writer.text(entry.identity)
      writer.list(entry.position.bytes)
    }
    return writer.bytes
  }

  init(_ bytes: [UInt8]) throws(ByteReader.Fault) {
    var reader = ByteReader(bytes)
    let count = try reader.count(of: 16)
    for _ in 0..<count {
      let identity = try reader.text()
      entries.append((identity, SourcePosition(bytes: try reader.list())))
    }
    try reader.finish()
  }

  static func == (one: PositionTable, other: PositionTable) -> Bool {
    one.entries.elementsEqual(other.entries) { $0.identity == $1.identity && $0.position == $1.position }
  }
}
