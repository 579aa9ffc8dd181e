import CFastKMeansKernels

/// What one worker needs for a staged search.
final class StagedScratch {
  let order = RowOrder()
  /// One document is searched while the next one's lists are fetched and the last one's exact values arrive.
  let buffers = [TermBuffer(), TermBuffer(), TermBuffer()]
  let sums: UnsafeMutablePointer<Int16>
  let scores: UnsafeMutablePointer<Float>
  /// The survivors of this document and of the last one.
  let positions: [UnsafeMutablePointer<UInt32>]
  let values: UnsafeMutablePointer<Float>
  /// The document by column while exact scores are computed; zero otherwise.
  let spread: UnsafeMutablePointer<Float>
  /// A bit for each column of `spread` that the document has.
  let marks: UnsafeMutablePointer<UInt32>
  /// The document that is being searched. Behind a pointer, because the kernels write to it: as a stored property, each
  /// access would be checked for overlaps while the program runs.
  let document: UnsafeMutablePointer<fk_staged_document>
  private let memory: UnsafeMutableRawPointer
  private let spreadCount: Int

  /// More candidates than this, and all scores are computed instead.
  static let candidateLimit = 1024
  static let termLimit = 4096

  init(prototypeCount: Int, spreadCount: Int) {
    let size = roundedUp(min(prototypeCount, StagedRows.blockSize), to: CodedRows.blockSize)
    sums = .allocate(capacity: size)
    scores = .allocate(capacity: prototypeCount)
    positions = (0..<2).map { _ in .allocate(capacity: Self.candidateLimit + CodedRows.blockSize) }
    values = .allocate(capacity: Self.candidateLimit + CodedRows.blockSize)
    self.spreadCount = spreadCount
    spread = .allocate(capacity: spreadCount + 1)
    spread.initialize(repeating: 0, count: spreadCount + 1)
    marks = .allocate(capacity: spreadCount / 32 + 1)
    marks.initialize(repeating: 0, count: spreadCount / 32 + 1)
    let made = Self.makeDocument()
    memory = made.memory
    document = .allocate(capacity: 1)
    document.initialize(to: made.document)
  }

  deinit {
    sums.deallocate()
    scores.deallocate()
    for part in positions { part.deallocate() }
    values.deallocate()
    spread.deallocate()
    marks.deallocate()
    document.deallocate()
    memory.deallocate()
  }

  /// One allocation for all parts of a document.
  private static func makeDocument() -> (document: fk_staged_document, memory: UnsafeMutableRawPointer) {
    let room = termLimit + 16
    let memory = UnsafeMutableRawPointer.allocate(byteCount: room * 64, alignment: 64)
    func part<Element>(_ start: Int, _ type: Element.Type) -> UnsafeMutablePointer<Element> {
      (memory + start * room).bindMemory(to: type, capacity: room)
    }
    let document = fk_staged_document(
      heavy_count: 0, light_count: 0, rows: part(0, Int.self), multipliers: part(8, Int16.self),
      starts: part(12, UInt32.self), lengths: part(20, UInt32.self), factors: part(24, Int16.self),
      offsets: part(28, Float.self), rest_sums: part(32, Float.self), rest_norms: part(36, Float.self),
      scratch: part(40, Float.self), scale: 0, slack: 0, bias_multiplier: 0)
    return (document, memory)
  }

  /// Splits and scales a document's terms.
  @inline(__always)
  func plan(_ scale: inout fk_staged_scale, _ terms: Terms, _ kernels: fk_staged_kernels) {
    guard terms.count <= Self.termLimit else {
      document.pointee.scale = 0
      return
    }
    kernels.plan(&scale, terms.starts, terms.x, terms.count, document)
  }

  /// Brings the heavy terms of a planned document into the order in which they are added.
  @inline(__always)
  func order(_ scale: inout fk_staged_scale, _ terms: Terms, _ kernels: fk_staged_kernels) {
    kernels.order(&scale, terms.starts, terms.x, terms.count, document)
  }

  func spreadOut(_ terms: Terms, _ directory: FeatureDirectory) {
    guard spreadCount > 0 else { return }
    for term in 0..<terms.count {
      let column = Int(directory.used.pointer[terms.starts[term]])
      spread[column] = terms.x[term]
      marks[column / 32] |= 1 << UInt32(column % 32)
    }
  }

  func clear(_ terms: Terms, _ directory: FeatureDirectory) {
    guard spreadCount > 0 else { return }
    for term in 0..<terms.count {
      let column = Int(directory.used.pointer[terms.starts[term]])
      spread[column] = 0
      marks[column / 32] = 0
    }
  }
}
