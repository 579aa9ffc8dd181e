import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Foundation
import Testing

/// The path of a file that NumPy or SciPy made (`Fixtures/make_fixtures.py`).
func fixture(_ name: String) throws -> String {
  try #require(Bundle.module.resourceURL).appendingPathComponent("Fixtures/" + name).path
}

/// The names of fixtures that begin so.
func fixtures(_ prefix: String) -> [String] {
  let folder = Bundle.module.resourceURL?.appendingPathComponent("Fixtures").path ?? ""
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  return names.filter { $0.hasPrefix(prefix) }.sorted()
}

/// Options that take rows without labels.
func unlabelled(_ format: RowFormat? = nil) -> ReaderOptions {
  var options = ReaderOptions(format: format)
  options.requiresLabels = false
  return options
}

extension LabelledData {
  var documents: UTF8Documents {
    get throws {
      guard case .text(let documents, _) = self else { throw Mismatch(description: "no texts") }
      return documents
    }
  }

  var texts: [String] {
    get throws {
      let documents = try documents
      return (0..<documents.count).map { String(decoding: documents[$0], as: UTF8.self) }
    }
  }

  var sparse: CSRMatrix {
    get throws {
      guard case .features(.sparse(let matrix), _) = self else { throw Mismatch(description: "not sparse") }
      return matrix
    }
  }

  var dense: DenseMatrix {
    get throws {
      guard case .features(.dense(let matrix), _) = self else { throw Mismatch(description: "not dense") }
      return matrix
    }
  }
}

struct Mismatch: Error, CustomStringConvertible { var description: String }

/// The ``FormatError`` that reading throws.
func formatError(_ path: String, _ options: ReaderOptions = ReaderOptions()) -> FormatError? {
  #expect(throws: FormatError.self) { try LabelledData.read(path, options: options) }
}

/// The formula of `make_fixtures.py`.
func fixtureCell(_ row: Int, _ column: Int) -> Int { (row * 7 + column * 3) % 11 - 5 }
