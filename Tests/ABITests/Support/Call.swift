import CFastKMeans
import FastKMeansCore
import Testing

/// What a call that failed left in the error structure.
struct Refusal: Error, CustomStringConvertible {
  let status: Int
  let kind: String
  let parameter: String
  let value: String
  let allowed: String
  let message: String
  let row: Int
  let column: Int

  init(_ status: Int32, _ error: fkm_error) {
    self.status = Int(status)
    kind = Refusal.text(of: error.kind)
    parameter = Refusal.text(of: error.parameter)
    value = Refusal.text(of: error.value)
    allowed = Refusal.text(of: error.allowed)
    message = Refusal.text(of: error.message)
    row = Int(error.row)
    column = Int(error.column)
  }

  var description: String { "status \(status), \(kind): \(message)" }

  private static func text(of field: some Any) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

/// A call that is to succeed; throws a ``Refusal`` else.
func call(_ body: (UnsafeMutablePointer<fkm_error>) -> Int32) throws {
  var error = fkm_error()
  error.struct_size = UInt32(MemoryLayout<fkm_error>.size)
  let status = body(&error)
  guard status == Int32(FKM_OK) else {
    #expect(error.status == status)
    throw Refusal(status, error)
  }
}

/// A handle that a call makes, freed at the end.
final class Owned {
  let handle: OpaquePointer
  private let free: (OpaquePointer?) -> Void

  init(
    _ free: @escaping (OpaquePointer?) -> Void,
    _ make: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<fkm_error>) -> Int32
  ) throws {
    var handle: OpaquePointer?
    try call { make(&handle, $0) }
    self.handle = try #require(handle)
    self.free = free
  }

  deinit { free(handle) }
}

/// The refusal of a call that is to fail.
func refusal(
  _ sourceLocation: SourceLocation = #_sourceLocation, _ body: (UnsafeMutablePointer<fkm_error>) -> Int32
) throws -> Refusal {
  do {
    try call(body)
  } catch let refusal as Refusal {
    #expect(!refusal.message.isEmpty, sourceLocation: sourceLocation)
    return refusal
  }
  Issue.record("the call was answered", sourceLocation: sourceLocation)
  throw NotRefused()
}

struct NotRefused: Error {}
