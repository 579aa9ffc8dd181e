/// Some terms of one document, looked up together.
///
/// A table of terms is larger than the fast caches, and a lookup that waits for memory stalls all that follows.
/// So a batch's keys are made first and their slots touched, in one loop of independent loads, which the processor
/// overlaps; and the tokeniser's guesses about where words end don't wait for memory.
///
/// `@unchecked Sendable`: used by one worker at a time.
final class TermBatch: @unchecked Sendable {
  /// Large enough to overlap many loads, small enough to stay in the first-level cache.
  static let capacity = 128

  private(set) var count = 0
  private let terms: UnsafeMutablePointer<UnsafeBufferPointer<UInt8>>
  private let keys: UnsafeMutablePointer<TermKey>
  private let numbers: UnsafeMutablePointer<UInt32>

  init() {
    terms = .allocate(capacity: Self.capacity)
    keys = .allocate(capacity: Self.capacity)
    numbers = .allocate(capacity: Self.capacity)
  }

  deinit {
    terms.deallocate()
    keys.deallocate()
    numbers.deallocate()
  }

  @inline(__always)
  var isFull: Bool { count == Self.capacity }

  /// Adds a term of a buffer, where eight bytes can be read whatever its length.
  ///
  /// The bytes must stay where they are until ``removeAll()``; the batch must not be full.
  @inline(__always)
  func append(_ term: UnsafeBufferPointer<UInt8>) {
    (terms + count).initialize(to: term)
    count &+= 1
  }

  func removeAll() { count = 0 }

  @inline(__always)
  func term(_ index: Int) -> UnsafeBufferPointer<UInt8> { terms[index] }

  /// The key of a term, once ``prepare(for:)`` has made it.
  @inline(__always)
  func key(_ index: Int) -> TermKey { keys[index] }

  /// Makes all keys, and brings into the cache what the lookups will read.
  func prepare(for lookup: TermLookup) {
    for index in 0..<count {
      let key = TermKey(inBuffer: terms[index], seed: lookup.seed)
      (keys + index).initialize(to: key)
      // Kept, lest the load be dropped as unused.
      (numbers + index).initialize(
        to: lookup.slots[TermSlots.start(key, bits: lookup.bits, seed: lookup.seed)].number)
    }
  }
}
