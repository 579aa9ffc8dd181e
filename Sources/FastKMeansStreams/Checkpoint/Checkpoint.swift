import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Everything that a stream needs to go on as if it had never stopped, in one file: a container with the sections that a
/// model has too, the learner's columns, and the stream's own numbers.
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

  private enum Name {
    static let numbers = "stream"
    static let stream = "stream.id"
    static let positions = "stream.positions"
    static let drift = "stream.drift"
    static let waiting = "stream.waiting"
  }

  /// How files began before they were containers.
  static let oldMagic = Array("FASTKMCP".utf8)

  static func name(_ sequence: UInt64) -> String { "checkpoint-\(LogFormat.padded(sequence)).state" }

  static func sequence(of name: String) -> UInt64? {
    guard name.hasPrefix("checkpoint-"), name.hasSuffix(".state") else { return nil }
    return LogFormat.number(name.dropFirst(11).dropLast(6))
  }
}

extension Checkpoint {
  /// Writes the file, whole or not at all, and waits until it is on the disk.
  ///
  /// - Complexity: O(bytes).
  func write(in folder: String, _ files: any FileLayer) throws {
    let record = self.record()
    try files.replace("\(folder)/\(Self.name(sequence))", in: folder) { descriptor, path in
      var position = 0
      do {
        try record.write(as: .checkpoint) {
          try files.write(descriptor, $0, at: position, path: path)
          position += $0.count
        }
      } catch let problem as ModelFileError.Problem {
        throw ModelFileError(path: path, problem: problem)
      }
    }
  }

  private func record() -> ContainerRecord {
    var record = ContainerRecord()
    LearnerSection.encode(state.classifier.learningState, into: &record)
    if let vectorizer = state.vectorizer {
      VectorizerSection.encode(vectorizer, into: &record)
    } else if let options = state.textOptions {
      VectorizerSection.encode(options, into: &record)
    }
    var numbers = state.counts.fields
    numbers["sequence"] = .integer(sequence)
    numbers["rejects_path"] = rejectsPath.map { .string($0) } ?? .null
    numbers["rejects_bytes"] = .integer(rejectsByteCount)
    record.add(Name.numbers, .sorted(numbers))
    record.add(Tensor(Name.stream, stream))
    record.add(Tensor(Name.positions, positions.encoded()))
    if let drift = state.drift { record.add(Tensor(Name.drift, DriftCoding.encode(drift))) }
    if !state.waiting.isEmpty {
      var writer = ByteWriter()
      writer.count(state.waiting.count)
      for batch in state.waiting { writer.list(RowCoding.encode(batch)) }
      record.add(Tensor(Name.waiting, writer.bytes))
    }
    return record
  }

  /// Reads a checkpoint; everything in it is checked.
  ///
  /// - Parameter threadCount: of the learner that goes on from it.
  /// - Throws: ``StreamError/olderCheckpoint(path:)``; `ModelFileError.Problem` and the errors of the parts, all of which
  ///   mean that the file is not sound; `FileError` where it could not be read at all.
  init(files: any FileLayer, path: String, threadCount: Int) throws {
    let bytes = try files.map(path)
    guard try bytes.count < 8 || bytes.bytes(at: 0, count: 8) != Self.oldMagic else {
      throw StreamError.olderCheckpoint(path: path)
    }
    let file = try TensorFile(bytes, as: .checkpoint)
    try file.checkDataDigest()
    guard let numbers = try JSONFields(file, key: Name.numbers) else {
      throw ModelFileError.Problem.missingMetadata(key: Name.numbers)
    }
    stream = try file.values(Name.stream, as: UInt8.self, shape: [LogFormat.streamByteCount])
    sequence = try numbers.count("sequence")
    rejectsPath = try numbers.optionalText("rejects_path")
    rejectsByteCount = try numbers.count("rejects_bytes")
    positions = try PositionTable(file.values(Name.positions, as: UInt8.self))
    let vectorizer = try VectorizerSection.decode(file)
    let textOptions = try vectorizer?.options ?? VectorizerSection.decodeOptions(file)
    let drift = try file.has(Name.drift) ? DriftCoding.decode(file.values(Name.drift, as: UInt8.self)) : nil
    let waiting = try Self.waiting(file)
    let learning = try LearnerSection.decode(file, threadCount: threadCount)
    // Last, so that the file is closed before the learner takes its memory.
    state = StreamState(
      classifier: try FastKMeansClassifier<Label>(resuming: learning), vectorizer: vectorizer,
      textOptions: textOptions, drift: drift, waiting: waiting, counts: try StreamState.Counts(numbers))
  }

  private static func waiting(_ file: TensorFile) throws -> [LabelledData] {
    guard file.has(Name.waiting) else { return [] }
    var batches = ByteReader(try file.values(Name.waiting, as: UInt8.self))
    let count = try batches.count(of: 8)
    let waiting = try (0..<count).map { _ in try RowCoding.decode(try batches.list()) }
    try batches.finish()
    return waiting
  }
}
