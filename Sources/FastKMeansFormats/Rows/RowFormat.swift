import FastKMeansCore

/// A file format of rows.
public enum RowFormat: String, CaseIterable, Sendable {
  /// Lines of `label<TAB>text`, without a header.
  case tsv
  /// Comma-separated values with a header (RFC 4180).
  case csv
  /// One JSON object in each line.
  case jsonl
  /// Lines of `label index:value ...`.
  case svmlight
  /// A sparse matrix, as `scipy.sparse.save_npz` writes it.
  case npz
  /// A dense NumPy matrix.
  case npy

  /// Finds the format by the ending of a file's name, after one such as `.gz` was taken off; `nil` if the ending is unknown.
  ///
  /// - Parameter path: a file's name or path.
  package init?(path: String) {
    var name = path.lowercased()
    let compression = Compression(path: name)
    name.removeLast(compression?.ending.count ?? 0)
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
    if compression != nil, !isText { return nil }
  }

  /// Read line by line, and possibly from a compressed file.
  package var isText: Bool { self != .npz && self != .npy }

  /// Rows are texts, to be vectorised; else they are features.
  package var holdsDocuments: Bool { self == .tsv || self == .csv || self == .jsonl }
}
