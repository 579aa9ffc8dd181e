import CFastKMeansKernels

/// What one worker needs for a bounded search.
final class BoundedScratch {
  let order = DocumentOrder()
  let sums: UnsafeMutablePointer<Int16>
  let scores: UnsafeMutablePointer<Float>
  /// The survivors of this document and of the last one.
  let positions: [UnsafeMutablePointer<UInt32>]
  let values: UnsafeMutablePointer<Float>
  /// The document whose exact scores are computed.
  let spread: DocumentByColumn
  /// The document that is being searched.
  let document = PlannedDocument()

  /// More candidates than this, and all scores are computed instead.
  static let candidateLimit = 1024

  init(prototypeCount: Int, spreadCount: Int) {
    let size = roundedUp(min(prototypeCount, BoundedStorage.blockSize), to: CodedRows.blockSize)
    sums = .allocate(capacity: size)
    scores = .allocate(capacity: prototypeCount)
    positions = (0..<2).map { _ in .allocate(capacity: Self.candidateLimit + CodedRows.blockSize) }
    values = .allocate(capacity: Self.candidateLimit + CodedRows.blockSize)
    spread = DocumentByColumn(count: spreadCount)
  }

  deinit {
    sums.deallocate()
    scores.deallocate()
    for part in positions { part.deallocate() }
    values.deallocate()
  }
}

/// A document's terms as the search's kernels see them: memory of one worker, used again for each document.
final class PlannedDocument {
  /// Behind a pointer, because the kernels write to it: as a stored property, each access would be checked for overlaps
  /// while the program runs.
  let pointer: UnsafeMutablePointer<fk_staged_document>
  private let memory: UnsafeMutableRawPointer

  /// Documents with more terms are scored by lists.
  private static let termLimit = 4096

  /// One allocation for all parts of a document.
  init() {
    let room = Self.termLimit + 16
    let memory = UnsafeMutableRawPointer.allocate(byteCount: room * 64, alignment: 64)
    func part<Element>(_ start: Int, _ type: Element.Type) -> UnsafeMutablePointer<Element> {
      (memory + start * room).bindMemory(to: type, capacity: room)
    }
    let document = fk_staged_document(
      heavy_count: 0, light_count: 0, rows: part(0, Int.self), multipliers: part(8, Int16.self),
      starts: part(12, UInt32.self), lengths: part(20, UInt32.self), factors: part(24, Int16.self),
      offsets: part(28, Float.self), rest_sums: part(32, Float.self), rest_norms: part(36, Float.self),
      scratch: part(40, Float.self), scale: 0, slack: 0, bias_multiplier: 0)
    self.memory = memory
    pointer = .allocate(capacity: 1)
    pointer.initialize(to: document)
  }

  deinit {
    pointer.deallocate()
    memory.deallocate()
  }

  /// Splits and scales a document's terms; a scale of 0 afterwards means that codes cannot hold them.
  @inline(__always)
  func plan(_ scale: inout fk_staged_scale, _ terms: Terms, _ kernels: fk_staged_kernels) {
    guard terms.count <= Self.termLimit else {
      pointer.pointee.scale = 0
      return
    }
    kernels.plan(&scale, terms.starts, terms.x, terms.count, pointer)
  }

  /// Brings the heavy terms of a planned document into the order in which they are added.
  @inline(__always)
  func order(_ scale: inout fk_staged_scale, _ terms: Terms, _ kernels: fk_staged_kernels) {
    kernels.order(&scale, terms.starts, terms.x, terms.count, pointer)
  }
}
