/// A part of a mapped file as a stream.
final class MappedSource: ByteSource {
  private let file: MappedFile
  private var range: Range<Int>

  init(_ file: MappedFile, range: Range<Int>) {
    self.file = file
    self.range = range
  }

  package var totalCount: Int? { range.count }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, range.count)
    try file.withBytes(at: range.lowerBound, count: count) { buffer.copyMemory(from: $0) }
    range = range.lowerBound + count..<range.upperBound
    return count
  }
}
