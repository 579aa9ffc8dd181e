/// The prototypes of one class as a learner keeps them: centres, as a fit left them, or sums, once a stream moves them.
package struct ClassPrototypes: Sendable {
  /// Empty while there are sums.
  private var centers: [Prototype]
  package private(set) var sums: ClassSums?

  package init(_ centers: [Prototype] = []) { self.centers = centers }

  package init(_ sums: ClassSums) {
    centers = []
    self.sums = sums
  }

  package var count: Int { sums?.entries.count ?? centers.count }

  /// The weight of the documents that the class stands for.
  var mass: Double { sums?.entries.reduce(0) { $0 + $1.mass } ?? centers.reduce(0) { $0 + $1.mass } }

  /// The numbers of the prototypes.
  package var ids: [UInt64] { sums?.entries.map(\.id) ?? centers.map(\.id) }

  /// The numbers that the prototypes are made of.
  var storedValueCount: Int {
    sums.map { $0.slotCount * $0.entries.count } ?? centers.reduce(0) { $0 + $1.center.values.count }
  }

  package func prototypes(precision: Precision) -> [Prototype] {
    sums?.prototypes(precision: precision) ?? centers
  }

  /// The sums, made from the centres if there are none yet.
  ///
  /// - Parameters:
  ///   - width: features of dense rows; nil for sparse rows.
  func asSums(width: Int?, distance: Distance) -> ClassSums {
    sums ?? ClassSums(centers, width: width, distance: distance)
  }

  /// Changes the sums where they lie; does nothing for centres.
  mutating func changeSums(_ body: (inout ClassSums) -> Void) {
    guard var own = sums else { return }
    // Nobody else may hold them while they change, or all would be copied.
    sums = nil
    body(&own)
    sums = own
  }

  /// Gives numbers to prototypes that have none yet.
  mutating func number(from next: inout UInt64) {
    func number(_ id: inout UInt64) {
      guard id == 0 else { return }
      id = next
      next += 1
    }
    for position in centers.indices { number(&centers[position].id) }
    guard ids.contains(0) else { return }
    changeSums { sums in
      for position in sums.entries.indices { number(&sums.entries[position].id) }
    }
  }

  /// Forgets: what is left of masses and sums.
  ///
  /// - Parameters:
  ///   - width: features of dense rows; nil for sparse rows.
  mutating func fade(by factor: Double, width: Int?, distance: Distance) {
    if centers.contains(where: { $0.sum != nil }) {
      // They come from a model that a stream wrote. A learner that never stopped has sums and rounds where sums are kept:
      // the length of a faded sum is not, to the bit, the faded length.
      self = ClassPrototypes(asSums(width: width, distance: distance))
    }
    for position in centers.indices where !centers[position].isFrozen {
      guard centers[position].mass * factor > 1e-200 else { continue }
      centers[position].mass *= factor
      centers[position].sumScale *= factor
    }
    changeSums { $0.fade(by: factor) }
  }

  /// Drops prototypes with no more mass than `min_weight`; see ``TrainingOptions/survivors(_:isFrozen:)``.
  ///
  /// - Returns: how many went.
  mutating func prune(_ options: TrainingOptions) -> Int {
    let before = count
    if let kept = options.survivors(centers.map(\.mass), isFrozen: { centers[$0].isFrozen }) {
      centers = kept.map { centers[$0] }
    }
    changeSums { sums in
      let entries = sums.entries
      if let kept = options.survivors(entries.map(\.mass), isFrozen: { entries[$0].isFrozen }) {
        sums.rearrange(keeping: kept, adding: 0)
      }
    }
    return before - count
  }
}
