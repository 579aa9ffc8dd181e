/// One answer for one document.
public struct Classification<Class: ClassLabel>: Sendable, Equatable {
  public let label: Class
  /// The similarity of the class's best prototype: a cosine in -1...1, or 1 / (1 + squared distance).
  public let similarity: Float
  /// The probability of the class, 0...1.
  public let confidence: Float
  /// The best prototype of the class, by its position in ``ClassifierModel/prototypes``.
  public let prototype: Int
}

/// What a model says about one document, best class first.
public struct Answer<Class: ClassLabel>: Sendable, Equatable {
  /// At least one, at most as many as were asked for.
  public let classes: [Classification<Class>]
  /// None of the classes: the document has no feature that any prototype knows, or its ``openSetScore`` is too low
  /// for the rate that ``ClassifierModel/rejecting(_:)`` named. The best class is the best one all the same.
  public let isRejected: Bool
  /// How much the document looks like one of any class that the model knows, as log-odds: the higher, the more. nil
  /// for a model that was not refined, has fewer than three classes, or had too few documents to tell.
  public let openSetScore: Float?

  /// The best class.
  public var best: Classification<Class> { classes[0] }
}
