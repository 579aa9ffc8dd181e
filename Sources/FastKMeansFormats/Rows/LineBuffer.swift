/// Reads a stream of bytes through a window that grows to hold the longest line and forgets what was consumed.
///
/// It hands out pointers into the window, which are valid until the next call.
final class LineBuffer {
  private let source: any ByteSource
  private var storage: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private(set) var isAtEnd = false
  /// The source had nothing for the moment when it was asked last.
  private(set) var isPaused = false
  /// A longer line is skipped, see ``takeOversized()``.
  var lineLimit = Int.max
  /// The line that is being skipped.
  private var oversized: OversizedLine?
  /// The text that the source gives, until its first bytes have been looked at.
  private var unseen: TextStart?
  /// Bytes of the stream before the window's start.
  private(set) var consumed = 0
  /// Bytes behind `start` that are known to hold no line break, not to search a long line twice.
  private var searched = 0

  /// Reads up to `capacity` bytes at once; the window doubles when a line is longer.
  ///
  /// - Parameter position: the number of bytes of the stream before those that the source gives.
  init(_ source: any ByteSource, capacity: Int, position: Int = 0) {
    self.source = source
    consumed = position
    storage = .allocate(byteCount: max(16, capacity), alignment: 64)
  }

  deinit { storage.deallocate() }

  /// Opens a file, decompressed if it is a compressed one by its name or its first bytes.
  ///
  /// - Parameters:
  ///   - position: where to begin; 0 looks at the text's start. Where the system cannot jump there, the window begins at 0.
  ///   - hasLines: as in ``TextStart``.
  static func open(_ path: String, capacity: Int, at position: Int = 0, hasLines: Bool = true) throws
    -> LineBuffer
  {
    let file = try FileSource(path: path)
    let text = TextStart(name: path, hasLines: hasLines)
    let start = LineBuffer(file, capacity: min(capacity, 1 << 16))
    while Compression.allCases.contains(where: { $0.begins(start.available) == nil }), try start.refill() {}
    let found = Compression(path: path) ?? Compression.allCases.first { $0.begins(start.available) == true }
    if let found {
      let content = LineBuffer(try CompressedSource(start, found, path: path), capacity: capacity)
      if position == 0, try content.refill() { try content.begin(text) }
      return content
    }
    if position > 0, path != "-", System.seek(file.descriptor, to: position) {
      return LineBuffer(file, capacity: capacity, position: position)
    }
    start.setCapacity(capacity)
    if position == 0 { try start.begin(text) }
    return start
  }

  /// Looks at the start of the text that the source gives, and takes a byte order mark off it.
  ///
  /// - Throws: ``FormatError`` for a text that cannot be read, now or when its first bytes have come.
  func begin(_ text: TextStart) throws {
    unseen = text
    if !available.isEmpty { _ = try seeStart() }
  }

  private func seeStart() throws -> Bool {
    // A pipe may give the mark in parts.
    if available.count < TextStart.mark.count, TextStart.mark.starts(with: available) { return try refill() }
    defer { unseen = nil }
    try unseen?.check(available)
    if available.starts(with: TextStart.mark) { consume(TextStart.mark.count) }
    return true
  }

  /// What the source will give in all, where that is known.
  var totalCount: Int? { source.totalCount }

