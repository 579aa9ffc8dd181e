import CFastKMeansKernels

/// The prototypes' values feature by feature: for each used feature its prototypes, ascending.
struct InvertedLists: Sendable {
  let directory: FeatureDirectory
  /// List `f` has the positions `starts[f] ..< starts[f + 1]`.
  let starts: AlignedMemory<Int>
  let prototypes: AlignedMemory<UInt32>
  let values: AlignedMemory<Float>

  /// - Parameters:
  ///   - set: the prototypes; zeros and values below `truncation` in magnitude are left out.
  ///   - truncation: 0 keeps everything.
  /// - Throws: ``InputError`` for sizes that cannot be addressed.
  /// - Complexity: O(stored values + features).
  init(_ set: PrototypeSet, truncation: Float) throws {
    let rows = PrototypeRows(set, truncation: truncation)
    var counts: [UInt32: Int] = [:]
    var columns: [UInt32]
    let wide = set.featureCount > max(1 << 24, set.storedValueCount * 8)
    var lengths: [Int] = []
    if wide {
      rows.forEach { _, column, _ in counts[UInt32(column), default: 0] += 1 }
      columns = counts.keys.sorted()
      lengths = columns.map { counts[$0] ?? 0 }
    } else {
      var all = [Int](repeating: 0, count: set.featureCount)
      rows.forEach { _, column, _ in all[column] += 1 }
      columns = []
      for column in 0..<set.featureCount where all[column] > 0 {
        columns.append(UInt32(column))
        lengths.append(all[column])
      }
    }
    directory = try FeatureDirectory(featureCount: set.featureCount, used: columns)
    starts = try AlignedMemory(count: columns.count + 1, repeating: 0, for: "the inverted lists")
    for (list, length) in lengths.enumerated() { starts.pointer[list + 1] = starts.pointer[list] + length }
    let total = starts.pointer[columns.count]
    prototypes = try AlignedMemory(count: total, repeating: 0, for: "the inverted lists")
    values = try AlignedMemory(count: total, repeating: 0, for: "the inverted lists")
    var next = (0..<columns.count).map { starts.pointer[$0] }
    rows.forEach { prototype, column, value in
      let list = directory.number(of: column)
      prototypes.pointer[next[list]] = UInt32(prototype)
      values.pointer[next[list]] = value
      next[list] += 1
    }
  }

  var byteCount: Int {
    directory.byteCount + starts.byteCount + prototypes.byteCount + values.byteCount
  }

  @inline(__always)
  func range(_ list: Int) -> Range<Int> {
    Range(uncheckedBounds: (starts.pointer[list], starts.pointer[list + 1]))
  }

  /// The scores of one document for the first `count` prototypes, a term at a time.
  @inline(__always)
  func score(
    _ terms: Terms, biases: UnsafePointer<Float>, into scores: UnsafeMutablePointer<Float>, count: Int,
    kernels: fk_scoring_kernels
  ) {
    scores.update(from: biases, count: count)
    for term in 0..<terms.count {
      let range = range(terms.starts[term])
      kernels.add_list(
        prototypes.pointer + range.lowerBound, values.pointer + range.lowerBound, range.count, terms.x[term],
        scores)
    }
  }
}

/// Which features any prototype uses, numbered without gaps.
///
/// A vocabulary can be declared far wider than what prototypes use; tables by feature are as long as what is used.
struct FeatureDirectory: Sendable {
  /// The used features, ascending.
  let used: AlignedMemory<UInt32>
  /// The number of each feature, -1 for unused ones; nil where such a table would be far larger than the data.
  private let numbers: AlignedMemory<Int32>?

  init(featureCount: Int, used columns: [UInt32]) throws {
    used = try AlignedMemory(count: columns.count, repeating: 0, for: "the list of features")
    for (number, column) in columns.enumerated() { used.pointer[number] = column }
    guard featureCount <= max(1 << 24, columns.count * 8) else {
      numbers = nil
      return
    }
    let table = try AlignedMemory<Int32>(count: featureCount, repeating: -1, for: "the table of features")
    for (number, column) in columns.enumerated() { table.pointer[Int(column)] = Int32(number) }
    numbers = table
  }

  var count: Int { used.count }

  var byteCount: Int { used.byteCount + (numbers?.byteCount ?? 0) }

  /// The table behind ``number(of:)``, for loops that read it directly; nil where there is none.
  var table: UnsafePointer<Int32>? { numbers.map { UnsafePointer($0.pointer) } }

  /// The number of a feature, or -1.
  @inline(__always)
  func number(of column: Int) -> Int {
    if let numbers { return Int(numbers.pointer[column]) }
    return search(column)
  }

  private func search(_ column: Int) -> Int {
    var low = 0
    var high = used.count
    while low < high {
      let middle = (low + high) / 2
      if Int(used.pointer[middle]) < column { low = middle + 1 } else { high = middle }
    }
    return low < used.count && Int(used.pointer[low]) == column ? low : -1
  }
}
