/// A class that a document may belong to.
public struct Classification<Class: ClassLabel>: Sendable, Equatable {
  /// The class.
  public let label: Class
  /// The similarity of the class's best prototype: a cosine in -1...1, or 1 / (1 + squared distance).
  public let similarity: Float
  /// The probability of the class, 0...1.
  public let confidence: Float
  /// The best prototype of the class, by its position in ``ClassifierModel/prototypes``.
  package let prototype: Int
}

/// What a classifier says about one document.
public struct Answer<Class: ClassLabel>: Sendable, Equatable {
  /// The best class first; at least one, at most as many as were asked for.
  package var classes: [Classification<Class>]
  /// Whether the document seems to belong to none of the classes: the classifier knows nothing that occurs in it, or its
  /// ``openSetScore`` is too low for the rate that the classifier keeps. ``label`` is still the best class.
  public let isRejected: Bool
  /// How much the document looks like one of any known class, as log-odds: the higher, the more. It is nil for a
  /// classifier that was not refined, has fewer than three classes, or had too few documents to tell.
  package let openSetScore: Float?
  /// What spoke for ``label`` and against the next best class, the strongest first; empty where the call did not ask for
  /// reasons.
  public package(set) var reasons: [Reason] = []

  /// The class that the document most probably belongs to.
  public var label: Class { best.label }
  /// The probability of ``label``, 0...1.
  public var confidence: Float { best.confidence }
  /// How similar the document is to the best prototype of ``label``: a cosine in -1...1, or 1 / (1 + squared distance).
  public var similarity: Float { best.similarity }
  /// The next best classes, best first.
  public var alternatives: [Classification<Class>] { Array(classes.dropFirst()) }

  package var best: Classification<Class> { classes[0] }
}

extension Answer<String> {
  /// The same answer with its labels as texts.
  package init(_ other: Answer<Label>) {
    let classes = other.classes.map {
      Classification(
        label: $0.label.description, similarity: $0.similarity, confidence: $0.confidence,
        prototype: $0.prototype)
    }
    self.init(
      classes: classes, isRejected: other.isRejected, openSetScore: other.openSetScore,
      reasons: other.reasons)
  }
}

/// A word of a text, or a feature of a vector, that spoke for its answer.
public struct Reason: Sendable, Equatable {
  /// The word as it was read, or the n-gram of words; for vectors `#` and the column.
  public let term: String
  /// The column; nil for a word that has several, as where n-grams of characters are read.
  public let feature: Int?
  /// What it added to the score of the answered class, less what it added to the next best class; above 0.
  public let weight: Double

  package init(term: String, feature: Int?, weight: Double) {
    (self.term, self.feature, self.weight) = (term, feature, weight)
  }
}
