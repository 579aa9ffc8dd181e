import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

extension Checkpoint {
  /// Reads a checkpoint; everything in it is checked.
  ///
  /// - Parameter threadCount: of the learner that goes on from it.
  /// - Throws: ``SectionReader/Fault`` and the errors of the parts, all of which mean that the file is not sound;
  ///   `FileError` where it could not be read at all.
  init(files: any FileLayer, path: String, threadCount: Int) throws {
    let reader = try SectionReader(files: files, path: path)
    var numbers = try reader.reader(Name.stream)
    stream = try (0..<LogFormat.streamByteCount).map { _ in try numbers.number(UInt8.self) }
    sequence = try numbers.number()
    rejectsPath = try numbers.flag() ? try numbers.text() : nil
    rejectsByteCount = try numbers.whole()
    let counts = try StreamState.Counts(&numbers)
    try numbers.finish()
    positions = try PositionTable(try reader.bytes(Name.sources))
    let options = try StoredOptions.training(
      json: try reader.bytes(Name.options), threadCount: threadCount
    ).options
    let learning = try Self.learningState(reader, options: options)
    let textOptions: TextOptions? =
      reader.has(Name.text) ? try StoredOptions.read(json: try reader.bytes(Name.text)) : nil
    state = StreamState(
      classifier: try FastKMeansClassifier<Label>(resuming: learning),
      vectorizer: try Self.vectorizer(reader, options: textOptions), textOptions: textOptions,
      drift: reader.has(Name.drift) ? try DriftCoding.decode(try reader.bytes(Name.drift)) : nil,
      waiting: try Self.waiting(reader), counts: counts)
  }

  private static func learningState(
    _ reader: SectionReader, options: TrainingOptions
  ) throws -> LearningState {
    var names = try reader.reader(Name.columnNames)
    let version = try names.whole()
    let count = try names.count()
    let columns = try (0..<count).map { index in
      let name = try names.text()
      let kind: UInt8 = try names.number()
      let bytes = try reader.bytes(Name.column(index))
      guard let values = LearningState.Values(stored: bytes, kind: kind) else {
        throw SectionReader.Fault.damaged("column '\(name)'")
      }
      return LearningState.Column(name, values)
    }
    try names.finish()
    var labels = try reader.reader(Name.labels)
    let labelCount = try labels.count(of: 9)
    let found = try (0..<labelCount).map { _ in try labels.label() }
    try labels.finish()
    return LearningState(version: version, options: options, labels: found, columns: columns)
  }

  private static func vectorizer(_ reader: SectionReader, options: TextOptions?) throws -> TFIDFVectorizer? {
    guard reader.has(Name.vectorizer) else { return nil }
    guard let options else { throw SectionReader.Fault.missing(Name.text) }
    var parts = try reader.reader(Name.vectorizer)
    let documentCount = try parts.whole()
    let offsets = try parts.numbers(Int.self)
    let bytes = try parts.list()
    let frequencies = try parts.numbers(Int.self)
    let factors = try parts.numbers(Float.self)
    try parts.finish()
    return try TFIDFVectorizer(
      options: options, vocabularyBytes: bytes, vocabularyOffsets: offsets,
      inverseDocumentFrequencies: factors, documentFrequencies: frequencies, documentCount: documentCount)
  }

  private static func waiting(_ reader: SectionReader) throws -> [LabelledData] {
    guard reader.has(Name.waiting) else { return [] }
    var batches = try reader.reader(Name.waiting)
    let count = try batches.count(of: 8)
    let waiting = try (0..<count).map { _ in try RowCoding.decode(try batches.list()) }
    try batches.finish()
    return waiting
  }
}

extension LearningState.Values {
  /// Its number in the file.
  var kind: UInt8 {
    switch self {
    case .integers: 0
    case .indices: 1
    case .singles: 2
    case .doubles: 3
    }
  }

  var piece: SectionFile.Piece {
    switch self {
    case .integers(let values): .integers(values)
    case .indices(let values): .indices(values)
    case .singles(let values): .singles(values)
    case .doubles(let values): .doubles(values)
    }
  }

  init?(stored bytes: [UInt8], kind: UInt8) {
    let size = kind == 0 || kind == 3 ? 8 : 4
    guard kind <= 3, bytes.count % size == 0 else { return nil }
    self = bytes.withUnsafeBytes { bytes in
      switch kind {
      case 0: .integers(Array(stored: bytes))
      case 1: .indices(Array(stored: bytes))
      case 2: .singles(Array(stored: bytes))
      default: .doubles(Array(stored: bytes))
      }
    }
  }
}
