/// What is wrong with rows or labels that a caller passed in.
///
/// Every case names where the fault lies, so that a caller can point a user at the offending row.
public enum InputError: Error, Equatable, Sendable {
  /// There is nothing to learn from or to answer.
  case noRows
  /// Two parallel inputs disagree in length.
  case lengthMismatch(what: String, expected: Int, found: Int)
  /// A declared shape is negative, too large to address, or does not match its data.
  case badShape(String)
  /// Row offsets must start at 0, never fall, and end at the number of non-zeros.
  case badRowOffsets(position: Int, value: Int)
  /// A column index lies outside `0 ..< limit`.
  case featureOutOfRange(row: Int, column: Int, limit: Int)
  /// A row's columns must ascend; `column` stands after a larger one.
  case unsortedColumns(row: Int, column: Int)
  /// A row names the same column twice.
  case duplicateColumn(row: Int, column: Int)
  /// A NaN or an infinity.
  case notFinite(row: Int, column: Int)
  /// A row is longer than single precision can square.
  case rowTooLong(row: Int, length: Double, limit: Double)
  /// A weight of a document must be 0 to 1e12, and at least one must be above 0 in single precision.
  case badSampleWeight(row: Int, value: Double)
  /// The rows have another number of features than the model.
  case featureCountMismatch(expected: Int, found: Int)
  /// Labels that are no class labels: `found` says what they look like, `expected` what to pass instead.
  case badLabels(found: String, expected: String)
  /// Every row is zero: there is no direction to learn.
  case allRowsZero
  /// A classifier needs at least two classes.
  case oneClassOnly(label: String)
  /// A class is named that the model does not know.
  case unknownClass(label: String)
  /// A model trained on text was given vectors, or the reverse.
  case wrongKindOfInput(expected: String, found: String)
  /// The work would need more memory than is allowed.
  case tooLarge(what: String, neededBytes: Int, allowedBytes: Int)
  /// The system does not give the memory that the work needs.
  case outOfMemory(what: String, neededBytes: Int)
}

extension InputError: CustomStringConvertible {
  /// One line: what is wrong, where, and how to fix it.
  public var description: String {
    switch self {
    case .noRows:
      "there are no rows; pass at least one document"
    case .lengthMismatch(let what, let expected, let found):
      "\(what): expected \(expected) entries, found \(found)"
    case .badShape(let text):
      "bad shape: \(text)"
    case .badRowOffsets(let position, let value):
      "row offsets must start at 0, never fall and end at the number of values; entry \(position) is \(value)"
    case .featureOutOfRange(let row, let column, let limit):
      "row \(row): column \(column) is outside 0 ..< \(limit)"
    case .unsortedColumns(let row, let column):
      "row \(row): column \(column) stands after a larger one; sort each row's columns"
    case .duplicateColumn(let row, let column):
      "row \(row): column \(column) occurs twice; add such values up first"
    case .notFinite(let row, let column):
      "row \(row), column \(column): the value is NaN or infinite; clean the data first"
    case .rowTooLong(let row, let length, let limit):
      "row \(row) has length \(length); scale the data down to at most \(limit)"
    case .badSampleWeight(let row, let value):
      "sample weight \(row) is \(value); weights must be 0 to 1e12, and not all zero"
    case .featureCountMismatch(let expected, let found):
      "the model knows \(expected) features, the rows have \(found); vectorise with the model's own vectoriser"
    case .badLabels(let found, let expected):
      "labels are \(found); pass \(expected)"
    case .allRowsZero:
      "all rows are zero: there is nothing to learn from; check the vectoriser"
    case .oneClassOnly(let label):
      "all rows have the one label '\(label)'; a classifier needs at least two classes"
    case .unknownClass(let label):
      "the model has no class '\(label)'"
    case .wrongKindOfInput(let expected, let found):
      "the model takes \(expected), the input has \(found)"
    case .tooLarge(let what, let needed, let allowed):
      "\(what) needs \(needed) bytes, \(allowed) are allowed"
    case .outOfMemory(let what, let needed):
      "\(what) needs \(needed) bytes, and the system gives no more memory; use fewer features, or a larger machine"
    }
  }
}
