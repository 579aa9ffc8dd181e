import CFastKMeansKernels

/// Memory for the kernels: on a cache line's boundary, in large pages where the system has them.
///
/// `@unchecked Sendable`: threads that share one only read it; scratch memory belongs to one worker.
package final class AlignedMemory<Element: BitwiseCopyable>: @unchecked Sendable {
  package let pointer: UnsafeMutablePointer<Element>
  package let count: Int

  /// - Parameters:
  ///   - count: how many elements.
  ///   - value: what each element starts as.
  ///   - what: what the memory is for, in words for the user.
  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)`` if the size cannot be addressed,
  ///   ``InputError/outOfMemory(what:neededBytes:)`` if the system does not give it.
  package init(count: Int, repeating value: Element, for what: String) throws {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard count >= 0, !overflow, bytes <= Self.largestByteCount else {
      throw InputError.tooLarge(
        what: what, neededBytes: overflow ? Int.max : bytes, allowedBytes: Self.largestByteCount)
    }
    guard let raw = fk_allocate(max(bytes, 64)) else {
      throw InputError.outOfMemory(what: what, neededBytes: bytes)
    }
    pointer = raw.bindMemory(to: Element.self, capacity: count)
    pointer.initialize(repeating: value, count: count)
    self.count = count
  }

  deinit { fk_free(pointer) }

  package var byteCount: Int { count * MemoryLayout<Element>.stride }

  /// Far beyond any machine's memory, and far below an overflow in later arithmetic.
  private static var largestByteCount: Int { 1 << 44 }
}

/// The product of two sizes, or an error that names them.
func checkedProduct(_ first: Int, _ second: Int, for what: String) throws -> Int {
  let (product, overflow) = first.multipliedReportingOverflow(by: second)
  guard !overflow else {
    throw InputError.tooLarge(what: what, neededBytes: Int.max, allowedBytes: 1 << 44)
  }
  return product
}

/// The next multiple of `unit`.
@inline(__always)
func roundedUp(_ count: Int, to unit: Int) -> Int { (count + unit - 1) / unit * unit }
