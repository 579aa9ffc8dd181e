import CFastKMeans
import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Synchronization

/// What a handle of the interface points to. One base class, so that a handle of another type is noticed.
class Handle {
  /// The pointer that the caller gets, and has to free.
  final func retained() -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  /// The object behind a handle that the caller still owns.
  static func borrowed(_ handle: OpaquePointer?, _ name: String) throws -> Self {
    guard let handle else { throw CallError.null(name) }
    let object = Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
    guard let object = object as? Self else {
      throw CallError(
        parameter: name, kind: "handle", problem: "is a handle of another type (\(type(of: object).typeName))"
      )
    }
    return object
  }

  static func release(_ handle: OpaquePointer?) {
    guard let handle else { return }
    Unmanaged<Handle>.fromOpaque(UnsafeRawPointer(handle)).release()
  }

  class var typeName: String { "handle" }
}

/// Where a call puts a new handle.
///
/// - Throws: ``CallError`` for NULL.
func put(_ handle: @autoclosure () throws -> Handle, in target: HandlePointer?, _ name: String) throws {
  let target = try require(target, name)
  target.pointee = try handle().retained()
}

/// Learns; one user at a time, which is checked.
final class ClassifierHandle: Handle {
  /// The learner, and the model of what it has learned so far if somebody asked for it.
  private let state: Mutex<(learner: Learner, model: ModelStorage?)>

  init(_ learner: Learner) { state = Mutex((learner, nil)) }

  override class var typeName: String { "fkm_classifier" }

  /// Calls `body` with the learner, to change it.
  func changing<Result: Sendable>(_ body: (inout Learner) throws -> Result) throws -> Result {
    try withState { state in
      state.model = nil
      return try body(&state.learner)
    }
  }

  /// Calls `body` with the learner as it is.
  func reading<Result: Sendable>(_ body: (Learner) throws -> Result) throws -> Result {
    try withState { try body($0.learner) }
  }

  /// What has been learned, made once for all calls until the next change.
  func model() throws -> ModelStorage {
    try withState { state in
      if let model = state.model { return model }
      let model = try state.learner.model()
      state.model = model
      return model
    }
  }

  /// A call that overlaps another one, or that a progress function makes, is refused.
  private func withState<Result: Sendable>(
    _ body: (inout (learner: Learner, model: ModelStorage?)) throws -> Result
  ) throws -> Result {
    let result = try state.withLockIfAvailable { try body(&$0) }
    guard let result else {
      throw CallError(
        parameter: "classifier", kind: "busy",
        problem: "is at work in another call; a classifier has one user at a time")
    }
    return result
  }
}

/// Answers; immutable.
final class ModelHandle: Handle {
  let storage: ModelStorage
  let vectorizer: TFIDFVectorizer?
  private let isZeroBased: Bool

  init(_ storage: ModelStorage, vectorizer: TFIDFVectorizer? = nil, isZeroBased: Bool = false) {
    self.storage = storage
    self.vectorizer = vectorizer
    self.isZeroBased = isZeroBased
  }

  convenience init(_ contents: ModelContents) {
    self.init(
      contents.model.storage, vectorizer: contents.vectorizer, isZeroBased: contents.isZeroBased)
  }

  override class var typeName: String { "fkm_model" }

  var contents: ModelContents {
    get throws {
      try ModelContents(
        model: ClassifierModel<Label>(storage: storage), vectorizer: vectorizer, isZeroBased: isZeroBased)
    }
  }
}

/// Turns text into rows; immutable.
final class VectorizerHandle: Handle {
  let vectorizer: TFIDFVectorizer

  init(_ vectorizer: TFIDFVectorizer) { self.vectorizer = vectorizer }

  override class var typeName: String { "fkm_vectorizer" }
}

/// Weights that machines refine in step; one user at a time, which is checked.
final class RefinerHandle: Handle {
  let model: ModelStorage
  private let refinement: Mutex<SharedRefinement>

  init(_ model: ModelStorage, deviation: Double?) throws {
    self.model = model
    refinement = Mutex(try SharedRefinement(model, deviation: deviation))
  }

  override class var typeName: String { "fkm_refiner" }

  /// Calls `body` with the weights; a call that overlaps another one is refused.
  func withRefinement<Result: Sendable>(_ body: (SharedRefinement) throws -> Result) throws -> Result {
    guard let result = try refinement.withLockIfAvailable({ try body($0) }) else {
      throw CallError(
        parameter: "refiner", kind: "busy",
        problem: "is at work in another call; a refiner has one user at a time")
    }
    return result
  }
}

/// Sums of an epoch or of a batch; immutable.
final class SumsHandle: Handle {
  let sums: EpochSums
  let isSparse: Bool
  let featureCount: Int

  init(_ sums: EpochSums, isSparse: Bool, featureCount: Int) {
    self.sums = sums
    self.isSparse = isSparse
    self.featureCount = featureCount
  }

  override class var typeName: String { "fkm_sums" }
}

/// Bytes at an address that stays.
final class BufferHandle: Handle {
  let bytes: UnsafeRawBufferPointer

  convenience init(_ text: String) { self.init(Array(text.utf8)) }

  /// Copies the bytes and puts a NUL behind them.
  init(_ content: [UInt8]) {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count + 1, alignment: 16)
    memory.copyBytes(from: content)
    memory[content.count] = 0
    bytes = UnsafeRawBufferPointer(memory)
  }

  deinit { bytes.deallocate() }

  override class var typeName: String { "fkm_buffer" }
}

@_cdecl("fkm_buffer_data")
package func bufferData(_ buffer: OpaquePointer?) -> UnsafeRawPointer? {
  (try? BufferHandle.borrowed(buffer, "buffer"))?.bytes.baseAddress
}

@_cdecl("fkm_buffer_size")
package func bufferSize(_ buffer: OpaquePointer?) -> Int64 {
  (try? BufferHandle.borrowed(buffer, "buffer")).map { Int64($0.bytes.count - 1) } ?? 0
}

@_cdecl("fkm_buffer_free")
package func bufferFree(_ buffer: OpaquePointer?) { Handle.release(buffer) }