  /// What is in the window.
  var available: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: storage[start..<end])
  }

  func consume(_ count: Int) {
    start += count
    consumed += count
    searched = 0
  }

  /// Bytes of the stream before the first line that has not been dealt with.
  var settled: Int { consumed - (oversized?.skippedCount ?? 0) }

  /// Reads on.
  ///
  /// - Returns: `false` at the end of the source, and where it has nothing for the moment.
  func refill() throws -> Bool {
    guard !isAtEnd else { return false }
    makeRoom()
    let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: storage[end...]))
    end += count
    isPaused = count == 0 && source.isPaused
    isAtEnd = count == 0 && !isPaused
    return unseen == nil || count == 0 ? count > 0 : try seeStart()
  }

  /// Whole lines with their line breaks, at least one, more if they are here already; the last line of the
  /// source may lack its break. `nil` at the end, where the source pauses, and when a line was too long.
  ///
  /// At most `maxLines`; it stops after the line that reaches `maxBytes`.
  func lines(maxLines: Int, maxBytes: Int) throws -> UnsafeRawBufferPointer? {
    while oversized == nil {
      let window = available
      let first = firstBreak(from: searched, in: window)
      if first ?? window.count > lineLimit {
        beginSkipping()
      } else if let first {
        let count = blockLength(after: first + 1, in: window, maxLines: maxLines, maxBytes: maxBytes)
        return UnsafeRawBufferPointer(rebasing: window[..<count])
      } else {
        searched = window.count
        if try !refill() { return available.isEmpty || isPaused ? nil : available }
      }
    }
    try skipOversized()
    return nil
  }

  /// Begins to skip the line at the window's start.
  func beginSkipping() {
    oversized = OversizedLine(prefix: Array(available.prefix(OversizedLine.prefixBytes)))
  }

  /// Goes on skipping, up to the line's end if that has come.
  func skipOversized() throws {
    while oversized?.isWhole == false {
      let found = firstBreak(from: 0, in: available)
      let count = found.map { $0 + 1 } ?? available.count
      oversized?.byteCount += found ?? available.count
      oversized?.skippedCount += count
      consume(count)
      if found != nil {
        oversized?.isWhole = true
      } else if try !refill() {
        guard isAtEnd else { return }
        oversized?.isWhole = true
      }
    }
  }

  /// A line that was too long, once it has been skipped to its end.
  func takeOversized() -> OversizedLine? {
    guard let line = oversized, line.isWhole else { return nil }
    oversized = nil
    return line
  }

  var isSkipping: Bool { oversized != nil }

  /// Skips bytes.
  ///
  /// - Returns: the last one; `nil` if there are fewer.
  func skip(_ count: Int) throws -> UInt8? {
    var rest = count
    var last: UInt8?
    while rest > 0 {
      if available.isEmpty, try !refill() { return nil }
      let step = min(rest, available.count)
      last = available[step - 1]
      consume(step)
      rest -= step
    }
    return last
  }

  private func makeRoom() {
    if start > 0 {
      let kept = UnsafeRawBufferPointer(rebasing: storage[start..<end])
      storage.copyMemory(from: kept)
      end -= start
      start = 0
    }
    if end == storage.count { setCapacity(storage.count * 2) }
  }

  private func setCapacity(_ count: Int) {
    guard count > storage.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<end]))
    storage.deallocate()
    storage = larger
  }

  private func blockLength(
    after first: Int, in window: UnsafeRawBufferPointer, maxLines: Int, maxBytes: Int
  ) -> Int {
    if maxLines == .max, maxBytes >= window.count, lineLimit >= window.count {
      return lastBreak(in: window) + 1
    }
    var length = first
    var lines = 1
    while lines < maxLines, length < maxBytes, let next = firstBreak(from: length, in: window),
      next - length <= lineLimit
    {
      length = next + 1
      lines += 1
    }
    return length
  }

  private func lastBreak(in window: UnsafeRawBufferPointer) -> Int {
    var position = window.count - 1
    while position > 0, window[position] != 0x0A { position -= 1 }
    return position
  }
}

/// A line that is not taken because of its length.
struct OversizedLine {
  static let prefixBytes = 1024
  /// Its first bytes, for people who look at what was refused.
  var prefix: [UInt8]
  /// Without its line break.
  var byteCount = 0
  /// With it.
  var skippedCount = 0
  /// Its end has come.
  var isWhole = false

  init(prefix: [UInt8]) { self.prefix = prefix }
}

/// Calls `body` with each line and its number from 0 on. A line comes without its break (`\n` or `\r\n`), and without a byte
/// order mark before it, as joined files have one in their middle.
///
/// - Returns: the number of lines.
@inline(__always)
func forEachLine<Failure: Error>(
  of lines: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, Int) throws(Failure) -> Void
) throws(Failure) -> Int {
  var position = 0
  var count = 0
  while position < lines.count {
    let lineBreak = firstBreak(from: position, in: lines) ?? lines.count
    var end = lineBreak
    if end > position, lines[end - 1] == 0x0D { end -= 1 }
    try body(TextStart.withoutMark(UnsafeRawBufferPointer(rebasing: lines[position..<end])), count)
    position = lineBreak + 1
    count += 1
  }
  return count
}

/// The next line break at or after `position`.
@inline(__always)
func firstBreak(from position: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
  firstByte(0x0A, from: position, in: bytes)
}

/// The next place at or after `position` with this byte; the C library's search runs at memory speed.
@inline(__always)
func firstByte(_ byte: UInt8, from position: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
  guard position < bytes.count, let base = bytes.baseAddress,
    let found = System.first(byte, in: UnsafeRawBufferPointer(rebasing: bytes[position...]))
  else { return nil }
  return found - base
}
