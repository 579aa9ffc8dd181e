/// The words that are left out before n-grams are formed.
public enum StopWords: Sendable, Equatable {
  /// Every word counts.
  case none
  /// The list of English function words that ships with this package.
  case english
  /// These words. They are folded and split as documents are: "The" leaves out "the", and "don't" leaves out "don".
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

extension StopWords {
  /// The words as documents have them: folded and split.
  package func split(lowercase: Bool) -> StopWords {
    guard case .custom(let words) = self else { return self }
    return .custom(Set(words.flatMap { Tokenizer(lowercase: lowercase).words(of: $0) }))
  }

  /// English function words: articles, pronouns, prepositions, conjunctions, auxiliaries and the plainest adverbs,
  /// with the stumps that the tokeniser leaves of contractions ("don't" gives "don").
  ///
  /// A stored model names this list, it doesn't carry it: never change it, add a second one.
  static let englishWords: [String] = [
    // Articles, demonstratives, quantifiers.
    "an", "the", "this", "that", "these", "those", "all", "any", "both", "each", "either", "every", "few",
    "less",
    "many", "more", "most", "much", "neither", "none", "other", "others", "own", "same", "several", "some",
    "such",
    "another",
    // Pronouns.
    "me", "my", "mine", "myself", "we", "us", "our", "ours", "ourselves", "you", "your", "yours", "yourself",
    "yourselves", "he", "him", "his", "himself", "she", "her", "hers", "herself", "it", "its", "itself",
    "they",
    "them", "their", "theirs", "themselves", "one", "ones", "who", "whom", "whose", "which", "what",
    "whatever",
    "whichever", "whoever", "anyone", "anything", "everyone", "everything", "nobody", "nothing", "someone",
    "something",
    // Prepositions.
    "about", "above", "across", "after", "against", "along", "among", "around", "as", "at", "before",
    "behind",
    "below", "beneath", "beside", "besides", "between", "beyond", "by", "down", "during", "except", "for",
    "from",
    "in", "inside", "into", "near", "of", "off", "on", "onto", "out", "outside", "over", "per", "since",
    "through",
    "throughout", "to", "toward", "towards", "under", "until", "up", "upon", "via", "with", "within",
    "without",
    // Conjunctions.
    "and", "although", "because", "but", "if", "nor", "or", "so", "than", "though", "unless", "whereas",
    "whether",
    "while", "yet",
    // Auxiliary and modal verbs.
    "am", "are", "be", "been", "being", "can", "cannot", "could", "did", "do", "does", "doing", "done", "had",
    "has", "have", "having", "is", "may", "might", "must", "ought", "shall", "should", "was", "were", "will",
    "would",
    // Plain adverbs and question words.
    "again", "almost", "already", "also", "always", "ever", "even", "further", "hence", "here", "how",
    "however",
    "just", "never", "not", "no", "now", "often", "only", "once", "perhaps", "quite", "rather", "still",
    "then",
    "there", "therefore", "thus", "too", "very", "well", "when", "whenever", "where", "wherever", "why",
    // Stumps of contractions.
    "ain", "aren", "couldn", "didn", "doesn", "don", "hadn", "hasn", "haven", "isn", "ll", "mightn", "mustn",
    "needn", "re", "shan", "shouldn", "ve", "wasn", "weren", "won", "wouldn",
  ]
}
