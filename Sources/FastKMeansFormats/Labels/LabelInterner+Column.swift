import FastKMeansCore

extension LabelInterner {
  /// The labels proper, for rows that were numbered with this interner: integers if all are, else texts.
  ///
  /// - Parameters:
  ///   - indices: each row's number, -1 for none.
  ///   - path: for messages.
  /// - Throws: `InputError.badLabels` if they are rows of numbers, and, where labels are numbers, for fractions.
  /// - Returns: the column, `nil` if a row has no label.
  func column(indices: [Int32], path: String) throws -> LabelColumn? {
    guard count > 0, !indices.contains(-1) else { return nil }
    if requiredKind == .text || hasMarkedText { return textColumn(indices) }
    try refuseRowsOfNumbers(path: path)
    let integers = (0..<count).compactMap { integer(bytes(of: $0)).map(Label.integer) }
    if integers.count == count { return merged(integers, indices) }
    if areNumbers { try refuseFractions(path: path) }
    return textColumn(indices)
  }

  /// Targets of a regression are no classes.
  private func refuseFractions(path: String) throws {
    let syntaxes = (0..<count).map { NumberSyntax(bytes(of: $0)) }
    guard let index = syntaxes.firstIndex(of: .number), !syntaxes.contains(.text) else { return }
    let text = String(decoding: bytes(of: index), as: UTF8.self)
    let kind = Double(text)?.isNaN ?? false ? "not numbers" : "fractional numbers"
    throw InputError.badLabels(
      found: "\(kind) ('\(text)' in line \(firstLines[index]) of \(path))",
      expected: "one class a row, as an integer or a text; --label-type text takes them as they are")
  }

  /// The integer that a label stands for. A label comes back as it was written, so it must be written as an integer is;
  /// other spellings (`+7`, `7.0`) count where labels are known to be numbers.
  private func integer(_ label: ArraySlice<UInt8>) -> Int64? {
    guard case .integer(let value) = NumberSyntax(label) else { return nil }
    if requiredKind == .integer || String(value).utf8.elementsEqual(label) { return value }
    return areNumbers && !NumberSyntax.hasLeadingZeros(label) ? value : nil
  }

  private func textColumn(_ indices: [Int32]) -> LabelColumn {
    let labels = (0..<count).map { Label.text(String(decoding: bytes(of: $0), as: UTF8.self)) }
    return LabelColumn(unchecked: labels, indices: indices)
  }

  /// Spellings of one integer (`7`, `+7`) are one label.
  private func merged(_ integers: [Label], _ indices: [Int32]) -> LabelColumn {
    let distinct = LabelColumn(integers)
    guard distinct.labels.count < integers.count else {
      return LabelColumn(unchecked: integers, indices: indices)
    }
    return LabelColumn(
      unchecked: distinct.labels, indices: indices.map { distinct.indices[Int($0)] })
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

  /// These labels, and after them others; all as texts where one of both has integers and the other has texts.
  package func appending(_ other: LabelColumn) -> LabelColumn {
    let all = rowLabels + other.rowLabels
    let isMixed = Set((labels + other.labels).map(\.kind)).count > 1
    return isMixed ? LabelColumn(all.map { Label.text($0.description) }) : LabelColumn(all)
  }

  /// Converts the labels to a type; integers can become texts.
  ///
  /// - Parameter kind: the type; `nil` leaves them as they are.
  /// - Throws: `InputError.badLabels` for texts where integers are wanted.
  package func column(kind: Label.Kind?) throws -> LabelColumn {
    guard let kind, let found = labels.first?.kind, kind != found else { return self }
    guard kind == .text else {
      throw InputError.badLabels(found: "texts", expected: "integers, as labels are here")
    }
    return try LabelColumn(labels: labels.map { .text($0.description) }, indices: indices)
  }
}
