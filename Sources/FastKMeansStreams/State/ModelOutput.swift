import FastKMeansCore
import FastKMeansFormats

/// The model file beside a state, and how to know that it is the one that the state wrote.
///
/// A model contains no name: its bytes depend on nothing but what was learned. So the state notes the digest of
/// the model that is there and of the one about to take its place; after a crash either may be found.
protocol ModelOutput: Sendable {
  /// - Returns: whether a model is there.
  func exists() -> Bool
  /// - Returns: `nil` where there is none.
  func read(threadCount: Int) throws -> ModelContents?
  func digest() throws -> String?
  /// Writes a model; `announce` is called with its digest before it can be seen under its name.
  func write(_ contents: ModelContents, announce: (String) throws -> Void) throws
}

/// The model file on the disk.
struct ModelFileOutput: ModelOutput {
  let path: String
  /// The folder of the state, on the same disk.
  let folder: String
  let files: any FileLayer

  func exists() -> Bool { System.status(at: path) != nil }

  func read(threadCount: Int) throws -> ModelContents? {
    exists() ? try ModelFile.read(path, threadCount: threadCount) : nil
  }

  func digest() throws -> String? { exists() ? try Self.digest(of: path) : nil }

  func write(_ contents: ModelContents, announce: (String) throws -> Void) throws {
    let next = "\(folder)/model.next"
    try ModelFile.write(contents, to: next)
    try announce(Self.digest(of: next))
    let target = System.resolved(path) ?? path
    try files.rename(next, to: target)
    try files.syncFolder(Self.folder(of: target))
  }

  private static func digest(of path: String) throws -> String {
    try ModelFile.info(of: path).metadata["header_sha256"] ?? ""
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
