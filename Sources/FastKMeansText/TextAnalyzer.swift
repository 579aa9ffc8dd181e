/// What the terms of a text are, by scikit-learn's names and definitions.
///
/// Characters are Unicode code points, folded as ``TextOptions/lowercase`` says. White space is what Python's `str.split()`
/// splits at.
public enum TextAnalyzer: String, Sendable, CaseIterable {
  /// What does best on held-out documents, where there are labels to judge by; letters for scripts without blanks between
  /// words. A vectoriser on its own reads words.
  case auto
  /// Words: runs of at least two letters, digits or underscores, alone or joined to n-grams.
  case word
  /// n-grams of all characters; two and more of white space count as one blank.
  case char
  /// n-grams of the characters of each piece between white space, with a blank before and after it.
  case charWB = "char_wb"
  /// Words, and n-grams of all characters beside them.
  case wordAndChar = "word+char"
  /// Words, and n-grams of the characters within pieces beside them.
  case wordAndCharWB = "word+char_wb"

  /// What a vectoriser reads, in the order of its columns.
  var kinds: [Analyzer.Kind] {
    switch self {
    case .auto, .word: [.words]
    case .char: [.characters]
    case .charWB: [.charactersOfPieces]
    case .wordAndChar: [.characters, .words]
    case .wordAndCharWB: [.charactersOfPieces, .words]
    }
  }
}

/// What the length of a row is.
public enum RowNorm: String, Sendable, CaseIterable {
  /// The sum of the weights.
  case l1
  /// The square root of the sum of the squared weights.
  case l2
}
