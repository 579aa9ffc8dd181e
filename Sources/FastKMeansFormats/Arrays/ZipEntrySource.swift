/// The content of one entry of a zip archive, decompressed as it is asked for, its checksum verified at the end.
final class ZipEntrySource: ByteSource {
  private let archive: ZipArchive
  private let entry: ZipArchive.Entry
  private let inflater: Inflater?
  private var position: Int
  private var produced = 0
  private var sum: UInt32 = 0
  private var isAtEnd = false

  init(_ archive: ZipArchive, _ entry: ZipArchive.Entry) throws {
    self.archive = archive
    self.entry = entry
    position = entry.range.lowerBound
    inflater = entry.isCompressed ? try Inflater(.raw, path: archive.file.path) : nil
  }

  package var totalCount: Int? { entry.size }

  package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard !isAtEnd else { return 0 }
    let count = try inflater.map { try inflate($0, into: buffer) } ?? copy(into: buffer)
    sum = checksum(sum, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    produced += count
    guard produced <= entry.size else { throw error(.corrupt("more data than the zip directory declares")) }
    if count == 0 {
      isAtEnd = true
      guard produced == entry.size else { throw error(.truncated(what: "a zip entry")) }
      guard sum == entry.checksum else { throw error(.corrupt("the checksum does not match")) }
    }
    return count
  }

  private func copy(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, entry.range.upperBound - position)
    try archive.file.withBytes(at: position, count: count) { buffer.copyMemory(from: $0) }
    position += count
    return count
  }

  private func inflate(_ inflater: Inflater, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    while !hasEnded {
      let step = try archive.file.withBytes(at: position, count: entry.range.upperBound - position) {
        inflater.step(from: $0, into: buffer)
      }
      guard let step else { throw error(.corrupt("the compressed data")) }
      position += step.consumed
      hasEnded = step.ended
      if step.produced > 0 { return step.produced }
      guard step.ended || step.consumed > 0 else { throw error(.truncated(what: "the compressed data")) }
    }
    return 0
  }

  private var hasEnded = false

  private func error(_ problem: FormatError.Problem) -> FormatError {
    FormatError(path: archive.file.path, place: .entry(entry.name), problem: problem)
  }
}
