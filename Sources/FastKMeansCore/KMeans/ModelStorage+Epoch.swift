extension ModelStorage {
  /// A row from which a prototype without mass starts again, unscaled.
  package struct Replacement: Sendable {
    package var prototype: Int
    package var row: PrototypeVector

    package init(prototype: Int, row: PrototypeVector) {
      self.prototype = prototype
      self.row = row
    }
  }

  /// The model after an epoch of k-means whose sums were taken elsewhere.
  ///
  /// A prototype with mass becomes the mean (cosine: the direction) of its sum; one without starts again from its
  /// replacement, or stays where it is without mass. The new model is not refined: its prototypes have moved.
  ///
  /// - Parameters:
  ///   - sums: the sum of the scaled and weighted rows of each prototype, over all documents.
  ///   - masses: their weights.
  ///   - isLast: drop prototypes with no more mass than `min_weight`; a class keeps its heaviest.
  /// - Returns: the model and the largest distance that a prototype with mass moved.
  /// - Throws: ``InputError`` if the parts do not fit the model.
  /// - Complexity: O(stored values).
  package func afterEpoch(
    sums: [PrototypeVector], masses: [Double], replacements: [Replacement], isLast: Bool
  ) throws -> (model: ModelStorage, shift: Double) {
    try check(sums, masses, replacements)
    var (next, shift) = (prototypes.learnerPrototypes(classCount: classes.count), 0.0)
    for (index, mass) in masses.enumerated() where mass > 0 {
      let moved = Prototype(
        sum: sums[index], mass: mass, distance: settings.distance, precision: settings.precision)
      shift = max(shift, moved.center.squaredDistance(to: prototypes.vector(index)).squareRoot())
      let classIndex = Int(prototypes.classIndices[index])
      next[classIndex][index - classStarts[classIndex]] = moved
    }
    for (index, mass) in masses.enumerated() where mass <= 0 {
      // It stands for nothing now, whatever it stood for before; at the end it is dead.
      let classIndex = Int(prototypes.classIndices[index])
      let member = index - classStarts[classIndex]
      next[classIndex][member] = Prototype(center: next[classIndex][member].center, sumScale: 0, mass: 0)
    }
    for replacement in replacements where masses[replacement.prototype] <= 0 {
      let classIndex = Int(prototypes.classIndices[replacement.prototype])
      next[classIndex][replacement.prototype - classStarts[classIndex]] = start(from: replacement.row)
    }
    if isLast {
      next = next.map { members in
        settings.survivors(members.map(\.mass))?.map { members[$0] } ?? members
      }
    }
    let set = PrototypeSet(next, shape: prototypes.shape, precision: settings.precision)
    let model = ModelStorage(
      options: options, classes: classes, prototypes: set, batchCount: isLast ? batchCount + 1 : batchCount,
      frame: frame)
    return (model, shift)
  }

  private func check(_ sums: [PrototypeVector], _ masses: [Double], _ replacements: [Replacement]) throws {
    let count = prototypes.count
    guard sums.count == count else {
      throw InputError.lengthMismatch(what: "sums", expected: count, found: sums.count)
    }
    guard masses.count == count else {
      throw InputError.lengthMismatch(what: "masses", expected: count, found: masses.count)
    }
    for (index, mass) in masses.enumerated() where !(mass >= 0 && mass.isFinite) {
      throw InputError.badShape("the mass of prototype \(index) is \(mass); a number from 0 is needed")
    }
    for replacement in replacements where !(0..<count).contains(replacement.prototype) {
      throw InputError.badShape("prototype \(replacement.prototype) is to be replaced, there are \(count)")
    }
    let vectors = sums + replacements.map(\.row)
    try prototypes.shape.check(vectors)
  }

  private func start(from row: PrototypeVector) -> Prototype {
    var row = row
    if let frame, !row.isSparse { row = PrototypeVector(dense: frame.relative(row.values)) }
    let norm = row.squaredNorm.squareRoot()
    let center = settings.distance == .cosine && norm > 0 ? row.scaled(by: 1 / norm) : row
    return Prototype(center: center.rounded(to: settings.precision), sumScale: 0, mass: 0)
  }
}
