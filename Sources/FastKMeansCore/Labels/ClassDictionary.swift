/// The classes of a model, in the order of their indices.
///
/// A class is an index everywhere inside; labels live here only. Classes that arrive together are sorted;
/// classes that arrive later come after them, so that an index never changes its meaning.
package struct ClassDictionary: Sendable, Equatable {
  /// The label of each class index.
  package private(set) var labels: [Label] = []
  private var indices: [Label: Int32] = [:]

  package init() {}

  /// - Throws: ``InputError/badLabels(found:expected:)`` if a label occurs twice or the types are mixed.
  package init(labels: [Label]) throws {
    for label in labels where indices.updateValue(Int32(indices.count), forKey: label) != nil {
      throw InputError.badLabels(found: "not unique ('\(label)' occurs twice)", expected: "each class once")
    }
    self.labels = labels
    guard labels.allSatisfy({ $0.kind == labels[0].kind }) else {
      throw InputError.badLabels(found: "integers and texts mixed", expected: "labels of one type")
    }
  }

  /// The number of classes.
  package var count: Int { labels.count }

  /// The type that the labels have; `nil` while there are none.
  package var kind: Label.Kind? { labels.first?.kind }

  /// The index of a class, or `nil` if it is not known.
  package func index(of label: Label) -> Int? {
    indices[label].map(Int.init)
  }

  /// The class index of each row; labels not seen before become classes, in sorted order.
  ///
  /// - Throws: ``ClassifierError/labelTypeChanged(expected:found:)`` or, within one call,
  ///   ``InputError/badLabels(found:expected:)``. Nothing is added then.
  /// - Complexity: O(rows), and O(n log n) for n new classes.
  package mutating func encode(_ column: LabelColumn) throws -> [Int32] {
    // A distinct label that no row has brings no class.
    var occurs = [Bool](repeating: false, count: column.labels.count)
    for index in column.indices { occurs[Int(index)] = true }
    let present = column.labels.indices.filter { occurs[$0] }.map { column.labels[$0] }
    try checkKinds(of: present)
    for label in present.filter({ indices[$0] == nil }).sorted() {
      indices[label] = Int32(labels.count)
      labels.append(label)
    }
    let translated = lookUp(column.labels)
    return column.indices.map { translated[Int($0)] }
  }

  /// The class index of each label, -1 for a label that is not known.
  package func lookUp(_ incoming: [Label]) -> [Int32] {
    incoming.map { indices[$0] ?? -1 }
  }

  private func checkKinds(of incoming: [Label]) throws {
    guard let first = incoming.first else { return }
    if let known = kind, known != first.kind {
      throw ClassifierError.labelTypeChanged(expected: known.rawValue, found: first.kind.rawValue)
    }
    guard incoming.allSatisfy({ $0.kind == first.kind }) else {
      throw InputError.badLabels(found: "integers and texts mixed", expected: "labels of one type")
    }
  }
}
