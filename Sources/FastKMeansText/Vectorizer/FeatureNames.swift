import FastKMeansCore

/// Says to which words the features of one document belong.
///
/// A hashing model keeps no words, and an n-gram of characters is a part of some: the document says of which.
package struct FeatureNames {
  private let vectorizer: TFIDFVectorizer?
  /// The document's words by column, each with its share; empty where each feature is a word.
  private var words: [Int: [(word: String, share: Double)]] = [:]

  /// - Parameters:
  ///   - vectorizer: what made the features; `nil` for rows of numbers.
  ///   - document: the text; `nil` for a row of numbers.
  package init(_ vectorizer: TFIDFVectorizer?, document: String?) {
    self.vectorizer = vectorizer
    guard let document, let vectorizer, vectorizer.hasPartsOfWords else { return }
    for word in vectorizer.words(of: document) {
      for share in word.shares { words[share.column, default: []].append((word.text, share.share)) }
    }
  }

  /// The words that a feature belongs to, with shares that add up to 1.
  package subscript(feature: Int) -> [(word: String, share: Double)] {
    words[feature] ?? [(vectorizer?.term(at: feature) ?? "#\(feature)", 1)]
  }
}

/// A word of a document and its part in the scores of the two best classes.
package struct ExplainedWord: Sendable {
  package let text: String
  /// The column that is the word's alone; `nil` where its parts have columns, too.
  package fileprivate(set) var feature: Int?
  /// Its part in the winner's score and in the rival's; ``lead`` is the difference.
  package fileprivate(set) var winner = 0.0
  package fileprivate(set) var rival = 0.0
  package var lead: Double { winner - rival }

  package var json: JSON {
    .fields([
      "word": .string(text), "feature": feature.map { .integer($0) } ?? .null, "winner": .number(winner),
      "rival": .number(rival), "lead": .number(lead),
    ])
  }
}

extension FeatureNames {
  /// The words with the largest effect on the decision, in either direction, largest first.
  package func words(of explanation: Explanation<Label>, count: Int) -> [ExplainedWord] {
    var words: [String: ExplainedWord] = [:]
    func add(
      _ contributions: [Explanation<Label>.Contribution], to part: WritableKeyPath<ExplainedWord, Double>
    ) {
      for contribution in contributions {
        for (text, share) in self[contribution.feature] {
          var word = words[text] ?? ExplainedWord(text: text, feature: contribution.feature)
          if word.feature != contribution.feature { word.feature = nil }
          word[keyPath: part] += contribution.product * share
          words[text] = word
        }
      }
    }
    add(explanation.winner.contributions, to: \.winner)
    add(explanation.rival?.contributions ?? [], to: \.rival)
    // Of equal ones the first column first, and of words without one the first by code point.
    let order = words.values.sorted {
      ($1.lead.magnitude, $0.feature ?? .max, $0.text) < ($0.lead.magnitude, $1.feature ?? .max, $1.text)
    }
    return Array(order.prefix(count))
  }

  /// What speaks for an answer, strongest first, from what each feature gave.
  package func reasons(for leads: [(feature: Int, lead: Double)]) -> [Reason] {
    var reasons: [String: (feature: Int?, weight: Double)] = [:]
    for (feature, lead) in leads {
      for (text, share) in self[feature] {
        let known = reasons[text]
        reasons[text] = (
          known.map { $0.feature == feature ? feature : nil } ?? feature, (known?.weight ?? 0) + share * lead
        )
      }
    }
    return reasons.map { Reason(term: $0.key, feature: $0.value.feature, weight: $0.value.weight) }.sorted {
      ($1.weight, $0.term) < ($0.weight, $1.term)
    }
  }
}
