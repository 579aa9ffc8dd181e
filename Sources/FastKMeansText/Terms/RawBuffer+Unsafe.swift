/// A growing buffer of plain values for the inner loops: no bounds checks, no reference counting for each access.
///
/// `@unchecked Sendable`: like any class with state it must be used by one thread at a time, or only be read; the
/// parallel loops give each worker, and each chunk of documents, its own buffers.
final class RawBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  private(set) var pointer: UnsafeMutablePointer<Element>
  private(set) var capacity: Int
  var count = 0

  init(capacity: Int = 16) {
    self.capacity = max(1, capacity)
    pointer = .allocate(capacity: self.capacity)
  }

  deinit { pointer.deallocate() }

  /// Makes room for this many more elements.
  @inline(__always)
  func reserve(_ additional: Int) {
    if capacity - count < additional { grow(additional) }
  }

  @inline(never)
  private func grow(_ additional: Int) {
    let wanted = max(2 * capacity, count + additional)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: wanted)
    larger.update(from: pointer, count: count)
    pointer.deallocate()
    (pointer, capacity) = (larger, wanted)
  }

  @inline(__always)
  func append(_ element: Element) {
    reserve(1)
    pointer[count] = element
    count += 1
  }

  @inline(__always)
  func append(_ source: UnsafeBufferPointer<Element>) {
    guard let base = source.baseAddress else { return }
    reserve(source.count)
    (pointer + count).update(from: base, count: source.count)
    count += source.count
  }

  var elements: UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(start: pointer, count: count)
  }

  /// A copy of the contents.
  var array: [Element] { Array(elements) }
}
