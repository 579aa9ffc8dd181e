import FastKMeansCore

extension LabelInterner {
  /// The labels proper, for rows that were numbered with this interner.
  ///
  /// - Parameters:
  ///   - indices: each row's number, -1 for none.
  ///   - path: for messages.
  /// - Throws: `InputError.badLabels` if they are numbers but not all integers, or rows of numbers.
  /// - Returns: the column, `nil` if a row has no label.
  func column(indices: [Int32], path: String) throws -> LabelColumn? {
    guard count > 0, !indices.contains(-1) else { return nil }
    if requiredKind == .text || hasMarkedText { return textColumn(indices) }
    let syntaxes = (0..<count).map { NumberSyntax(bytes(of: $0)) }
    try refuseRowsOfNumbers(path: path)
    guard !syntaxes.contains(.text) else { return textColumn(indices) }
    var integers: [Label] = []
    for (index, syntax) in syntaxes.enumerated() {
      guard case .integer(let value) = syntax else {
        throw fractional(index, isNaN: syntax == .notANumber, path: path)
      }
      integers.append(.integer(value))
    }
    return merged(integers, indices)
  }

  private func textColumn(_ indices: [Int32]) -> LabelColumn {
    let labels = (0..<count).map { Label.text(String(decoding: bytes(of: $0), as: UTF8.self)) }
    return LabelColumn(unchecked: labels, indices: indices)
  }

  /// Spellings of one integer (`7`, `+7`, `07`) are one label.
  private func merged(_ integers: [Label], _ indices: [Int32]) -> LabelColumn {
    let distinct = LabelColumn(integers)
    guard distinct.labels.count < integers.count else {
      return LabelColumn(unchecked: integers, indices: indices)
    }
    return LabelColumn(
      unchecked: distinct.labels, indices: indices.map { distinct.indices[Int($0)] })
  }

  private func fractional(_ index: Int, isNaN: Bool, path: String) -> InputError {
    let text = String(decoding: bytes(of: index), as: UTF8.self)
    return .badLabels(
      found:
        "\(isNaN ? "not numbers" : "fractional numbers") ('\(text)' in line \(firstLines[index]) of \(path))",
      expected: "one class a row, as an integer or a text")
  }

  /// Each label is several numbers: one-hot rows or probabilities, given in place of classes.
  private func refuseRowsOfNumbers(path: String) throws {
    var kind = NumberRow.Kind.oneHot
    var width: Int?
    for index in 0..<count {
      guard let row = NumberRow(bytes(of: index)), row.values.count == width ?? row.values.count else {
        return
      }
      width = row.values.count
      kind = kind.combined(with: row.kind)
    }
    throw InputError.badLabels(
      found: "\(kind.rawValue) (\(width ?? 0) numbers a row in \(path))",
      expected: "one class a row, such as the position of the largest number")
  }
}

/// A row of several numbers where one label should be.
struct NumberRow {
  enum Kind: String {
    case oneHot = "one-hot rows"
    case probabilities
    case matrix = "rows of numbers"

    func combined(with other: Kind) -> Kind {
      if self == .matrix || other == .matrix { return .matrix }
      return self == .probabilities ? self : other
    }
  }

  let values: [Double]

  init(values: [Double]) { self.values = values }

  /// - Returns: `nil` if these are not at least two numbers between blanks, tabs, commas or semicolons.
  init?(_ bytes: some Collection<UInt8>) {
    let parts = bytes.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x2C || $0 == 0x3B }
    guard parts.count > 1 else { return nil }
    var values: [Double] = []
    for part in parts {
      guard NumberSyntax(part) != .text, let value = Double(String(decoding: part, as: UTF8.self)) else {
        return nil
      }
      values.append(value)
    }
    self.values = values
  }

  var kind: Kind {
    let nonZero = values.filter { $0 != 0 }
    if nonZero == [1] { return .oneHot }
    let isDistribution = values.allSatisfy { $0 >= 0 } && abs(values.reduce(0, +) - 1) < 1e-3
    return isDistribution ? .probabilities : .matrix
  }
}

extension LabelColumn {
  /// Each row's label.
  ///
  /// - Complexity: O(rows).
  package var rowLabels: [Label] { indices.map { labels[Int($0)] } }
}
