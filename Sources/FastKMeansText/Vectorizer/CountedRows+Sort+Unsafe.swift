extension CountedRows {
  /// Sorts each row by column and adds up the counts of a column that occurs in it several times.
  ///
  /// All rows at once, by counting: distribute the entries to columns, then take them column by column back to
  /// their rows. Every entry is moved twice, whatever the rows' lengths. Sorting row by row was slower, by insertion,
  /// by Shell's method, by ranks and by the standard library: some tens of entries in random order are all
  /// mispredicted branches. Few entries in many columns are sorted row by row.
  ///
  /// - Complexity: O(entries + columns).
  func sortRows(columnCount: Int) {
    guard rowCount > 0 else { return }
    if columnCount <= 4 * nonZeroCount {
      setRowEnds(gather(distribute(columnCount: columnCount)))
    } else {
      setRowEnds(sortEachRow())
    }
  }

  /// Entries by column: in each the row in the upper 32 bits, the count in the lower, rows ascending.
  private struct Columns {
    let entries: RawBuffer<UInt64>
    /// Where each column ends.
    let ends: [UInt32]
  }

  private func distribute(columnCount: Int) -> Columns {
    let moved = RawBuffer<UInt64>(capacity: nonZeroCount)
    var places = [UInt32](repeating: 0, count: columnCount + 1)
    places.withUnsafeMutableBufferPointer { places in
      for entry in entries.elements { places[Self.key(entry) &+ 1] &+= 1 }
      for column in 1..<places.count { places[column] &+= places[column &- 1] }
      var position = 0
      for row in 0..<rowCount {
        while position < rowEnds[row] {
          let entry = entries.pointer[position]
          let place = Int(places[Self.key(entry)])
          places[Self.key(entry)] &+= 1
          moved.pointer[place] = Self.entry(key: row, count: Self.count(entry))
          position &+= 1
        }
      }
    }
    return Columns(entries: moved, ends: places)
  }

  /// Takes the entries back to their rows, and returns where the rows end now.
  private func gather(_ columns: Columns) -> [Int] {
    let starts = [0] + rowEnds.dropLast()
    var places = starts
    places.withUnsafeMutableBufferPointer { places in
      starts.withUnsafeBufferPointer { starts in
        var position = 0
        for column in 0..<columns.ends.count - 1 {
          while position < Int(columns.ends[column]) {
            let entry = columns.entries.pointer[position]
            let row = Self.key(entry)
            let place = places[row]
            if place > starts[row], Self.key(entries.pointer[place &- 1]) == column {
              entries.pointer[place &- 1] &+= UInt64(Self.count(entry))
            } else {
              entries.pointer[place] = Self.entry(key: column, count: Self.count(entry))
              places[row] = place &+ 1
            }
            position &+= 1
          }
        }
      }
    }
    return closeGaps(starts: starts, ends: places)
  }

  private func sortEachRow() -> [Int] {
    var (starts, ends): ([Int], [Int]) = ([], [])
    for index in 0..<rowCount {
      var row = row(index)
      row.sort()
      let start = index == 0 ? 0 : rowEnds[index - 1]
      starts.append(start)
      ends.append(start + mergeRepeated(row))
    }
    return closeGaps(starts: starts, ends: ends)
  }

  /// Adds up repeated columns of a sorted row at its start, and returns how many there are.
  private func mergeRepeated(_ row: UnsafeMutableBufferPointer<UInt64>) -> Int {
    var count = 0
    for entry in row {
      if count > 0, Self.key(row[count - 1]) == Self.key(entry) {
        row[count - 1] &+= UInt64(Self.count(entry))
      } else {
        row[count] = entry
        count += 1
      }
    }
    return count
  }

  /// Moves the rows together where adding up left places empty, and returns where they end.
  private func closeGaps(starts: [Int], ends: [Int]) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(ends.count)
    var target = 0
    for (start, end) in zip(starts, ends) {
      if start != target {
        (entries.pointer + target).update(from: entries.pointer + start, count: end - start)
      }
      target += end - start
      result.append(target)
    }
    return result
  }
}
