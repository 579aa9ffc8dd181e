import FastKMeansCore

/// Reads one `.npy` array from a stream; its declared size is checked against what is there before anything is
/// allocated.
struct NpyReader {
  let header: NpyHeader
  /// Where the data begins in the stream.
  let dataOffset: Int
  private let source: any ByteSource
  private let path: String
  private let place: FormatError.Place

  /// What to do with a matrix of a type that is not read.
  static let matrixAdvice = "as numbers; convert with X.astype('float32')"

  /// Reads the header of a stream of `byteCount` bytes; `path`, `place` and `advice` go into errors.
  init(
    _ source: any ByteSource, byteCount: Int, path: String, place: FormatError.Place = .file,
    advice: String = matrixAdvice
  ) throws {
    self.source = source
    self.path = path
    self.place = place
    do {
      let start = try Self.read(source, 8)
      guard start.starts(with: NpyHeader.magic) else { throw FormatError.Problem.corrupt("not an npy array") }
      let lengthBytes = try Self.read(source, start[6] == 1 ? 2 : 4)
      let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
      guard (1...3).contains(start[6]), length <= NpyHeader.longestText else {
        throw FormatError.Problem.corrupt("an npy header of version \(start[6]) with \(length) bytes")
      }
      header = try Self.read(source, length).withUnsafeBytes { try NpyHeader(text: $0, advice: advice) }
      dataOffset = start.count + lengthBytes.count + length
      let declared = header.count * header.type.size
      guard declared == byteCount - dataOffset else {
        throw FormatError.Problem.sizeMismatch(
          what: "bytes of data", declared: declared, found: byteCount - dataOffset)
      }
    } catch let problem as FormatError.Problem {
      throw FormatError(path: path, place: place, problem: problem)
    }
  }

  /// Reads the header of a file that holds one array.
  init(_ file: MappedFile, advice: String = matrixAdvice) throws {
    guard file.count > 0 else { throw FormatError(path: file.path, place: .file, problem: .empty) }
    try self.init(
      MappedSource(file, range: 0..<file.count), byteCount: file.count, path: file.path, advice: advice)
  }

  private static func read(_ source: any ByteSource, _ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try bytes.withUnsafeMutableBytes { try source.fill($0) }
    guard read == count else { throw FormatError.Problem.truncated(what: "the npy header") }
    return bytes
  }

  /// The numbers in the order in which they lie there.
  func floats() throws -> [Float] {
    guard header.type.isNumber else { throw error(.unsupported("texts where numbers are expected")) }
    return try values { chunk, count, target in
      header.type.floats(chunk, stride: header.type.size, count: count, into: target)
    }
  }

  /// The same numbers in double precision.
  func doubles() throws -> [Double] {
    guard header.type.kind == .float, header.type.size == 8 else { return try floats().map(Double.init) }
    return try values { chunk, count, target in
      for index in 0..<count {
        target[index] = header.type.double(
          UnsafeRawBufferPointer(start: chunk + 8 * index, count: 8))
      }
    }
  }

  /// Integers that fit, from 0 on.
  func integers<Value: FixedWidthInteger>(_ type: Value.Type) throws -> [Value] {
    guard header.type.isInteger else {
      throw error(.unsupported("\(header.type.descriptor) instead of integers"))
    }
    return try values { chunk, count, target in
      try header.type.integers(chunk, stride: header.type.size, count: count) { index, value in
        guard value >= 0, let exact = Value(exactly: value) else {
          throw error(.corrupt("the number \(value) is negative or too large"))
        }
        target[index] = exact
      }
    }
  }

  /// Calls `body` with the bytes of some elements after the others.
  func forEachChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let size = max(1, header.type.size)
    let perChunk = max(1, (1 << 18) / size)
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: perChunk * size, alignment: 16)
    defer { chunk.deallocate() }
    var done = 0
    while done < header.count {
      let piece = UnsafeMutableRawBufferPointer(
        rebasing: chunk[..<(min(perChunk, header.count - done) * size)])
      guard try source.fill(piece) == piece.count else { throw error(.truncated(what: "the array's data")) }
      try body(UnsafeRawBufferPointer(piece))
      done += piece.count / size
    }
    // A compressed array's checksum is looked at when its end is seen.
    guard try source.read(into: chunk) == 0 else { throw error(.corrupt("more data than declared")) }
  }

  private func values<Value>(
    _ convert: (UnsafeRawPointer, Int, UnsafeMutablePointer<Value>) throws -> Void
  ) throws -> [Value] {
    try Array(unsafeUninitializedCapacity: header.count) { target, count in
      try forEachChunk { chunk in
        guard let from = chunk.baseAddress, let to = target.baseAddress else { return }
        let elements = chunk.count / header.type.size
        try convert(from, elements, to + count)
        count += elements
      }
    }
  }

  func error(_ problem: FormatError.Problem) -> FormatError {
    FormatError(path: path, place: place, problem: problem)
  }
}
