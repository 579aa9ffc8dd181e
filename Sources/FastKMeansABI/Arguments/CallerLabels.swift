import CFastKMeans
import FastKMeansCore

extension LabelColumn {
  /// The labels of a caller.
  ///
  /// - Parameters:
  ///   - labels: the argument.
  ///   - name: its name in the header.
  /// - Throws: ``CallError``, `InputError`.
  /// - Complexity: O(rows + labels).
  init(_ labels: LabelsPointer?, _ name: String) throws {
    let labels = try require(structure: labels, name, size: \.struct_size)
    let rowCount = try Self.size(labels.row_count, "\(name).row_count")
    let labelCount = try Self.size(labels.label_count, "\(name).label_count")
    let distinct = try Self.labels(labels, count: labelCount, name)
    guard labels.codes != nil else {
      guard labelCount == rowCount else {
        throw InputError.lengthMismatch(what: "labels", expected: rowCount, found: labelCount)
      }
      self.init(distinct)
      return
    }
    let codes = try array(labels.codes, count: rowCount, of: Int64.self, "\(name).codes")
    let indices = try codes.enumerated().map { row, code in
      guard (0..<Int64(labelCount)).contains(code) else {
        throw InputError.badLabels(
          found: "codes, of which row \(row) has \(code)", expected: "codes from 0 to \(labelCount - 1)")
      }
      return Int32(truncatingIfNeeded: code)
    }
    try self.init(labels: distinct, indices: indices)
  }

  /// The label of an argument that is to have one.
  func only(_ name: String) throws -> Label {
    guard count == 1 else { throw CallError.size("\(name).row_count", count, allowed: "1: one label") }
    return self[0]
  }

  private static func size(_ value: Int64, _ name: String) throws -> Int {
    guard (0...Int64(Int32.max)).contains(value) else {
      throw CallError.size(name, value, allowed: "0 to 2^31 - 1")
    }
    return Int(value)
  }

  private static func labels(_ labels: fkm_labels, count: Int, _ name: String) throws -> [Label] {
    switch Int(labels.type) {
    case FKM_LABEL_INTEGER:
      return try array(labels.integers, count: count, of: Int64.self, "\(name).integers").map { .integer($0) }
    case FKM_LABEL_TEXT:
      return try Texts(labels.text, labels.text_offsets, count: count, name: name).map { position, bytes in
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw InputError.badLabels(
            found: "texts, of which label \(position) is not UTF-8", expected: "texts in UTF-8")
        }
        return .text(text)
      }
    default:
      throw CallError.constant(
        "\(name).type", labels.type, allowed: "FKM_LABEL_INTEGER, FKM_LABEL_TEXT")
    }
  }
}

/// Texts of a caller: bytes in one piece, and where each begins.
struct Texts {
  private let bytes: UnsafeRawPointer?
  let offsets: UnsafeBufferPointer<Int64>

  init(_ text: TextPointer?, _ offsets: UnsafePointer<Int64>?, count: Int, name: String) throws {
    self.offsets = try array(
      offsets, count: count > 0 ? count + 1 : 0, of: Int64.self, "\(name).text_offsets")
    bytes = UnsafeRawPointer(text)
    for position in self.offsets.indices {
      let previous = position == 0 ? 0 : self.offsets[position - 1]
      guard self.offsets[position] >= previous, position > 0 || self.offsets[0] == 0,
        self.offsets[position] <= 1 << 48
      else {
        throw CallError(
          parameter: "\(name).text_offsets", kind: "size",
          problem: "must begin at 0 and never fall; entry \(position) is \(self.offsets[position])")
      }
    }
    if let last = self.offsets.last, last > 0, text == nil { throw CallError.null("\(name).text") }
  }

  /// All bytes in one piece.
  var all: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(offsets.last ?? 0))
  }

  func map<Result>(_ body: (Int, UnsafeRawBufferPointer) throws -> Result) rethrows -> [Result] {
    try (0..<max(0, offsets.count - 1)).map { position in
      try body(
        position, UnsafeRawBufferPointer(rebasing: all[Int(offsets[position])..<Int(offsets[position + 1])]))
    }
  }
}

extension ModelStorage {
  /// The text labels in UTF-8, by class index; nil for integers.
  var textLabels: [[UInt8]]? {
    guard classes.kind == .text else { return nil }
    return classes.labels.map { label in
      if case .text(let text) = label { Array(text.utf8) } else { [] }
    }
  }
}
