import FastKMeansCore

/// A file whose content is not what its format promises: where, what was found, and what was expected.
public struct FormatError: Error, Equatable, Sendable {
  /// Where in the file the fault lies; lines, rows and bytes count as the cases say.
  package enum Place: Equatable, Sendable {
    case file
    /// Lines count from 1.
    case line(Int)
    /// Bytes count from 0, after decompression.
    case byte(Int)
    /// An array inside an `.npz`.
    case entry(String)
  }

  /// What is wrong.
  package enum Problem: Equatable, Sendable {
    /// The file has no rows.
    case empty
    /// The file's ending names no format.
    case unknownFormat
    /// The text is UTF-16, or no text at all.
    case notUTF8
    /// Lines end with a carriage return and no line feed.
    case returnsAlone
    /// The row has no label, and one is needed.
    case missingLabel
    case labelNotUTF8
    /// A row with several labels; only one label a row can be learned.
    case severalLabels(found: String)
    /// The labels so far were integers.
    case labelNotInteger(found: String)
    /// The labels' file has another number of labels than there are rows.
    case labelCount(rows: Int, labels: Int)
    /// The header lacks a column.
    case missingColumn(name: String, found: [String])
    case fieldCount(expected: Int, found: Int)
    /// A quoted field that began in this line never ends.
    case unterminatedQuote
    case textAfterQuote
    case badJSON(String)
    case badField(name: String, expected: String, found: String)
    /// Something stands where `index:value` should.
    case badFeature(found: String)
    case unsortedColumn(Int)
    case duplicateColumn(Int)
    case columnOutOfRange(column: Int, limit: Int)
    /// Index 0 in a file whose indices start at 1.
    case zeroIndex
    case notFinite(column: Int)
    /// A value that single precision does not hold.
    case tooLarge(column: Int)
    /// The rest of a line whose beginning was read as a row, when it was the file's end.
    case continuedLine
    /// The header has several columns of this name.
    case duplicateName(String)
    /// The row is longer than is allowed.
    case recordTooLong(byteCount: Int, limit: Int)
    /// The last line has no line break, so that nobody knows whether it is all there.
    case unfinishedLine
    /// The file ends too early.
    case truncated(what: String)
    /// The bytes contradict themselves.
    case corrupt(String)
    case badShape(String)
    /// A declared size and the real one differ.
    case sizeMismatch(what: String, declared: Int, found: Int)
    case missingEntry(name: String, found: [String])
    /// A valid file of a kind that is not read or written here, with the way out.
    case unsupported(String)
    /// Rows that the format can hold but the classifier cannot take.
    case rows(InputError)
  }

  package let path: String
  package let place: Place
  package let problem: Problem

  package init(path: String, place: Place, problem: Problem) {
    self.path = path
    self.place = place
    self.problem = problem
  }
}

// Thrown where the place is not known yet; it never leaves this module alone.
extension FormatError.Problem: Error {}

extension FormatError: CustomStringConvertible {
  /// One line: where, what is wrong, how to fix it.
  public var description: String { text.onOneLine }

  private var text: String {
    switch place {
    case .file: "\(path): \(problem)"
    case .line(let line): "\(path), line \(line): \(problem)"
    case .byte(let offset): "\(path), byte \(offset): \(problem)"
    case .entry(let name): "\(path), array '\(name)': \(problem)"
    }
  }
}

