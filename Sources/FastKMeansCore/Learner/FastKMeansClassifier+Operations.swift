extension FastKMeansClassifier {
  /// Removes a class with its prototypes and refined weights; the other classes do not change.
  ///
  /// Classes after it in ``classes`` move up by one.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``, ``ClassifierError/unsupported(_:)`` for the last class.
  /// - Complexity: O(classes); with refined weights O(their number).
  public mutating func removeClass(_ label: Class) throws {
    try learner.removeClass(label.label)
  }

  /// Gives a class another name; nothing else changes.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``, ``ClassifierError/unsupported(_:)`` where the name is taken.
  public mutating func renameClass(_ label: Class, to new: Class) throws {
    try learner.renameClass(label.label, to: new.label)
  }

  /// Merges classes into `target`, which gets their prototypes and refined weights.
  ///
  /// The prototypes do not move, so the class can have more than `prototypesPerClass` of them for a while. A document
  /// that was answered with one of the classes is answered with `target`.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``, ``ClassifierError/unsupported(_:)`` where a class is named twice
  ///   or is the target.
  /// - Complexity: O(stored values of the classes); with refined weights O(their number).
  public mutating func mergeClasses(_ labels: [Class], into target: Class) throws {
    try learner.mergeClasses(labels.map(\.label), into: target.label)
  }

  /// Makes a new class of some prototypes of a class.
  ///
  /// The prototypes and their refined weights do not move. A document that was answered with one of them is answered with
  /// `new`, with the confidence that it had.
  ///
  /// - Parameters:
  ///   - ids: see ``prototypeIDs(of:)``; not all of the class.
  ///   - label: the class that has them.
  ///   - new: a label that no class has.
  /// - Throws: ``InputError/unknownClass(label:)``, ``ClassifierError/unsupported(_:)`` for a number that the class does not
  ///   have, for all of them or none, and where the name is taken; ``ClassifierError/labelTypeChanged(expected:found:)``.
  /// - Complexity: O(stored values of the class); with refined weights O(their number).
  public mutating func splitPrototypes(_ ids: [UInt64], of label: Class, into new: Class) throws {
    try learner.splitPrototypes(Set(ids), of: label.label, into: new.label)
  }

  /// Subtracts documents from their nearest prototypes, which undoes that they were learned.
  ///
  /// It undoes it up to rounding (2^-23 of each coordinate) if the nearest prototype of a document is still the one that
  /// learned it. A prototype without documents is removed unless it is the last of its class. Refined weights and
  /// confidences do not change: nobody can tell which document taught them what.
  ///
  /// - Throws: ``InputError``, ``ClassifierError/unsupported(_:)`` in a mode other than the default, and where the
  ///   class stands for fewer documents; nothing is forgotten then.
  /// - Complexity: O(non-zeros x prototypes of the class, and its stored values).
  public mutating func forget(_ rows: some VectorRows, label: Class) throws {
    var next = learner
    try rows.features.withRows { try next.forget($0, label: label.label) }
    learner = next
  }

  /// The numbers of a class's prototypes, in their order.
  ///
  /// A prototype keeps its number through `learn` and operations on classes; `fit`, and a learner that goes on from a
  /// file, give new numbers.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``.
  public func prototypeIDs(of label: Class) throws -> [UInt64] {
    guard let index = learner.classes.index(of: label.label) else {
      throw InputError.unknownClass(label: label.label.description)
    }
    return learner.members[index].ids
  }

  /// Keeps prototypes where they are, or lets them move again: frozen ones go on answering, but documents that they answer
  /// do not move them.
  ///
  /// Frozen prototypes neither fade nor merge, and are not pruned. Their refined weights still learn.
  ///
  /// - Parameters:
  ///   - isFrozen: false lets them move again.
  ///   - ids: see ``prototypeIDs(of:)``.
  /// - Throws: ``ClassifierError/unsupported(_:)`` for a number that no prototype has; nothing changes then.
  public mutating func setFrozen(_ isFrozen: Bool, prototypes ids: [UInt64]) throws {
    try learner.setFrozen(isFrozen, Set(ids))
  }
}
