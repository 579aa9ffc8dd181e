import FastKMeansCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#endif

/// Memory for the length of a call, for what cannot be used where it lies; a size that the system refuses is an error,
/// not the end of the process.
final class ConvertedMemory<Element: BitwiseCopyable> {
  let buffer: UnsafeMutableBufferPointer<Element>

  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)``.
  init(count: Int, for what: String) throws {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !overflow, bytes >= 0, let memory = malloc(max(bytes, 1)) else {
      throw InputError.tooLarge(what: what, neededBytes: overflow ? .max : bytes, allowedBytes: .max)
    }
    buffer = UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Element.self, capacity: count), count: count)
  }

  deinit { free(buffer.baseAddress) }

  var contents: UnsafeBufferPointer<Element> { UnsafeBufferPointer(buffer) }
}

/// An array that a view of rows refers to: the caller's own, or a converted copy of it that lives as long as this value.
struct BorrowedArray<Element: BitwiseCopyable> {
  let buffer: UnsafeBufferPointer<Element>
  let owner: ConvertedMemory<Element>?

  init(_ buffer: UnsafeBufferPointer<Element>) {
    self.buffer = buffer
    owner = nil
  }

  /// Converts `count` elements of the caller.
  init<Source>(
    _ source: UnsafeBufferPointer<Source>, for what: String, _ convert: (Source) throws -> Element
  ) throws {
    let memory = try ConvertedMemory<Element>(count: source.count, for: what)
    for position in source.indices { memory.buffer[position] = try convert(source[position]) }
    self.init(memory)
  }

  init(_ memory: ConvertedMemory<Element>) {
    buffer = memory.contents
    owner = memory
  }
}
