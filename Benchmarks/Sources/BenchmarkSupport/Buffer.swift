/// Zeroed memory at a cache line's start, for kernels that are measured one by one.
public final class Buffer<Element: BitwiseCopyable> {
  public let pointer: UnsafeMutablePointer<Element>
  public let count: Int

  /// - Parameters:
  ///   - count: at least 1.
  ///   - value: of the element at each position.
  public init(_ count: Int, _ value: (Int) -> Element) {
    self.count = count
    let bytes = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, count) * MemoryLayout<Element>.stride, alignment: 64)
    pointer = bytes.bindMemory(to: Element.self, capacity: max(1, count))
    for position in 0..<count { (pointer + position).initialize(to: value(position)) }
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
