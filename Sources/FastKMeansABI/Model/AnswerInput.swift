import CFastKMeans
import FastKMeansCore

/// What a call gets that asks a model about rows.
struct AnswerInput {
  let storage: ModelStorage
  let rows: BorrowedRows
  let scoring: ClassScoring

  var rowCount: Int { rows.view.rowCount }
  var classCount: Int { storage.classes.count }

  init(_ model: OpaquePointer?, _ rows: UnsafePointer<fkm_rows>?, _ threads: Int32) throws {
    storage = try ModelHandle.borrowed(model, "model").storage
    let threads = try threadCount(threads) ?? storage.settings.threadCount
    self.rows = try BorrowedRows(rows, "rows", workers: Parallel.workerCount(threads))
    scoring = try ClassScoring(storage, threadCount: threads)
    try scoring.check(self.rows.view)
  }

  /// How many cells an array of a caller has for these rows.
  func cells(_ perRow: Int, _ name: String) throws -> Int {
    let (cells, overflow) = rowCount.multipliedReportingOverflow(by: perRow)
    guard !overflow, cells <= 1 << 48 else {
      throw InputError.tooLarge(what: name, neededBytes: .max, allowedBytes: 1 << 50)
    }
    return cells
  }
}

/// An array of a caller that several threads fill, each its own rows.
///
/// `@unchecked Sendable`: no two threads get the same row.
struct SharedOutput<Element>: @unchecked Sendable {
  let buffer: UnsafeMutableBufferPointer<Element>

  init(_ buffer: UnsafeMutableBufferPointer<Element>) { self.buffer = buffer }

  subscript(position: Int) -> Element {
    get { buffer[position] }
    nonmutating set { buffer[position] = newValue }
  }
}

/// A table of single or double precision that several threads fill, each its own rows.
enum TableOutput: Sendable {
  case single(SharedOutput<Float>)
  case double(SharedOutput<Double>)

  init(_ pointer: UnsafeMutableRawPointer?, count: Int, valueType: Int32, _ name: String) throws {
    if try NumberType(valueType, "value_type", among: NumberType.outputs) == .float32 {
      self = .single(SharedOutput(try output(pointer, count: count, of: Float.self, name)))
    } else {
      self = .double(SharedOutput(try output(pointer, count: count, of: Double.self, name)))
    }
  }

  /// Writes values from a place on.
  func write(_ values: some Sequence<Float>, at start: Int) {
    switch self {
    case .single(let target):
      for (position, value) in values.enumerated() { target[start + position] = value }
    case .double(let target):
      for (position, value) in values.enumerated() { target[start + position] = Double(value) }
    }
  }
}
