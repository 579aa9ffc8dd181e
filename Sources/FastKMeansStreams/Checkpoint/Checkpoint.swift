import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Everything that a stream needs to go on as if it had never stopped, in one file.
struct Checkpoint: Sendable {
  /// Drawn when the state was made; the same in all its files.
  var stream: [UInt8]
  /// The number of the last log record that is in here.
  var sequence: UInt64
  var state: StreamState
  var positions: PositionTable
  /// The file of rejected rows, if there was one.
  var rejectsPath: String?
  /// How long it was, with everything that belongs to this state.
  var rejectsByteCount: Int

  enum Name {
    static let stream = "stream"
    static let sources = "sources"
    static let options = "options"
    static let labels = "labels"
    static let text = "text"
    static let vectorizer = "vectorizer"
    static let waiting = "waiting"
    static let drift = "drift"
    static let columnNames = "learning"
    static func column(_ index: Int) -> String { "learning.\(index)" }
  }
}

extension Checkpoint {
  static func name(_ sequence: UInt64) -> String { "checkpoint-\(LogFormat.padded(sequence)).state" }

  static func sequence(of name: String) -> UInt64? {
    guard name.hasPrefix("checkpoint-"), name.hasSuffix(".state") else { return nil }
    return UInt64(name.dropFirst(11).dropLast(6))
  }

  /// Writes the file, whole or not at all, and waits until it is on the disk.
  ///
  /// - Complexity: O(bytes).
  func write(in folder: String, _ files: any FileLayer) throws {
    let sections = try self.sections()
    try files.replace("\(folder)/\(Self.name(sequence))", in: folder) {
      try SectionFile.write(sections, to: $0, files, path: $1)
    }
  }

  private func sections() throws -> [SectionFile.Section] {
    let learning = state.classifier.learningState
    var writer = ByteWriter()
    for byte in stream { writer.number(byte) }
    writer.number(sequence)
    writer.optional(rejectsPath) { $0.text($1) }
    writer.count(rejectsByteCount)
    state.counts.write(to: &writer)
    var names = ByteWriter()
    names.count(learning.version)
    names.count(learning.columns.count)
    for column in learning.columns {
      names.text(column.name)
      names.number(column.values.kind)
    }
    var sections: [SectionFile.Section] = [
      .init(name: Name.stream, pieces: [.bytes(writer.bytes)]),
      .init(name: Name.sources, pieces: [.bytes(positions.encoded())]),
      .init(
        name: Name.options, pieces: [.bytes(Array(StoredOptions.json(of: learning.options).text.utf8))]),
      .init(name: Name.labels, pieces: [.bytes(Self.encode(learning.labels))]),
      .init(name: Name.columnNames, pieces: [.bytes(names.bytes)]),
    ]
    for (index, column) in learning.columns.enumerated() {
      sections.append(.init(name: Name.column(index), pieces: [column.values.piece]))
    }
    if let drift = state.drift {
      sections.append(.init(name: Name.drift, pieces: [.bytes(DriftCoding.encode(drift))]))
    }
    return sections + textSections()
  }

  private func textSections() -> [SectionFile.Section] {
    var sections: [SectionFile.Section] = []
    if let options = state.textOptions {
      sections.append(
        .init(name: Name.text, pieces: [.bytes(Array(StoredOptions.json(of: options).text.utf8))]))
    }
    if let vectorizer = state.vectorizer {
      var writer = ByteWriter()
      writer.count(vectorizer.documentCount)
      writer.numbers(vectorizer.vocabularyOffsets)
      writer.list(vectorizer.vocabularyBytes)
      writer.numbers(vectorizer.documentFrequencies)
      writer.numbers(vectorizer.inverseDocumentFrequencies)
      sections.append(.init(name: Name.vectorizer, pieces: [.bytes(writer.bytes)]))
    }
    if !state.waiting.isEmpty {
      var writer = ByteWriter()
      writer.count(state.waiting.count)
      for batch in state.waiting { writer.list(RowCoding.encode(batch)) }
      sections.append(.init(name: Name.waiting, pieces: [.bytes(writer.bytes)]))
    }
    return sections
  }

  private static func encode(_ labels: [Label]) -> [UInt8] {
    var writer = ByteWriter()
    writer.count(labels.count)
    for label in labels { writer.label(label) }
    return writer.bytes
  }
}
