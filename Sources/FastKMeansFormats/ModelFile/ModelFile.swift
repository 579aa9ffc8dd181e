import FastKMeansCore

/// Models in files: one `.safetensors` file each, which the package library of that name opens, without code.
///
/// `docs/format/model-v1.md` describes the format. The same model gives the same bytes, whatever the number
/// of threads that trained it or will use it: that number is not stored, nor are prototypes to start from.
package enum ModelFile {
  /// Writes a model, whole or not at all.
  ///
  /// - Parameters:
  ///   - contents: the model and what belongs to it.
  ///   - path: the file to make or replace; `-` is the standard output.
  /// - Throws: ``FileError``; ``ModelFileError`` for contents that could not be read again.
  /// - Complexity: O(bytes), twice: for the digest and for writing.
  package static func write(_ contents: ModelContents, to path: String) throws {
    try naming(path) {
      let record = try contents.record()
      try OutputFile.write(to: path) { sink in try record.write(as: .model) { try sink.write($0) } }
    }
  }

  /// Reads a model; everything in the file is checked, and its digests too.
  ///
  /// - Parameters:
  ///   - path: the file; `-` is the standard input.
  ///   - threadCount: `n_threads` of the model that is returned.
  /// - Returns: the model and what belongs to it.
  /// - Throws: ``FileError``, ``ModelFileError``; `OptionsError` for a bad thread count.
  /// - Complexity: O(bytes).
  package static func read(_ path: String, threadCount: Int = -1) throws -> ModelContents {
    try read(MappedFile(path: path), threadCount: threadCount)
  }

  /// The bytes that ``write(_:to:)`` would write.
  ///
  /// - Throws: ``ModelFileError`` for contents that could not be read again.
  package static func bytes(of contents: ModelContents) throws -> [UInt8] {
    try naming(memoryName) {
      var bytes: [UInt8] = []
      try contents.record().write(as: .model) { bytes.append(contentsOf: $0) }
      return bytes
    }
  }

  /// Reads a model from what ``bytes(of:)`` gave.
  ///
  /// - Throws: ``ModelFileError``; `OptionsError` for a bad thread count.
  package static func read(bytes: [UInt8], threadCount: Int = -1) throws -> ModelContents {
    try read(MappedFile(path: memoryName, copying: bytes), threadCount: threadCount)
  }

  /// What the header of a model file says; the data is not read.
  ///
  /// - Throws: ``FileError``, ``ModelFileError``.
  package static func info(of path: String) throws -> ModelFileInfo {
    try naming(path) {
      let file = try MappedFile(path: path)
      return ModelFileInfo(try TensorFile(file, as: .model), byteCount: file.count)
    }
  }
}

extension ModelFile {
  /// Stands for the path in errors about bytes in memory.
  private static let memoryName = "model"

  private static func read(_ file: MappedFile, threadCount: Int) throws -> ModelContents {
    var options = TrainingOptions()
    options.threadCount = threadCount
    _ = try options.validated()
    return try naming(file.path) {
      let tensors = try TensorFile(file, as: .model)
      try tensors.checkDataDigest()
      return try ModelContents(tensors, threadCount: threadCount)
    }
  }

  /// Adds the path to an error that says what is wrong with the content.
  private static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let problem as ModelFileError.Problem {
      throw ModelFileError(path: path, problem: problem)
    }
  }
}
