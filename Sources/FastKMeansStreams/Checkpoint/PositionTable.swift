/// How far each source has been read, the one used last at the end, and which requests have been learned.
///
/// A request stands among the sources under ``requestPrefix`` and its key: what learned it once is read to its end.
struct PositionTable: Sendable, Equatable {
  /// Sources, the one used last at the end.
  private(set) var sources: [(identity: String, position: SourcePosition)] = []
  /// Identities of requests, the newest at the end, and the same for looking up.
  private var requests: [String] = []
  private var known: Set<String> = []

  /// A model that learns from more files than this forgets those it has not read for longest.
  static let maxEntries = 10_000
  /// A request that is repeated after this many others is learned again.
  static let maxRequests = 100_000
  static let requestPrefix = "request:"

  init() {}

  var count: Int { sources.count + requests.count }

  subscript(identity: String) -> SourcePosition? {
    get {
      known.contains(identity) ? .beginning : sources.first { $0.identity == identity }?.position
    }
    set {
      guard !identity.hasPrefix(Self.requestPrefix) else {
        guard newValue != nil, known.insert(identity).inserted else { return }
        requests.append(identity)
        // Many at once, so that the list moves seldom.
        guard requests.count >= Self.maxRequests + Self.maxRequests / 10 else { return }
        let forgotten = requests.count - Self.maxRequests
        known.subtract(requests.prefix(forgotten))
        requests.removeFirst(forgotten)
        return
      }
      sources.removeAll { $0.identity == identity }
      if let newValue { sources.append((identity, newValue)) }
      if sources.count > Self.maxEntries { sources.removeFirst() }
    }
  }

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.count(count)
    for entry in requests.map({ ($0, SourcePosition.beginning) }) + sources {
      writer.text(entry.0)
      writer.list(entry.1.bytes)
    }
    return writer.bytes
  }

  init(_ bytes: [UInt8]) throws(ByteReader.Fault) {
    var reader = ByteReader(bytes)
    let count = try reader.count(of: 16)
    for _ in 0..<count {
      let identity = try reader.text()
      self[identity] = SourcePosition(bytes: try reader.list())
    }
    try reader.finish()
  }

  static func == (one: PositionTable, other: PositionTable) -> Bool {
    one.requests == other.requests
      && one.sources.elementsEqual(other.sources) {
        $0.identity == $1.identity && $0.position == $1.position
      }
  }
}
