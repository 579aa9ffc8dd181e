/// What a code point is to the tokeniser.
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

  /// A code point folded to lower case by the full mapping, as Python's `str.lower()` does it, but for capital
  /// sigma, whose mapping depends on its neighbours.
  ///
  /// One code point (U+0130) has a mapping of two, a letter and a mark. Should a later Unicode version map one to a
  /// separator with letters after it, these are lost; should a mapping take more than twice the bytes, it is
  /// not applied: the tokeniser's buffer relies on that bound.
  static func lowercased(_ scalar: Unicode.Scalar) -> WordFolding {
    guard scalar.properties.changesWhenLowercased else { return plain(scalar) }
    let mapping = Array(scalar.properties.lowercaseMapping.unicodeScalars)
    let byteCount = mapping.reduce(0) { $0 + UTF8Decoding.byteCount($1.value) }
    guard byteCount <= 2 * UTF8Decoding.byteCount(scalar.value) else { return plain(scalar) }
    if mapping.count == 1 { return plain(mapping[0]) }
    let letters = mapping.prefix(while: isWord).map(\.value)
    if letters.isEmpty { return .separator }
    return .letters(letters, endsWord: letters.count < mapping.count)
  }
}
