import FastKMeansCore

/// Reads labels from a NumPy array.
struct NpyLabels {
  let path: String
  let reader: NpyReader

  init(path: String) throws {
    self.path = path
    reader = try NpyReader(
      MappedFile(path: path),
      advice: "as labels; save them as texts, y.astype(str), or as integers, y.astype(int)")
  }

  /// Integers, floating-point numbers that mean integers, or texts.
  func column() throws -> LabelColumn {
    let (shape, type) = (reader.header.shape, reader.header.type)
    guard shape.count == 1 || (shape.count == 2 && shape[1] == 1) else {
      throw try notOneColumn(shape)
    }
    guard reader.header.count > 0 else { throw reader.error(.empty) }
    var labels: [Label] = []
    var unsigned: [UInt64] = []
    labels.reserveCapacity(type.isInteger ? reader.header.count : 0)
    try reader.forEachChunk { bytes in
      if type.kind == .unsigned, type.size == 8 { return type.unsigned(bytes) { unsigned.append($0) } }
      if type.isInteger, let start = bytes.baseAddress {
        type.integers(start, stride: type.size, count: bytes.count / type.size) {
          labels.append(.integer($1))
        }
        return
      }
      for start in stride(from: 0, to: bytes.count, by: max(1, type.size)) {
        let element = UnsafeRawBufferPointer(rebasing: bytes[start..<start + type.size])
        labels.append(
          type.isNumber ? try whole(type.double(element), row: labels.count) : try text(element))
      }
    }
    if !unsigned.isEmpty {
      // An integer label has a sign. Beyond its range all are texts, as in the text formats.
      let signed = unsigned.compactMap { Int64(exactly: $0).map(Label.integer) }
      labels = signed.count == unsigned.count ? signed : unsigned.map { .text(String($0)) }
    }
    return LabelColumn(labels)
  }

  private func whole(_ value: Double, row: Int) throws -> Label {
    guard let whole = Int64(exactly: value) else {
      let kind = value.isNaN ? "not numbers" : "fractional numbers"
      throw InputError.badLabels(
        found: "\(kind) (\(value) in row \(row) of \(path))",
        expected: "one class a row, as an integer or a text")
    }
    return .integer(whole)
  }

  private func text(_ element: UnsafeRawBufferPointer) throws -> Label {
    guard let text = reader.header.type.text(element) else { throw reader.error(.labelNotUTF8) }
    return .text(text)
  }

  private func notOneColumn(_ shape: [Int]) throws -> any Error {
    let described = shape.map(String.init).joined(separator: " x ")
    guard shape.count == 2, reader.header.type.isNumber, !reader.header.isFortranOrder else {
      return reader.error(.badShape("labels of shape \(described); pass one class a row"))
    }
    let values = try reader.floats()
    var kind = NumberRow.Kind.oneHot
    for row in stride(from: 0, to: values.count, by: max(1, shape[1])) {
      kind = kind.combined(
        with: NumberRow(values: values[row..<row + shape[1]].map(Double.init)).kind)
    }
    return InputError.badLabels(
      found: "\(kind.rawValue) (\(described) in \(path))",
      expected: "one class a row, for example y.argmax(axis=1)")
  }
}

extension NpyType {
  /// A floating-point element, exactly.
  func double(_ bytes: UnsafeRawBufferPointer) -> Double {
    guard size == 8 else {
      var value: Float = 0
      if let start = bytes.baseAddress { floats(start, stride: size, count: 1, into: &value) }
      return Double(value)
    }
    let bits = bytes.loadUnaligned(as: UInt64.self)
    return Double(bitPattern: isBigEndian ? UInt64(bigEndian: bits) : UInt64(littleEndian: bits))
  }

  /// A text element; `nil` if it is no valid text.
  fileprivate func text(_ element: UnsafeRawBufferPointer) -> String? {
    if kind == .bytes {
      let end = element.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
      return String(validating: element[..<end], as: UTF8.self)
    }
    var scalars = String.UnicodeScalarView()
    for position in stride(from: 0, to: element.count, by: 4) {
      let bits = element.loadUnaligned(fromByteOffset: position, as: UInt32.self)
      guard
        let scalar = UnicodeScalar(
          isBigEndian ? UInt32(bigEndian: bits) : UInt32(littleEndian: bits))
      else {
        return nil
      }
      scalars.append(scalar)
    }
    while scalars.last?.value == 0 { scalars.removeLast() }
    return String(scalars)
  }
}
