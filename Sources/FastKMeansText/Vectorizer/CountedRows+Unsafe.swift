/// Counts of consecutive documents: for each a row of entries, 32 bits of term or column above 32 bits of count.
///
/// `@unchecked Sendable`: one worker at a time has a chunk's rows.
final class CountedRows: @unchecked Sendable {
  let entries: RawBuffer<UInt64>
  /// Where each row ends in `entries`.
  private(set) var rowEnds: [Int] = []

  /// - Parameters:
  ///   - documents: how many rows there will be.
  ///   - byteCount: the length of their text, to guess the entries from.
  init(documents: Int, byteCount: Int) {
    entries = RawBuffer(capacity: byteCount / 8 + 16)
    rowEnds.reserveCapacity(documents)
  }

  @inline(__always)
  static func entry(key: Int, count: Int) -> UInt64 {
    UInt64(truncatingIfNeeded: key) &<< 32 | UInt64(truncatingIfNeeded: count)
  }

  @inline(__always)
  static func key(_ entry: UInt64) -> Int { Int(entry &>> 32) }

  @inline(__always)
  static func count(_ entry: UInt64) -> Int { Int(entry & 0xFFFF_FFFF) }

  var rowCount: Int { rowEnds.count }
  var nonZeroCount: Int { entries.count }

  func endRow() { rowEnds.append(entries.count) }

  func row(_ index: Int) -> UnsafeMutableBufferPointer<UInt64> {
    let start = index == 0 ? 0 : rowEnds[index - 1]
    return UnsafeMutableBufferPointer(start: entries.pointer + start, count: rowEnds[index] - start)
  }

  /// The sign of a term without a column; columns are limited to less.
  static let dropped = UInt32.max

  /// Puts columns in the place of terms, and leaves out the terms that have none.
  ///
  /// - Parameter columns: for each term its column, or ``dropped``.
  func renumber(_ columns: [UInt32]) {
    var target = 0
    var source = 0
    columns.withUnsafeBufferPointer { columns in
      for index in rowEnds.indices {
        while source < rowEnds[index] {
          let entry = entries.pointer[source]
          let column = columns[Self.key(entry)]
          // Always written, and kept if wanted: no branch to guess wrong.
          entries.pointer[target] = UInt64(column) &<< 32 | (entry & 0xFFFF_FFFF)
          target &+= column == Self.dropped ? 0 : 1
          source &+= 1
        }
        rowEnds[index] = target
      }
    }
    entries.count = target
  }

  /// Replaces where the rows end, after a change of the entries.
  func setRowEnds(_ ends: [Int]) {
    rowEnds = ends
    entries.count = ends.last ?? 0
  }
}
