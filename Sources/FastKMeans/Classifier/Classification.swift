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
  /// None of the classes: the document has no feature that any prototype knows.
  public let isRejected: Bool

  /// The best class.
  public var best: Classification<Class> { classes[0] }
}
