import FastKMeansFormats
import FastKMeansText
import Synchronization

@testable import FastKMeansStreams

/// A model file in a file system in memory.
struct MemoryModel: ModelOutput {
  static let path = "m"
  let files: MemoryFiles

  func exists() -> Bool { files.content(Self.path) != nil }

  func read(threadCount: Int) throws -> ModelContents? {
    try files.content(Self.path).map { try ModelFile.read(bytes: $0, threadCount: threadCount) }
  }

  func digest() throws -> String? { files.content(Self.path).map { "\(CRC32C($0).value)" } }

  func write(_ contents: ModelContents, announce: (String) throws -> Void) throws {
    let bytes = try ModelFile.bytes(of: contents)
    try announce("\(CRC32C(bytes).value)")
    try files.replace(Self.path, in: ".") { try files.write($0, bytes, at: 0, path: $1) }
  }
}

/// A stream over a list, in memory.
struct Rehearsal {
  let files: MemoryFiles
  var options: StreamOptions

  init(files: MemoryFiles = MemoryFiles(), text: TextOptions? = nil) {
    self.files = files
    options = StreamOptions(modelPath: MemoryModel.path)
    options.text = text
    options.training.prototypesPerClass = 2
    options.training.threadCount = 1
    options.checkpointSeconds = nil
    options.checkpointBatches = 3
    options.rejectsPath = "rejects"
    options.vocabularyDocuments = 25
  }

  func open(_ source: ListSource, note: @escaping (String) -> Void = { _ in }) throws -> StreamRunner {
    try StreamRunner(
      options, source: source, files: files, model: MemoryModel(files: files), clock: StreamClock(),
      note: note)
  }

  /// - Parameter stopAfter: asks for a stop when this many batches have been reported.
  /// - Returns: the numbers of the batches that were reported.
  @discardableResult
  func run(_ source: ListSource, stopAfter: Int? = nil, reported: (UInt64) -> Void = { _ in }) throws
    -> [UInt64]
  {
    let runner = try open(source)
    let stop = StopSignal()
    var numbers: [UInt64] = []
    try runner.run(stop: stop) {
      numbers.append($0.batch)
      reported($0.batch)
      if numbers.count == stopAfter { stop.request() }
    }
    return numbers
  }
}
