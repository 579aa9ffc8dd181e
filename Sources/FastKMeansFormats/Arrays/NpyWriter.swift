import FastKMeansCore

/// The parts of an `.npy` array, little-endian, in C order.
enum NpyWriter {
  /// The header, padded so that the data begins at a multiple of 64 bytes.
  static func header(_ type: NpyType, shape: [Int]) -> [UInt8] {
    let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(type.descriptor)', 'fortran_order': False, 'shape': (\(lengths)), }"
    let padding = 63 - (NpyHeader.magic.count + 4 + text.utf8.count) % 64
    text += String(repeating: " ", count: padding) + "\n"
    let length = text.utf8.count
    return NpyHeader.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
  }

  /// Hands out the bytes of single-precision values.
  static func writeFloats(_ values: [Float], _ emit: (UnsafeRawBufferPointer) throws -> Void) throws {
    try write(values, emit) { $0.bitPattern }
  }

  /// Hands out the bytes of the converted elements, some at a time.
  static func write<Element, Bits: FixedWidthInteger>(
    _ elements: [Element], _ emit: (UnsafeRawBufferPointer) throws -> Void, bits: (Element) -> Bits
  ) throws {
    var chunk: [Bits] = []
    for start in stride(from: 0, to: elements.count, by: 1 << 15) {
      chunk.removeAll(keepingCapacity: true)
      for element in elements[start..<min(elements.count, start + 1 << 15)] {
        chunk.append(bits(element).littleEndian)
      }
      try chunk.withUnsafeBytes(emit)
    }
  }
}

/// Writes a NumPy matrix of single-precision numbers row by row, whole or not at all.
///
/// The number of rows is known only at the end. So the header is written last, into the room that was left for it.
/// The header of such a matrix takes 128 bytes, whatever its shape is.
package final class NpyMatrixFile {
  private let sink: FileSink
  private let columnCount: Int
  private var rowCount = 0

  private init(_ sink: FileSink, columnCount: Int) {
    self.sink = sink
    self.columnCount = columnCount
  }

  /// - Parameters:
  ///   - path: the regular file to make or to replace.
  ///   - columnCount: of every row.
  ///   - body: appends the rows; an error that it throws undoes everything.
  /// - Throws: ``FileError``, and what `body` throws.
  package static func write(to path: String, columnCount: Int, _ body: (NpyMatrixFile) throws -> Void) throws
  {
    try OutputFile.write(to: path) { sink in
      let file = NpyMatrixFile(sink, columnCount: columnCount)
      try sink.write(file.header)
      try body(file)
      try sink.overwriteStart(file.header)
    }
  }

  /// Adds rows.
  package func append(_ rows: DenseMatrix) throws {
    rowCount += rows.rowCount
    try NpyWriter.writeFloats(rows.values) { try sink.write($0) }
  }

  private var header: [UInt8] { NpyWriter.header(.init(.float, size: 4), shape: [rowCount, columnCount]) }
}
