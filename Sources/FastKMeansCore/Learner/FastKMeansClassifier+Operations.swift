extension FastKMeansClassifier {
  /// Takes a class out of the model: its prototypes, its refined weights, its place among the classes. The others stay
  /// to the bit; classes after it move up by one.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``, ``ClassifierError/unsupported(_:)`` for the last class.
  /// - Complexity: O(classes); with refined weights O(their number).
  public mutating func removeClass(_ label: Class) throws {
    try learner.removeClass(label.label)
  }

  /// Gives a class another name; nothing else changes, its place among the classes included.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``, ``ClassifierError/unsupported(_:)`` where the name is taken.
  public mutating func renameClass(_ label: Class, to new: Class) throws {
    try learner.renameClass(label.label, to: new.label)
  }

  /// Makes several classes one: `target` gets the prototypes and refined weights of the others, which go.
  ///
  /// Prototypes stay where they are and keep their numbers, so the class can have more than `k_init` for a while;
  /// each document that was answered with one of the classes is answered with `target`.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``, ``ClassifierError/unsupported(_:)`` where a class is named twice
  ///   or is the target.
  /// - Complexity: O(stored values of the classes); with refined weights O(their number).
  public mutating func mergeClasses(_ labels: [Class], into target: Class) throws {
    try learner.mergeClasses(labels.map(\.label), into: target.label)
  }

  /// Takes documents out of the prototypes that serve them best now, as if these had never stood for them.
  ///
  /// The inverse of learning them where their prototypes still serve them best: up to rounding, 2^-23 of each
  /// coordinate. A prototype that is left without a document goes, unless it is the class's last. Refined weights and
  /// calibration stay: what a step taught cannot be told from what others did.
  ///
  /// - Throws: ``InputError``, ``ClassifierError/unsupported(_:)`` in a mode other than the default, and where the
  ///   class stands for fewer documents; nothing is forgotten then.
  /// - Complexity: O(non-zeros x prototypes of the class, and its stored values).
  public mutating func forget(_ documents: Features, label: Class) throws {
    var next = learner
    try documents.withRows { try next.forget($0, label: label.label) }
    learner = next
  }

  /// The numbers of a class's prototypes, in their order. A number stays with its prototype for its life, through
  /// `fitBatch`, learning states and operations on classes; `fit`, and going on from a model file, number anew.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``.
  public func prototypeIDs(of label: Class) throws -> [UInt64] {
    guard let index = learner.classes.index(of: label.label) else {
      throw InputError.unknownClass(label: label.label.description)
    }
    return learner.members[index].ids
  }

  /// Keeps prototypes where they are: they answer, and documents that they serve best move nothing. They neither
  /// fade nor merge, and are not pruned.
  ///
  /// Refined weights still move; a frozen prototype is about what the class looks like.
  ///
  /// - Parameters:
  ///   - ids: see ``prototypeIDs(of:)``.
  /// - Throws: ``ClassifierError/unsupported(_:)`` for a number that no prototype has; nothing is frozen then.
  public mutating func freezePrototypes(_ ids: [UInt64]) throws { try learner.setFrozen(true, Set(ids)) }

  /// The opposite of ``freezePrototypes(_:)``.
  public mutating func unfreezePrototypes(_ ids: [UInt64]) throws { try learner.setFrozen(false, Set(ids)) }
}
