import CFastKMeans

/// Runs a call and turns what it throws into a status and the caller's error structure.
func answer(_ error: UnsafeMutablePointer<fkm_error>?, _ body: () throws -> Void) -> Int32 {
  do {
    try body()
    return Int32(FKM_OK)
  } catch let found {
    let problem = Problem(found)
    problem.write(to: error)
    return Int32(problem.status)
  }
}

extension Problem {
  /// Fills the caller's structure, if there is one and it is as long as it should be.
  func write(to error: UnsafeMutablePointer<fkm_error>?) {
    guard let error, Int(error.pointee.struct_size) >= MemoryLayout<fkm_error>.size else { return }
    error.pointee.status = Int32(status)
    error.pointee.row = Int64(row ?? -1)
    error.pointee.column = Int64(column ?? -1)
    withUnsafeMutableBytes(of: &error.pointee.kind) { kind.copy(to: $0) }
    withUnsafeMutableBytes(of: &error.pointee.parameter) { parameter.copy(to: $0) }
    withUnsafeMutableBytes(of: &error.pointee.value) { value.copy(to: $0) }
    withUnsafeMutableBytes(of: &error.pointee.allowed) { allowed.copy(to: $0) }
    withUnsafeMutableBytes(of: &error.pointee.message) { message.copy(to: $0) }
  }
}

extension String {
  /// Writes UTF-8 and a NUL, cut before the character that no longer fits.
  func copy(to target: UnsafeMutableRawBufferPointer) {
    guard !target.isEmpty else { return }
    var end = 0
    for scalar in unicodeScalars where scalar != "\0" {
      let bytes = UTF8.encode(scalar).map { Array($0) } ?? []
      guard end + bytes.count < target.count else { break }
      for byte in bytes {
        target[end] = byte
        end += 1
      }
    }
    target[end] = 0
  }
}
