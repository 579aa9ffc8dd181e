/// Renumbers the columns of one class after the other; a worker keeps one.
///
/// A table over all features, where that is small or no larger than the data: entries of earlier classes are told
/// apart by their stamp, so nothing is cleared between classes. Where a few documents declare billions of features,
/// a dictionary of those that occur.
package struct ColumnMap {
  private var locals: [UInt32] = []
  private var stamps: [UInt32] = []
  private var stamp: UInt32 = 0
  private var isTable = true
  private var dictionary: [UInt32: UInt32] = [:]

  /// A table of this many features (32 MB) is always affordable.
  private static let smallTable = 1 << 22

  package init() {}

  /// - Parameters:
  ///   - featureCount: every column is below it.
  ///   - nonZeroCount: of the whole input.
  package mutating func startClass(featureCount: Int, nonZeroCount: Int) {
    isTable = featureCount <= max(Self.smallTable, nonZeroCount)
    guard isTable else {
      dictionary.removeAll(keepingCapacity: true)
      return
    }
    if locals.count < featureCount || stamp == .max {
      locals = [UInt32](repeating: 0, count: featureCount)
      stamps = [UInt32](repeating: 0, count: featureCount)
      stamp = 0
    }
    stamp += 1
  }

  /// The local column of a global one; a new one is appended to `features`.
  @inline(__always)
  package mutating func local(_ column: UInt32, adding features: inout [UInt32]) -> UInt32 {
    guard isTable else { return localInDictionary(column, adding: &features) }
    let index = Int(column)
    if stamps[index] == stamp { return locals[index] }
    let local = UInt32(features.count)
    stamps[index] = stamp
    locals[index] = local
    features.append(column)
    return local
  }

  /// The local column of a global one, or nil if the class has not seen it.
  @inline(__always)
  package func known(_ column: UInt32) -> UInt32? {
    guard isTable else { return dictionary[column] }
    let index = Int(column)
    return index < stamps.count && stamps[index] == stamp ? locals[index] : nil
  }

  @inline(never)
  private mutating func localInDictionary(_ column: UInt32, adding features: inout [UInt32]) -> UInt32 {
    if let local = dictionary[column] { return local }
    let local = UInt32(features.count)
    dictionary[column] = local
    features.append(column)
    return local
  }
}
