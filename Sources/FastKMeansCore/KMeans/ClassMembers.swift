/// The prototypes of one class: as a call that saw all rows left them, or alive in a stream.
package enum ClassMembers: Sendable {
  case settled([Prototype])
  case live(LiveClass)

  package var count: Int {
    switch self {
    case .settled(let prototypes): prototypes.count
    case .live(let live): live.lanes.count
    }
  }

  /// The weight of the documents that the class stands for.
  var mass: Double {
    switch self {
    case .settled(let prototypes): prototypes.reduce(0) { $0 + $1.mass }
    case .live(let live): live.lanes.reduce(0) { $0 + $1.mass }
    }
  }

  /// The numbers of the prototypes.
  package var ids: [UInt64] {
    switch self {
    case .settled(let prototypes): prototypes.map(\.id)
    case .live(let live): live.lanes.map(\.id)
    }
  }

  package func prototypes(precision: Precision) -> [Prototype] {
    switch self {
    case .settled(let prototypes): prototypes
    case .live(let live): live.prototypes(precision: precision)
    }
  }

  /// Ready to take documents.
  ///
  /// - Parameters:
  ///   - width: features of dense rows; nil for sparse rows.
  func live(width: Int?, distance: Distance) -> LiveClass {
    switch self {
    case .settled(let prototypes): LiveClass(prototypes, width: width, distance: distance)
    case .live(let live): live
    }
  }

  /// Gives numbers to prototypes that have none yet.
  mutating func number(from next: inout UInt64) {
    switch self {
    case .settled(var prototypes):
      guard prototypes.contains(where: { $0.id == 0 }) else { return }
      self = .settled([])
      for position in prototypes.indices where prototypes[position].id == 0 {
        prototypes[position].id = next
        next += 1
      }
      self = .settled(prototypes)
    case .live(var live):
      guard live.lanes.contains(where: { $0.id == 0 }) else { return }
      self = .settled([])
      for lane in live.lanes.indices where live.lanes[lane].id == 0 {
        live.lanes[lane].id = next
        next += 1
      }
      self = .live(live)
    }
  }

  /// Forgetting: what is left of masses and sums.
  ///
  /// - Parameters:
  ///   - width: features of dense rows; nil for sparse rows.
  mutating func fade(by factor: Double, width: Int?, distance: Distance) {
    switch self {
    case .settled(let prototypes) where prototypes.contains { $0.sum != nil }:
      // It comes from a model that a stream wrote. One that never stopped has it alive and rounds where sums are kept:
      // so it is woken up, for the length of a faded sum is not, to the bit, the faded length.
      var live = live(width: width, distance: distance)
      live.fade(by: factor)
      self = .live(live)
    case .settled(var prototypes):
      self = .settled([])
      for position in prototypes.indices where !prototypes[position].isFrozen {
        guard prototypes[position].mass * factor > 1e-200 else { continue }
        prototypes[position].mass *= factor
        prototypes[position].sumScale *= factor
      }
      self = .settled(prototypes)
    case .live(var live):
      self = .settled([])
      live.fade(by: factor)
      self = .live(live)
    }
  }

  /// Drops prototypes with no more mass than this; the heaviest stays in any case. Returns how many went.
  mutating func prune(minimumMass: Double) -> Int {
    switch self {
    case .settled(let prototypes):
      guard prototypes.count > 1 else { return 0 }
      var alive = prototypes.filter { $0.mass > minimumMass || $0.isFrozen }
      if alive.isEmpty, let heaviest = prototypes.max(by: { $0.mass < $1.mass }) { alive = [heaviest] }
      if alive.count < prototypes.count { self = .settled(alive) }
      return prototypes.count - alive.count
    case .live(var live):
      self = .settled([])
      let pruned = live.prune(minimumMass: minimumMass)
      self = .live(live)
      return pruned
    }
  }
}
