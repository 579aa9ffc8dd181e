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
