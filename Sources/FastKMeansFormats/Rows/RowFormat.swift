/// The file formats that rows can be read from and written to.
public enum RowFormat: String, CaseIterable, Sendable {
  /// `label<TAB>text`, a line a document, no header.
  case tsv
  /// RFC 4180, with a header.
  case csv
  /// A JSON object a line.
  case jsonl
  /// `label index:value ...`, a line a document.
  case svmlight
  /// A SciPy CSR matrix, as `scipy.sparse.save_npz` writes it.
  case npz
  /// A dense NumPy matrix.
  case npy

  /// The format that a file's name tells by its ending, `.gz` aside; `nil` if it tells none.
  ///
  /// - Parameter path: a file's name or path.
  public init?(path: String) {
    var name = path.lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    guard let dot = name.lastIndex(of: ".") else { return nil }
    switch name[name.index(after: dot)...] {
    case "tsv": self = .tsv
    case "csv": self = .csv
    case "jsonl", "ndjson": self = .jsonl
    case "svmlight", "svm", "libsvm": self = .svmlight
    case "npz": self = .npz
    case "npy": self = .npy
    default: return nil
    }
    // The binary formats compress by themselves or are mapped.
    if path.lowercased().hasSuffix(".gz"), !isText { return nil }
  }

  /// Read line by line, and possibly gzip-compressed.
  public var isText: Bool { self != .npz && self != .npy }

  /// Rows are texts, to be vectorised; else they are features.
  public var holdsDocuments: Bool { self == .tsv || self == .csv || self == .jsonl }
}
