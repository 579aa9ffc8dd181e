import CFastKMeans

package typealias ErrorPointer = UnsafeMutablePointer<fkm_error>
package typealias HandlePointer = UnsafeMutablePointer<OpaquePointer?>
package typealias RowsPointer = UnsafePointer<fkm_rows>
package typealias LabelsPointer = UnsafePointer<fkm_labels>
package typealias TextPointer = UnsafePointer<CChar>

/// A pointer argument that must be there.
func require<Pointee>(_ pointer: UnsafePointer<Pointee>?, _ name: String) throws -> UnsafePointer<Pointee> {
  guard let pointer else { throw CallError.null(name) }
  try checkAlignment(UnsafeRawPointer(pointer), of: Pointee.self, name)
  return pointer
}

func require<Pointee>(
  _ pointer: UnsafeMutablePointer<Pointee>?, _ name: String
) throws -> UnsafeMutablePointer<Pointee> {
  UnsafeMutablePointer(mutating: try require(UnsafePointer(pointer), name))
}

private func checkAlignment<Element>(_ pointer: UnsafeRawPointer, of element: Element.Type, _ name: String)
  throws
{
  guard UInt(bitPattern: pointer) % UInt(MemoryLayout<Element>.alignment) == 0 else {
    throw CallError(
      parameter: name, kind: "alignment",
      problem:
        "does not begin at a multiple of \(MemoryLayout<Element>.alignment) bytes; copy the array first")
  }
}

/// A structure of the caller, which must be as long as this version of the interface has it.
func require<Structure>(
  structure pointer: UnsafePointer<Structure>?, _ name: String, size: KeyPath<Structure, UInt32>
) throws -> Structure {
  let pointer = try require(pointer, name)
  // The rest of a shorter structure must not even be read.
  let found = pointer.pointee[keyPath: size]
  guard Int(found) >= MemoryLayout<Structure>.size else {
    throw CallError.size(
      "\(name).struct_size", found, allowed: "sizeof, which is \(MemoryLayout<Structure>.size), or more")
  }
  return pointer.pointee
}

/// Checks a structure that is to be filled.
func checkOutput<Structure>(
  _ pointer: UnsafeMutablePointer<Structure>?, _ name: String, size: KeyPath<Structure, UInt32>
) throws -> UnsafeMutablePointer<Structure> {
  let pointer = try require(pointer, name)
  _ = try require(structure: UnsafePointer(pointer), name, size: size)
  return pointer
}

/// The array of an argument: `count` elements, of which there may be none.
func array<Element>(
  _ pointer: UnsafeRawPointer?, count: Int, of element: Element.Type, _ name: String
) throws -> UnsafeBufferPointer<Element> {
  guard count > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
  guard let pointer else { throw CallError.null(name) }
  try checkAlignment(pointer, of: Element.self, name)
  return UnsafeBufferPointer(start: pointer.assumingMemoryBound(to: Element.self), count: count)
}

/// An array that a call fills; several threads may, each its own elements.
///
/// `@unchecked Sendable`: no two threads get the same element.
struct Output<Element>: @unchecked Sendable {
  private let buffer: UnsafeMutableBufferPointer<Element>
  var count: Int { buffer.count }

  init(_ pointer: UnsafeMutableRawPointer?, count: Int, _ name: String) throws {
    buffer = UnsafeMutableBufferPointer(
      mutating: try array(UnsafeRawPointer(pointer), count: count, of: Element.self, name))
  }

  /// The same where NULL means that it is not wanted.
  init?(optional pointer: UnsafeMutablePointer<Element>?, count: Int, _ name: String) throws {
    guard let pointer else { return nil }
    try self.init(pointer, count: count, name)
  }

  subscript(position: Int) -> Element {
    get { buffer[position] }
    nonmutating set { buffer[position] = newValue }
  }

  /// Fills the front; a buffer without any element may be NULL, which the standard library's own way stops at.
  func write(_ elements: some Collection<Element>) {
    guard !buffer.isEmpty, !elements.isEmpty else { return }
    _ = buffer.update(fromContentsOf: elements)
  }
}

/// The number of threads that a call names: nil for 0, the model's own.
func threadCount(_ threads: Int32, canBeOwn: Bool = true) throws -> Int? {
  guard threads == -1 || (canBeOwn ? 0 : 1)...4096 ~= threads else {
    throw CallError.size(
      "threads", threads,
      allowed: canBeOwn ? "-1 (all cores), 0 (the model's) or 1 to 4096" : "-1 or 1 to 4096")
  }
  return threads == 0 ? nil : Int(threads)
}

/// A text of the caller: `length` bytes, or up to the NUL where the length is -1.
func text(_ pointer: UnsafePointer<CChar>, length: Int64, _ name: String) throws -> String {
  guard length >= -1, length <= 1 << 40 else {
    throw CallError.size("\(name)_length", length, allowed: "-1, or the number of bytes")
  }
  let decoded =
    length < 0
    ? String(validatingCString: pointer)
    : String(
      validating: UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer), count: Int(length)), as: UTF8.self)
  guard let decoded else {
    throw CallError(parameter: name, kind: "text", problem: "is not UTF-8; encode it so first")
  }
  return decoded
}
