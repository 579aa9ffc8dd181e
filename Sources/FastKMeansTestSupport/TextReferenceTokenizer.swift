/// The plain twin of the tokeniser: code points in arrays, every property asked of the standard library.
public enum TextReferenceTokenizer {
  /// The terms of a text: words that are no stop words, joined to n-grams by spaces.
  ///
  /// - Parameters:
  ///   - text: invalid UTF-8 must have become U+FFFD already.
  ///   - lowercase: fold first.
  ///   - ngrams: sizes of the n-grams.
  ///   - stopWords: words to leave out.
  /// - Returns: every occurrence, in UTF-8; not `String`, whose equality is looser than that of code points.
  public static func terms(
    of text: [Unicode.Scalar], lowercase: Bool, ngrams: ClosedRange<Int>, stopWords: [String]
  ) -> [[UInt8]] {
    let stopWords = Set(stopWords.map { Array($0.utf8) })
    let words = words(of: lowercase ? lowercased(text) : text).map(utf8).filter { !stopWords.contains($0) }
    var terms: [[UInt8]] = []
    for size in ngrams where size <= words.count {
      for start in 0...words.count - size {
        terms.append(Array(words[start..<start + size].joined(separator: [UInt8(ascii: " ")])))
      }
    }
    return terms
  }

  static func words(of text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    text.split { !isWord($0) }.map(Array.init).filter { $0.count >= 2 }
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || isLetter(scalar) || scalar.properties.numericType != nil
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  static func lowercased(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.indices.flatMap { index -> [Unicode.Scalar] in
      guard text[index] == "Σ" else { return Array(text[index].properties.lowercaseMapping.unicodeScalars) }
      let before = text[..<index].last { !$0.properties.isCaseIgnorable }
      let after = text[(index + 1)...].first { !$0.properties.isCaseIgnorable }
      let isFinal = before?.properties.isCased == true && after?.properties.isCased != true
      return [isFinal ? "ς" : "σ"]
    }
  }

  private static func utf8(_ word: [Unicode.Scalar]) -> [UInt8] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: word)
    return Array(String(view).utf8)
  }
}