extension FormatError.Problem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .notUTF8:
      "the file is UTF-16 or binary, not UTF-8 text; convert it first, for example with iconv -f UTF-16 -t UTF-8"
    case .returnsAlone:
      "lines end with a carriage return alone; convert them first, for example with tr '\\r' '\\n'"
    case .missingLabel: "the row has no label; every row needs one here"
    case .labelNotUTF8: "the label is not UTF-8; convert the file first, for example with iconv"
    case .severalLabels(let found):
      "several labels ('\(found)'); a row can have one label only, so pick one"
    case .labelNotInteger(let found):
      "the label '\(found)' is no integer, as labels are here"
    case .labelCount(let rows, let labels):
      "there are \(rows) rows but \(labels) labels; each row needs one label"
    case .missingColumn(let name, let found):
      "no column '\(name)'\(Similar.hint(name, among: found)); the header has \(found.prefix(30).map { "'\(excerpt($0.utf8))'" }.joined(separator: ", "))\(Self.delimiterHint(found))"
    case .fieldCount(let expected, let found): "\(found) fields, but the header has \(expected)"
    case .unterminatedQuote: "a quoted field begins here and never ends; close it with \""
    case .textAfterQuote: "text after the closing quote of a field; double a quote that belongs to the text"
    case .badJSON(let reason): "not a JSON object: \(reason)"
    case .badField(let name, let expected, let found):
      "field '\(name)' must be \(expected), found \(found)"
    case .badFeature(let found): "expected index:value, found '\(found)'"
    case .unsortedColumn(let column): "index \(column) stands after a larger one; sort each row's indices"
    case .duplicateColumn(let column): "index \(column) occurs twice in the row"
    case .columnOutOfRange(let column, let limit): "index \(column) is above the largest allowed, \(limit)"
    case .zeroIndex:
      "index 0, but indices start at 1 here, as the model or the rows before say; if not, pass --zero-based true"
    case .recordTooLong(let count, let limit):
      "the row has \(count) bytes, at most \(limit) are taken; pass a larger --max-record-bytes to take it"
    case .unfinishedLine: "the input ends inside this line; send a line break after each row"
    case .notFinite(let column): "the value at index \(column) is NaN or infinite; clean the data first"
    case .tooLarge(let column):
      "the value at index \(column) is too large; single precision holds numbers up to 3.4e38"
    case .continuedLine:
      "the input ended inside this line before, and what stood there was learned as a row; this is the rest of it"
    case .duplicateName(let name):
      "the header has several columns '\(excerpt(name.utf8))'; rename all but one"
    case .empty: "there are no rows"
    case .unknownFormat:
      "the name's ending tells no format; pass --format tsv, csv, jsonl, svmlight, npz or npy"
    case .truncated(let what): "the file ends inside \(what); it was cut off"
    case .corrupt(let what): "damaged: \(what)"
    case .badShape(let what): "bad shape: \(what)"
    case .sizeMismatch(let what, let declared, let found): "\(what): \(declared) declared, \(found) there"
    case .missingEntry(let name, let found):
      "no array '\(name)', only \(found.prefix(30).joined(separator: ", ")); save it with scipy.sparse.save_npz"
    case .unsupported(let what): what
    case .rows(let error): error.description
    }
  }
}

extension FormatError.Problem {
  /// What to do with a header of one name that looks like several.
  fileprivate static func delimiterHint(_ names: [String]) -> String {
    guard names.count == 1, let found = names[0].first(where: { ";\t|".contains($0) }) else { return "" }
    return "; pass --delimiter \(found == "\t" ? "tab" : "'\(found)'") if that stands between the fields"
  }
}

/// A short readable piece of bytes, for messages.
func excerpt(_ bytes: some Collection<UInt8>) -> String {
  let text = String(decoding: bytes.prefix(40), as: UTF8.self)
  return bytes.count > 40 ? text + "..." : text
}

extension String {
  /// The text without line breaks and other control characters: a message is one line, whatever a file's
  /// bytes brought into it.
  package var onOneLine: String {
    guard unicodeScalars.contains(where: Self.isControl) else { return self }
    var scalars = UnicodeScalarView()
    scalars.append(contentsOf: unicodeScalars.map { Self.isControl($0) ? " " : $0 })
    return String(scalars)
  }

  private static func isControl(_ scalar: UnicodeScalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{2028}"
      || scalar == "\u{2029}"
  }
}
