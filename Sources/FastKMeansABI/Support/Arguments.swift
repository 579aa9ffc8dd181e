import CFastKMeans

/// A pointer argument that must be there.
func require<Pointee>(_ pointer: UnsafePointer<Pointee>?, _ name: String) throws -> UnsafePointer<Pointee> {
  guard let pointer else { throw ArgumentError.null(name) }
  return try aligned(pointer, name)
}

func require<Pointee>(
  _ pointer: UnsafeMutablePointer<Pointee>?, _ name: String
) throws -> UnsafeMutablePointer<Pointee> {
  guard let pointer else { throw ArgumentError.null(name) }
  _ = try aligned(UnsafePointer(pointer), name)
  return pointer
}

private func aligned<Pointee>(
  _ pointer: UnsafePointer<Pointee>, _ name: String
) throws -> UnsafePointer<Pointee> {
  try checkAlignment(UnsafeRawPointer(pointer), of: Pointee.self, name)
  return pointer
}

func checkAlignment<Element>(_ pointer: UnsafeRawPointer, of element: Element.Type, _ name: String) throws {
  guard UInt(bitPattern: pointer) % UInt(MemoryLayout<Element>.alignment) == 0 else {
    throw ArgumentError(
      parameter: name, kind: "alignment",
      problem:
        "does not begin at a multiple of \(MemoryLayout<Element>.alignment) bytes; copy the array first")
  }
}

/// A structure of the caller, with the size that this version of the interface gives it.
func require<Structure>(
  structure pointer: UnsafePointer<Structure>?, _ name: String, size: KeyPath<Structure, UInt32>
) throws -> Structure {
  let pointer = try require(pointer, name)
  try check(size: pointer.pointee[keyPath: size], of: Structure.self, name)
  return pointer.pointee
}

/// Checks a structure that is to be filled.
func checkOutput<Structure>(
  _ pointer: UnsafeMutablePointer<Structure>?, _ name: String, size: KeyPath<Structure, UInt32>
) throws -> UnsafeMutablePointer<Structure> {
  let pointer = try require(pointer, name)
  try check(size: pointer.pointee[keyPath: size], of: Structure.self, name)
  return pointer
}

private func check<Structure>(size: UInt32, of structure: Structure.Type, _ name: String) throws {
  guard Int(size) >= MemoryLayout<Structure>.size else {
    throw ArgumentError.size(
      "\(name).struct_size", size, allowed: "sizeof, which is \(MemoryLayout<Structure>.size), or more")
  }
}

/// The array of an argument: `count` elements, of which there may be none.
func array<Element>(
  _ pointer: UnsafeRawPointer?, count: Int, of element: Element.Type, _ name: String
) throws -> UnsafeBufferPointer<Element> {
  guard count > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
  guard let pointer else { throw ArgumentError.null(name) }
  try checkAlignment(pointer, of: Element.self, name)
  return UnsafeBufferPointer(start: pointer.assumingMemoryBound(to: Element.self), count: count)
}

func output<Element>(
  _ pointer: UnsafeMutableRawPointer?, count: Int, of element: Element.Type, _ name: String
) throws -> UnsafeMutableBufferPointer<Element> {
  UnsafeMutableBufferPointer(mutating: try array(UnsafeRawPointer(pointer), count: count, of: element, name))
}

/// The same where NULL means that it is not wanted.
func optionalOutput<Element>(
  _ pointer: UnsafeMutablePointer<Element>?, count: Int, _ name: String
) throws -> UnsafeMutableBufferPointer<Element>? {
  guard let pointer else { return nil }
  return try output(UnsafeMutableRawPointer(pointer), count: count, of: Element.self, name)
}

/// The number of threads that a call names: nil for 0, the model's own.
func threadCount(_ threads: Int32, canBeOwn: Bool = true) throws -> Int? {
  guard threads == -1 || (canBeOwn ? 0 : 1)...4096 ~= threads else {
    throw ArgumentError.size(
      "threads", threads,
      allowed: canBeOwn ? "-1 (all cores), 0 (the model's) or 1 to 4096" : "-1 or 1 to 4096")
  }
  return threads == 0 ? nil : Int(threads)
}

/// A text of the caller: so many bytes, or up to the NUL where the length is -1.
func text(_ pointer: UnsafePointer<CChar>, length: Int64, _ name: String) throws -> String {
  guard length >= -1, length <= 1 << 40 else {
    throw ArgumentError.size("\(name)_length", length, allowed: "-1, or the number of bytes")
  }
  let decoded =
    length < 0
    ? String(validatingCString: pointer)
    : String(
      validating: UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer), count: Int(length)), as: UTF8.self)
  guard let decoded else {
    throw ArgumentError(parameter: name, kind: "text", problem: "is not UTF-8; encode it so first")
  }
  return decoded
}
