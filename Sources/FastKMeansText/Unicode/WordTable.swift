/// ``WordFolding`` of the basic plane by table lookup; everything above it is asked of the standard library.
///
/// Two levels: a page for each 256 code points; pages of nothing but separators, or of nothing but letters that
/// fold to themselves (ideographs, syllables), are shared. Made once a process, at the first byte beyond ASCII:
/// 10 ms for the basic plane. All planes would take four times as long, felt by every start of the command line, to speed up
/// emoji and rare ideographs.
struct WordTable: Sendable {
  static let lowercased = WordTable(WordFolding.lowercased)
  static let plain = WordTable(WordFolding.plain)

  private static let pageSize = 256
  private static let separator = Int32.min
  /// What does not fit a table entry.
  private static let special = Int32.max

  private let folding: @Sendable (Unicode.Scalar) -> WordFolding
  /// Where the page of each 256 code points starts in `entries`.
  private let pages: [Int]
  /// Folded minus unfolded code point, or one of the two signs above.
  private let entries: [Int32]

  private init(_ folding: @escaping @Sendable (Unicode.Scalar) -> WordFolding) {
    self.folding = folding
    var starts: [Int] = []
    var entries: [Int32] = []
    var shared: [[Int32]: Int] = [:]
    for page in 0..<UInt32(0x10000 / Self.pageSize) {
      let row = (0..<UInt32(Self.pageSize)).map { Self.entry(page << 8 | $0, folding) }
      let start = shared[row] ?? entries.count
      if start == entries.count {
        shared[row] = start
        entries += row
      }
      starts.append(start)
    }
    self.pages = starts
    self.entries = entries
  }

  private static func entry(_ value: UInt32, _ folding: (Unicode.Scalar) -> WordFolding) -> Int32 {
    guard let scalar = Unicode.Scalar(value) else { return separator }
    switch folding(scalar) {
    case .separator: return separator
    case .letter(let folded): return Int32(bitPattern: folded) - Int32(bitPattern: value)
    case .letters: return special
    }
  }

  /// The folding of one code point; what is no code point separates.
  func folding(of value: UInt32) -> WordFolding {
    if value < 0x10000 {
      let entry = entries[pages[Int(value >> 8)] + Int(value & 0xFF)]
      if entry == Self.separator { return .separator }
      if entry != Self.special { return .letter(UInt32(bitPattern: Int32(bitPattern: value) + entry)) }
    }
    guard let scalar = Unicode.Scalar(value) else { return .separator }
    return folding(scalar)
  }
}
