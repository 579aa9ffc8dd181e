import FastKMeansCore

/// A named column of documents that have several, and how it becomes features.
///
/// ``TextOptions/columns`` lists them. Each column has features that no other has, one column after the other.
public struct DocumentColumn: Sendable, Equatable {
  /// What stands in a column.
  public enum Kind: String, Sendable, CaseIterable {
    /// Text: a feature for each term, as ``TextOptions`` say.
    case text
    /// One of some values: a feature for each value. An unknown or missing value has none.
    case category
    /// A number: one feature, less the mean of the training rows and divided by their deviation. A missing number counts as
    /// the mean.
    case number
  }

  /// As the header of a file, or the key of an object, has it.
  package var name: String
  package var kind: Kind
  /// How much the column counts beside the others. A text has this length before the whole row gets the length 1, a
  /// category this value, and a number is multiplied by it.
  package var weight: Double

  /// Makes a column of text, unless the kind says otherwise.
  public init(_ name: String, _ kind: Kind = .text, weight: Double = 1) {
    self.name = name
    self.kind = kind
    self.weight = weight
  }

  /// More columns are refused: every one is read from every row.
  static let limit = 1000
  /// Far enough for every purpose, and near enough that no square overflows.
  static let weights = 1e-6...1e6

  /// - Throws: ``OptionsError`` for a name that occurs twice, an empty one, and a weight out of range.
  package static func check(_ columns: [DocumentColumn]) throws(OptionsError) {
    guard columns.count <= limit else {
      throw OptionsError(
        parameter: "columns", value: "a list of \(columns.count)", allowed: "at most \(limit) of them")
    }
    var names = Set<[UInt8]>()
    for column in columns {
      guard !column.name.isEmpty else {
        throw OptionsError(
          parameter: "columns", value: "a list with an empty name", allowed: "names of columns")
      }
      guard names.insert(Array(column.name.utf8)).inserted else {
        throw OptionsError(
          parameter: "columns", value: "a list with '\(column.name)' twice", allowed: "each column once")
      }
      guard weights.contains(column.weight) else {
        throw OptionsError(
          parameter: "the weight of the column '\(column.name)'", value: "\(column.weight)",
          allowed: "a number above 0, from \(weights.lowerBound) to \(weights.upperBound)")
      }
    }
  }
}

extension DocumentColumn {
  /// As model files and the C interface have it.
  package var json: JSON {
    .fields(["name": .string(name), "kind": .string(kind.rawValue), "weight": .number(weight)])
  }

  /// - Returns: `nil` for what ``json`` does not write.
  package init?(_ json: JSON) {
    guard case .string(let name)? = json["name"], case .string(let kind)? = json["kind"],
      let kind = Kind(rawValue: kind), let weight = json["weight"]?.double
    else { return nil }
    self.init(name, kind, weight: weight)
  }
}

extension DocumentColumn {
  /// For messages: `'title' (text, weight 2)`.
  package var description: String {
    let number = weight.description
    let digits = number.hasSuffix(".0") ? String(number.dropLast(2)) : number
    return "'\(name)' (\(kind.rawValue)\(weight == 1 ? "" : ", weight \(digits)"))"
  }
}

/// The content of a field in a column of numbers.
package enum NumberField: Equatable {
  /// Nothing, or NaN.
  case missing
  case value(Double)
  case refused(expected: String)

  /// Reads a decimal number, with blanks around it.
  package init(_ field: some BidirectionalCollection<UInt8>) {
    let text = String(decoding: trimmed(field), as: UTF8.self)
    guard !text.isEmpty else {
      self = .missing
      return
    }
    // No hexadecimal digits, which nobody writes on purpose.
    guard let value = Double(text), !text.contains(where: { $0 == "x" || $0 == "X" }) else {
      self = .refused(expected: "a number")
      return
    }
    guard !value.isNaN else {
      self = .missing
      return
    }
    self =
      value.magnitude <= Double(Float.greatestFiniteMagnitude)
      ? .value(value) : .refused(expected: "a number up to 3.4e38")
  }
}

/// A field without the blanks around it.
func trimmed<Field: BidirectionalCollection<UInt8>>(_ field: Field) -> Field.SubSequence {
  func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
  let start = field.firstIndex { !isBlank($0) } ?? field.endIndex
  let end = field.lastIndex { !isBlank($0) }.map(field.index(after:)) ?? start
  return field[start..<end]
}
