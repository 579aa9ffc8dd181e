import FastKMeansCore

/// Changes to the labels of rows that a person accepted: a table with a line for each row, as `audit --tsv` writes it.
///
/// Each line names its row by position and by a digest of its content, so that corrections are never made to other rows
/// than those that somebody looked at.
package struct Corrections: Sendable {
  /// A line of the file.
  private struct Change {
    var line: Int
    var row: Int
    var digest: String
    /// nil: the row goes.
    var label: String?
  }

  private let path: String
  private var changes: [Change] = []

  /// The columns that count; others are for people.
  private static let names = ["row", "digest", "suggested"]

  /// Reads a table whose first line names its columns.
  ///
  /// - Throws: ``FileError``; ``FormatError`` for a line without a row, and for two lines about one row.
  package init(path: String) throws {
    self.path = path
    var places: [Int] = []
    var width = 0
    var lines: [Int: Int] = [:]
    for (index, line) in try SideFile.lines(of: path).enumerated() where !line.isEmpty {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      do throws(FormatError.Problem) {
        guard !places.isEmpty else {
          (places, width) = (try Self.places(in: fields), fields.count)
          continue
        }
        guard fields.count == width else { throw .fieldCount(expected: width, found: fields.count) }
        let change = try Self.change(places.map { fields[$0] }, line: index + 1)
        if let first = lines.updateValue(index + 1, forKey: change.row) {
          throw .badField(
            name: "row", expected: "each row once; line \(first) has it too", found: "\(change.row)")
        }
        changes.append(change)
      } catch {
        throw FormatError(path: path, place: .line(index + 1), problem: error)
      }
    }
    guard !places.isEmpty else { throw FormatError(path: path, place: .file, problem: .empty) }
  }

  private static func places(in header: [String]) throws(FormatError.Problem) -> [Int] {
    var places: [Int] = []
    for name in names {
      guard let place = header.firstIndex(of: name) else {
        throw .missingColumn(name: name, found: header)
      }
      places.append(place)
    }
    return places
  }

  private static func change(_ fields: [String], line: Int) throws(FormatError.Problem) -> Change {
    guard let row = Int(fields[0]), row >= 0 else {
      throw .badField(
        name: "row", expected: "the position of a row from 0 on; leave lines about classes out",
        found: "'\(excerpt(fields[0].utf8))'")
    }
    return Change(
      line: line, row: row, digest: fields[1], label: fields[2].isEmpty ? nil : EscapedText.read(fields[2]))
  }

  /// The rows with the changes made.
  ///
  /// - Parameter data: the rows that were audited, with their labels.
  /// - Returns: the rows that stay; how many got another label; how many went.
  /// - Throws: ``FormatError`` for a row that is not there or has another digest, and for a label of another type than
  ///   those of the rows; `InputError.badLabels` for rows without labels.
  package func applied(
    to data: LabelledData
  ) throws -> (data: LabelledData, relabelled: Int, removed: Int) {
    guard let column = data.labels else {
      throw InputError.badLabels(found: "missing", expected: "a label for each row")
    }
    var labels = column.rowLabels
    var removed = Set<Int>()
    var relabelled = 0
    for change in changes {
      do throws(FormatError.Problem) {
        guard change.row < data.rowCount, RowDigest.of(change.row, data) == change.digest else {
          throw .badField(
            name: "digest",
            expected: "that of the row that was audited: these are other rows, or they have changed",
            found: "row \(change.row) with the digest '\(excerpt(change.digest.utf8))'")
        }
        guard let text = change.label else {
          removed.insert(change.row)
          continue
        }
        let label = try Self.label(text, like: labels[change.row])
        if label != labels[change.row] { relabelled += 1 }
        labels[change.row] = label
      } catch {
        throw FormatError(path: path, place: .line(change.line), problem: error)
      }
    }
    let kept = (0..<data.rowCount).filter { !removed.contains($0) }
    let changed = LabelColumn(kept.map { labels[$0] })
    switch data {
    case .text(let documents, _):
      return (.text(documents.selecting(kept), labels: changed), relabelled, removed.count)
    case .features(let features, _):
      return (.features(features.selectingRows(kept), labels: changed), relabelled, removed.count)
    }
  }

  private static func label(_ text: String, like old: Label) throws(FormatError.Problem) -> Label {
    guard old.kind == .integer else { return .text(text) }
    guard let value = Int64(text) else { throw .labelNotInteger(found: excerpt(text.utf8)) }
    return .integer(value)
  }
}

/// Tells whether a row is the one that somebody has looked at.
package enum RowDigest {
  /// 16 hexadecimal digits over the row's label and content.
  package static func of(_ row: Int, _ data: LabelledData) -> String {
    var hash = SHA256()
    func add(_ text: some Collection<UInt8>) { Array(text).withUnsafeBytes { hash.update($0) } }
    add((data.labels?[row].description ?? "").utf8)
    add([0])
    switch data {
    case .text(let documents, _): add(documents[row])
    case .features(let features, _):
      features.selectingRows(CollectionOfOne(row)).withRows { rows in
        var words: [UInt32] = []
        switch rows {
        case .sparse(let rows):
          rows.withRow(0) { columns, values in
            for (column, value) in zip(columns, values) where value != 0 {
              words += [column.littleEndian, value.bitPattern.littleEndian]
            }
          }
        case .dense(let rows):
          rows.withValues(of: 0) { words = $0.map(\.bitPattern.littleEndian) }
        }
        words.withUnsafeBytes { hash.update($0) }
      }
    }
    return String(hash.hexDigest().prefix(16))
  }
}
