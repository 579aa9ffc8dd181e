/// What a code point is to a reader: of words, or of all characters, where white space alone separates.
enum WordFolding: Equatable {
  /// No part of a word.
  case separator
  /// Part of a word, written as this code point.
  case letter(UInt32)
  /// Part of a word, written as several code points; where `endsWord`, a separator follows them.
  case letters([UInt32], endsWord: Bool)
}

extension WordFolding {
  /// Whether Python's regular expressions take this code point for `\w`: `str.isalnum()` or an underscore.
  ///
  /// Letters of every kind and all numeric characters; marks are not. The Unicode version is that of Swift's
  /// standard library: letters assigned since Python's own version are words here and separators there.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: scalar.properties.numericType != nil || scalar == "_"
    }
  }

  /// A code point without folding.
  static func plain(_ scalar: Unicode.Scalar) -> WordFolding {
    isWord(scalar) ? .letter(scalar.value) : .separator
  }

  /// A code point folded to lower case by the full mapping, as Python's `str.lower()` does it, except for capital
  /// sigma, whose mapping depends on its neighbours.
  ///
  /// One code point (U+0130) has a mapping of two, a letter and a mark. Should a later Unicode version map one to a
  /// separator with letters after it, these are lost; should a mapping take more than twice the bytes, it is
  /// not applied: the tokeniser's buffer relies on that bound.
  static func lowercased(_ scalar: Unicode.Scalar) -> WordFolding {
    let mapping = lowercaseMapping(scalar)
    if mapping.count == 1 { return plain(mapping[0]) }
    let letters = mapping.prefix(while: isWord).map(\.value)
    if letters.isEmpty { return .separator }
    return .letters(letters, endsWord: letters.count < mapping.count)
  }

  private static func lowercaseMapping(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    guard scalar.properties.changesWhenLowercased else { return [scalar] }
    let mapping = Array(scalar.properties.lowercaseMapping.unicodeScalars)
    let byteCount = mapping.reduce(0) { $0 + UTF8Decoding.byteCount($1.value) }
    return byteCount <= 2 * UTF8Decoding.byteCount(scalar.value) ? mapping : [scalar]
  }

  /// Whether Python's `str.isspace()` says so of this code point; its regular expressions take it for `\s`.
  @inline(__always)
  static func isWhiteSpace(_ value: UInt32) -> Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20: true
    case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// Any character without folding.
  static func plainCharacter(_ scalar: Unicode.Scalar) -> WordFolding {
    isWhiteSpace(scalar.value) ? .separator : .letter(scalar.value)
  }

  /// Any character, folded as ``lowercased(_:)`` folds those of words.
  static func lowercasedCharacter(_ scalar: Unicode.Scalar) -> WordFolding {
    let mapping = lowercaseMapping(scalar)
    return mapping.count == 1
      ? plainCharacter(mapping[0]) : .letters(mapping.map(\.value), endsWord: false)
  }
}

/// Lower case of the Greek capital sigma: ς at the end of a word, σ elsewhere.
///
/// The Final_Sigma condition of Unicode's SpecialCasing: a cased letter before, none after, and whatever is
/// case-ignorable (apostrophes, points, marks) skipped on both sides; over the whole document, as in Python.
enum FinalSigma {
  static let capital: UInt32 = 0x3A3
  static let middle: UInt32 = 0x3C3
  static let final: UInt32 = 0x3C2

  /// The lower case of the capital sigma at `position`.
  ///
  /// - Complexity: O(case-ignorable code points around it); linear over a document, for a sigma ends the search
  ///   of the next one.
  static func lowercase(in text: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt32 {
    var before = position
    var followsCased = false
    while before > 0 {
      let (value, length) = UTF8Decoding.scalar(in: text, before: before)
      guard let properties = Unicode.Scalar(value)?.properties else { break }
      if !properties.isCaseIgnorable {
        followsCased = properties.isCased
        break
      }
      before -= length
    }
    guard followsCased else { return middle }
    var after = position + 2
    while after < text.count {
      let (value, length) = UTF8Decoding.scalar(in: text, at: after)
      guard let properties = Unicode.Scalar(value)?.properties else { break }
      if !properties.isCaseIgnorable { return properties.isCased ? middle : final }
      after += length
    }
    return final
  }
}

/// ``WordFolding`` of the basic plane by table lookup; everything above it is asked of the standard library.
///
/// Two levels: a page for each 256 code points; pages of nothing but separators, or of nothing but letters that
/// fold to themselves (ideographs, syllables), are shared. Made once a process, at the first byte beyond ASCII:
/// 10 ms for the basic plane. All planes would take four times as long, felt by every start of the command line, to speed up
/// emoji and rare ideographs.
struct WordTable: Sendable {
  static let lowercased = WordTable(WordFolding.lowercased)
  static let plain = WordTable(WordFolding.plain)
  static let lowercasedCharacters = WordTable(WordFolding.lowercasedCharacter)
  static let plainCharacters = WordTable(WordFolding.plainCharacter)

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
