import FastKMeansCore

/// Numbers the different labels of a file by their bytes, without making a string for each row.
struct LabelInterner {
  private(set) var bytes: [UInt8] = []
  private(set) var offsets = [0]
  /// The line where each label occurs first, for messages.
  private(set) var firstLines: [Int] = []
  /// Open addressing: label index + 1, 0 for an empty place. The size is a power of two.
  private var table = [Int32](repeating: 0, count: 64)
  private var lastIndex: Int32 = -1
  /// Every label must be of this type.
  let requiredKind: Label.Kind?
  /// A label was marked as a text, whatever it looks like.
  var hasMarkedText = false

  /// Labels that are not marked as texts are numbers, however they are spelled: `+1` and `1.0` are 1.
  let areNumbers: Bool

  init(requiredKind: Label.Kind?, areNumbers: Bool = false) {
    self.requiredKind = requiredKind
    self.areNumbers = areNumbers
  }

  var count: Int { firstLines.count }

  func bytes(of index: Int) -> ArraySlice<UInt8> { bytes[offsets[index]..<offsets[index + 1]] }

  /// The number of a label, a new one if it was not seen before.
  ///
  /// - Throws: `labelNotUTF8` or `labelNotInteger` for one that is new and cannot be a label.
  mutating func index(of label: UnsafeRawBufferPointer, line: Int) throws(FormatError.Problem) -> Int32 {
    // Files are often sorted by label.
    if lastIndex >= 0, isEqual(label, Int(lastIndex)) { return lastIndex }
    var place = hash(label) & (table.count - 1)
    while table[place] != 0 {
      let index = table[place] - 1
      if isEqual(label, Int(index)) {
        lastIndex = index
        return index
      }
      place = (place + 1) & (table.count - 1)
    }
    try check(label)
    bytes.append(contentsOf: label)
    offsets.append(bytes.count)
    firstLines.append(line)
    lastIndex = Int32(count - 1)
    table[place] = lastIndex + 1
    if count * 2 > table.count { grow() }
    return lastIndex
  }

  private func check(_ label: UnsafeRawBufferPointer) throws(FormatError.Problem) {
    guard String(validating: label, as: UTF8.self) != nil else { throw .labelNotUTF8 }
    if requiredKind == .integer {
      guard case .integer = NumberSyntax(label) else { throw .labelNotInteger(found: excerpt(label)) }
    }
  }

  private mutating func grow() {
    table = [Int32](repeating: 0, count: table.count * 2)
    for index in 0..<count {
      var place = bytes.withUnsafeBytes {
        hash(UnsafeRawBufferPointer(rebasing: $0[offsets[index]..<offsets[index + 1]]))
      }
      place &= table.count - 1
      while table[place] != 0 { place = (place + 1) & (table.count - 1) }
      table[place] = Int32(index + 1)
    }
  }

  /// Swift's own hash is keyed at random, so that no file can be made to collide.
  private func hash(_ label: UnsafeRawBufferPointer) -> Int {
    var hasher = Hasher()
    hasher.combine(bytes: label)
    return hasher.finalize()
  }

  private func isEqual(_ label: UnsafeRawBufferPointer, _ index: Int) -> Bool {
    let start = offsets[index]
    guard label.count == offsets[index + 1] - start else { return false }
    return bytes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[start...]).starts(with: label) }
  }
}
