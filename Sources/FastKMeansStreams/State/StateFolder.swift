import FastKMeansFormats
import Synchronization

/// The folder `MODEL.state`: the lock, checkpoints, logs, and which model belongs to them.
package final class StateFolder: Sendable {
  let path: String
  let files: any FileLayer
  private let lock: Int32
  private let isReleased = Atomic<Bool>(false)

  /// How many checkpoints stay: should the newest be damaged, the one before it and the logs since lose nothing.
  static let keptCheckpoints = 2
  static let lockName = "lock"
  static let modelName = "model.id"
  /// Stands for a model that has not been written.
  static let noModel = "none"

  /// Makes the folder if needed and takes it for this process; the lock goes with the process, however it ends.
  init(path: String, files: any FileLayer, process: String) throws {
    self.path = path
    self.files = files
    try files.createFolder(path)
    let lockPath = "\(path)/\(Self.lockName)"
    lock = try files.open(lockPath, .update)
    do {
      guard try files.lock(lock, path: lockPath) else {
        let owner = try files.read(lock, at: 0, count: 32, path: lockPath)
        throw StreamError.locked(
          folder: path, process: owner.isEmpty ? "another" : String(decoding: owner, as: UTF8.self))
      }
      try files.truncate(lock, to: 0, path: lockPath)
      try files.write(lock, Array(process.utf8), at: 0, path: lockPath)
    } catch {
      release()
      throw error
    }
  }

  deinit { release() }

  /// Takes the lock of the stream that learns into a model, if that has a state, for a program that is about to replace the
  /// model.
  ///
  /// - Throws: ``StreamError/locked(folder:process:)`` while a stream learns into it.
  /// - Returns: holds the lock as long as it lives; `nil` where there is no state.
  package static func lockIfThere(modelPath: String) throws -> StateFolder? {
    let path = StreamOptions(modelPath: modelPath).statePath
    guard System.status(at: path)?.isFolder ?? false else { return nil }
    return try StateFolder(path: path, files: SystemFiles(), process: "\(System.processIdentifier)")
  }

  /// Lets others learn into this state.
  package func release() {
    guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
    files.close(lock)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Numbers of the checkpoints that are there, newest first.
  func checkpoints() throws -> [UInt64] {
    try files.names(in: path).compactMap(Checkpoint.sequence).sorted(by: >)
  }

  /// First numbers of the logs that are there, oldest first.
  func logs() throws -> [UInt64] { try files.names(in: path).compactMap(LogFormat.first).sorted() }

  /// The newest checkpoint that is sound.
  ///
  /// - Parameter note: is told about those that are not; they are put aside under another name.
  /// - Returns: `nil` if there is none at all.
  func newestCheckpoint(threadCount: Int, note: (String) -> Void) throws -> Checkpoint? {
    var reason: String?
    for sequence in try checkpoints() {
      let name = Checkpoint.name(sequence)
      do {
        return try Checkpoint(files: files, path: file(name), threadCount: threadCount)
      } catch ModelFileError.Problem.newerVersion(let found, let supported) {
        throw StreamError.newerCheckpoint(path: file(name), found: found, supported: supported)
      } catch let error as FileError {
        throw error
      } catch let error as StreamError {
        throw error
      } catch {
        reason = reason ?? "\(name): \(error)"
        note(
          "\(file(name)) is damaged (\(error)) and was put aside; the one before it and the log take its place"
        )
        try files.rename(file(name), to: file(name + ".damaged"))
      }
    }
    if let reason { throw StreamError.noValidCheckpoint(folder: path, reason: reason) }
    return nil
  }

  /// Removes what no start would need: all checkpoints but the newest, and logs that end before the oldest kept.
  func prune() throws {
    let sequences = try checkpoints()
    for sequence in sequences.dropFirst(Self.keptCheckpoints) {
      try files.remove(file(Checkpoint.name(sequence)))
    }
    guard let oldest = sequences.prefix(Self.keptCheckpoints).last else { return }
    let logs = try logs()
    for (first, following) in zip(logs, logs.dropFirst()) where following <= oldest + 1 {
      try files.remove(file(LogFormat.name(first: first)))
    }
  }

  /// Removes files that a crash has left half written; nobody would ever read them, and each may be as large as the state.
  func removeUnfinished() throws {
    for name in try files.names(in: path) where name.hasSuffix(".tmp") { try files.remove(file(name)) }
  }

  /// Digests of the models that may lie beside this state.
  func modelDigests() throws -> [String] {
    let text = String(decoding: try files.content(of: file(Self.modelName)) ?? [], as: UTF8.self)
    return text.split(separator: "\n").map(String.init)
  }

  func setModelDigests(_ digests: [String]) throws {
    try files.replace(file(Self.modelName), in: path) {
      try files.write($0, Array(digests.map { $0 + "\n" }.joined().utf8), at: 0, path: $1)
    }
  }
}
