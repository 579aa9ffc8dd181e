import FastKMeansCore

/// The arrays of a caller's rows or documents. Small ones are copied before they are checked, so that a thread that changes them during the
/// call changes nothing of what was checked. Large ones are read where they lie; nobody may change these.
struct CallerArrays {
  /// Larger arrays are not copied.
  private static let copiedBytes = 4 << 20
  private var copies: [AnyObject] = []

  mutating func keep<Element>(_ copy: FixedArray<Element>) -> UnsafeBufferPointer<Element> {
    copies.append(copy)
    return copy.buffer
  }

  mutating func take<Element: BitwiseCopyable>(
    _ pointer: UnsafeRawPointer?, count: Int, of element: Element.Type, _ name: String
  ) throws -> UnsafeBufferPointer<Element> {
    let source = try array(pointer, count: count, of: element, name)
    guard count <= Self.copiedBytes / MemoryLayout<Element>.stride else { return source }
    return keep(try FixedArray(count: count, for: name) { _ = $0.update(fromContentsOf: source) })
  }

  /// Offsets of any type as the core takes them.
  mutating func takeOffsets(
    _ pointer: UnsafeRawPointer?, count: Int, _ type: NumberType, _ name: String
  ) throws -> UnsafeBufferPointer<Int> {
    if type == .int32 {
      let source = try array(pointer, count: count, of: Int32.self, name)
      return keep(
        try FixedArray(count: count, for: name) { target in
          for position in 0..<count { target[position] = Int(source[position]) }
        })
    }
    #if _pointerBitWidth(_64)
      return try take(pointer, count: count, of: Int.self, name)
    #else
      let source = try array(pointer, count: count, of: Int64.self, name)
      return keep(
        try FixedArray(count: count, for: name) { target in
          for position in 0..<count { target[position] = Int(clamping: source[position]) }
        })
    #endif
  }
}
