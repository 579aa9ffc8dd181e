import FastKMeansText

/// The plain twin of the analyzers: code points in arrays, every property asked of the standard library.
package enum TextReferenceTokenizer {
  /// All terms of a text, as vocabularies name them: characters beside words with a plus sign.
  ///
  /// - Parameter text: invalid UTF-8 must have become U+FFFD already.
  /// - Returns: every occurrence, in UTF-8; not `String`, whose equality is looser than that of code points.
  package static func terms(of text: [Unicode.Scalar], options: TextOptions) -> [[UInt8]] {
    let folded = options.lowercase ? lowercased(text) : text
    let mark: [UInt8] = [UInt8(ascii: "+")]
    return switch options.analyzer {
    case .auto, .word: words(folded, options)
    case .char: characters(folded, options.characterNGrams)
    case .charWB: charactersOfPieces(folded, options.characterNGrams)
    case .wordAndChar:
      words(folded, options) + characters(folded, options.characterNGrams).map { mark + $0 }
    case .wordAndCharWB:
      words(folded, options) + charactersOfPieces(folded, options.characterNGrams).map { mark + $0 }
    }
  }

  /// Words that are no stop words, joined to n-grams by spaces.
  private static func words(_ text: [Unicode.Scalar], _ options: TextOptions) -> [[UInt8]] {
    let stopWords = Set(
      options.stopWords.words.flatMap { word -> [[UInt8]] in
        let scalars = Array(word.unicodeScalars)
        return Self.words(of: options.lowercase ? lowercased(scalars) : scalars).map(utf8)
      })
    let left = Self.words(of: text).map(utf8).filter { !stopWords.contains($0) }
    return (options.ngrams ?? 1...1).flatMap { size in
      windows(left.count, size).map { Array(left[$0].joined(separator: [UInt8(ascii: " ")])) }
    }
  }

  /// As the definition of scikit-learn's `char` has it.
  private static func characters(_ text: [Unicode.Scalar], _ sizes: ClosedRange<Int>) -> [[UInt8]] {
    let text = collapsed(text)
    return sizes.flatMap { size in windows(text.count, size).map { utf8(Array(text[$0])) } }
  }

  /// As the definition of scikit-learn's `char_wb` has it.
  private static func charactersOfPieces(
    _ text: [Unicode.Scalar], _ sizes: ClosedRange<Int>
  ) -> [[UInt8]] {
    text.split(whereSeparator: isWhiteSpace).flatMap { piece -> [[UInt8]] in
      let padded = [" "] + piece + [" "]
      var terms: [[UInt8]] = []
      for size in sizes {
        if size >= padded.count { return terms + [utf8(padded)] }
        terms += windows(padded.count, size).map { utf8(Array(padded[$0])) }
      }
      return terms
    }
  }

  private static func windows(_ count: Int, _ size: Int) -> [Range<Int>] {
    size > count ? [] : (0...count - size).map { $0..<$0 + size }
  }

  /// Two and more of white space as one blank.
  private static func collapsed(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    while index < text.count {
      let rest = text[index...]
      let blanks = rest.prefix(while: isWhiteSpace).count
      result.append(blanks > 1 ? " " : text[index])
      index += max(1, blanks)
    }
    return result
  }

  /// Python's `str.isspace()`: what Unicode calls white space, and four control characters.
  private static func isWhiteSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || ("\u{1C}"..."\u{1F}").contains(scalar)
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
