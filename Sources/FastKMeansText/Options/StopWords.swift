/// Words that are left out before n-grams are formed.
public enum StopWords: Sendable, Equatable {
  /// Every word counts.
  case none
  /// The list that ships with this package, ``english``.
  case english
  /// These words. They are compared with the tokens as they stand, code point by code point: give them in lower
  /// case unless ``TextOptions/lowercase`` is off. A word that is no token (one letter, an apostrophe) never matches.
  case custom(Set<String>)

  /// The words of this choice, sorted.
  package var words: [String] {
    switch self {
    case .none: []
    case .english: Self.englishWords
    case .custom(let words): words.sorted()
    }
  }
}
