import Synchronization

/// Inverted lists that are made when they are first asked for.
final class DeferredLists: Sendable {
  private let prototypes: PrototypeSet
  private let truncation: Float
  private let lists = Mutex<InvertedLists?>(nil)

  init(_ prototypes: PrototypeSet, truncation: Float) {
    self.prototypes = prototypes
    self.truncation = truncation
  }

  /// 0 as long as nobody asked.
  var byteCount: Int { lists.withLock { $0?.byteCount } ?? 0 }

  func made() throws -> InvertedLists {
    try lists.withLock { lists in
      if let lists { return lists }
      let made = try InvertedLists(prototypes, truncation: truncation)
      lists = made
      return made
    }
  }
}
