import CFastKMeans
import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// Why a call has failed, as the caller's structure says it. Checks of arguments throw it; all other errors become one.
struct CallError: Error {
  var status: Int
  /// Which case of the status, for programs.
  var kind: String
  /// What is wrong and how to fix it.
  var message: String
  var row: Int?
  var column: Int?
  var parameter = ""
  var value = ""
  var allowed = ""

  init(_ status: Int, _ kind: String, _ message: String, row: Int? = nil, column: Int? = nil) {
    self.status = status
    self.kind = kind
    self.message = message
    self.row = row
    self.column = column
  }

  /// An argument that makes no sense.
  ///
  /// - Parameters:
  ///   - parameter: the argument, or the field of a structure, by its name in the header.
  ///   - kind: one of `null`, `constant`, `size`, `alignment`, `text`, `handle`, `busy`.
  ///   - problem: what is wrong and how to fix it.
  init(parameter: String, kind: String, problem: String) {
    self.init(FKM_INVALID_ARGUMENT, kind, "\(parameter): \(problem)")
    self.parameter = parameter
  }

  static func null(_ parameter: String) -> CallError {
    CallError(parameter: parameter, kind: "null", problem: "is NULL; a pointer is needed")
  }

  static func constant(_ parameter: String, _ value: Int32, allowed: String) -> CallError {
    CallError(parameter: parameter, kind: "constant", problem: "is \(value); allowed: \(allowed)")
  }

  static func size(_ parameter: String, _ value: some Numeric, allowed: String) -> CallError {
    CallError(parameter: parameter, kind: "size", problem: "is \(value); allowed: \(allowed)")
  }

  /// The caller's progress function asks for an end.
  static let cancelled = CallError(FKM_CANCELLED, "cancelled", ClassifierError.cancelled.description)

  init(_ error: any Error) {
    switch error {
    case let error as CallError: self = error
    case let error as OptionsError:
      self.init(FKM_INVALID_OPTION, "option", error.description)
      parameter = error.parameter
      value = error.value
      allowed = error.allowed
    case let error as InputError: self.init(error)
    case let error as ClassifierError: self.init(error)
    case let error as TextError: self.init(error)
    case let error as DeviceError: self.init(error)
    case let error as FileError: self.init(FKM_IO, error.kind, error.description)
    case let error as ModelFileError: self.init(error)
    case let error as FormatError: self.init(FKM_BAD_MODEL, "truncated", error.description)
    case let error as PrototypeSetError: self.init(FKM_BAD_MODEL, "prototypes", error.description)
    default: self.init(FKM_INTERNAL, "internal", "unexpected: \(error)")
    }
  }
}

extension CallError {
  private init(_ error: InputError) {
    let (kind, row, column): (String, Int?, Int?) =
      switch error {
      case .noRows: ("no_rows", nil, nil)
      case .lengthMismatch: ("length_mismatch", nil, nil)
      case .badShape: ("bad_shape", nil, nil)
      case .badRowOffsets(let position, _): ("bad_row_offsets", position, nil)
      case .featureOutOfRange(let row, let column, _): ("feature_out_of_range", row, column)
      case .unsortedColumns(let row, let column): ("unsorted_columns", row, column)
      case .duplicateColumn(let row, let column): ("duplicate_column", row, column)
      case .notFinite(let row, let column): ("not_finite", row, column)
      case .rowTooLong(let row, _, _): ("row_too_long", row, nil)
      case .badSampleWeight(let row, _): ("bad_sample_weight", row, nil)
      case .featureCountMismatch: ("feature_count_mismatch", nil, nil)
      case .badLabels: ("bad_labels", nil, nil)
      case .allRowsZero: ("all_rows_zero", nil, nil)
      case .oneClassOnly: ("one_class_only", nil, nil)
      case .unknownClass: ("unknown_class", nil, nil)
      case .wrongKindOfInput: ("wrong_kind_of_input", nil, nil)
      case .tooLarge, .outOfMemory: ("too_large", nil, nil)
      }
    let status =
      switch error {
      case .tooLarge, .outOfMemory: FKM_TOO_LARGE
      default: FKM_BAD_DATA
      }
    self.init(status, kind, error.description, row: row, column: column)
  }

  private init(_ error: ClassifierError) {
    switch error {
    case .notFitted: self.init(FKM_NOT_FITTED, "not_fitted", error.description)
    case .cancelled: self = .cancelled
    case .labelTypeChanged: self.init(FKM_BAD_DATA, "label_type_changed", error.description)
    case .unsupported: self.init(FKM_UNSUPPORTED, "unsupported", error.description)
    }
  }

  private init(_ error: DeviceError) {
    let kind =
      switch error {
      case .pluginMissing: "plugin_missing"
      case .pluginUnloadable: "plugin_unloadable"
      case .pluginVersion: "plugin_version"
      case .pluginStale: "plugin_stale"
      case .unavailable: "unavailable"
      case .badIndex: "bad_index"
      case .outOfMemory: "out_of_memory"
      case .overflow: "overflow"
      case .unsupported: "unsupported"
      case .failed: "failed"
      }
    let row: Int? = if case .overflow(_, let row, _) = error { row } else { nil }
    self.init(FKM_DEVICE, kind, error.description, row: row)
  }

  private init(_ error: TextError) {
    switch error {
    case .emptyVocabulary: self.init(FKM_BAD_DATA, "empty_vocabulary", error.description)
    case .textsTooShort: self.init(FKM_BAD_DATA, "texts_too_short", error.description)
    case .noTermsBelow: self.init(FKM_BAD_DATA, "no_terms_below", error.description)
    case .noTermsRemain: self.init(FKM_BAD_DATA, "no_terms_remain", error.description)
    case .notFitted: self.init(FKM_NOT_FITTED, "not_fitted", error.description)
    case .documentTooLong(let document, _, _):
      self.init(FKM_BAD_DATA, "document_too_long", error.description, row: document)
    case .tooManyDocuments: self.init(FKM_TOO_LARGE, "too_many_documents", error.description)
    case .tooManyTerms: self.init(FKM_TOO_LARGE, "too_many_terms", error.description)
    case .badDocumentOffsets(let position, _):
      self.init(FKM_BAD_DATA, "bad_document_offsets", error.description, row: position)
    case .badParts(let part, _, _):
      self.init(FKM_BAD_DATA, "bad_parts", error.description)
      parameter = part
    case .fieldCount(let document, _, _):
      self.init(FKM_BAD_DATA, "field_count", error.description, row: document)
    case .missingField: self.init(FKM_BAD_DATA, "missing_field", error.description)
    case .badNumber(let document, _, _):
      self.init(FKM_BAD_DATA, "bad_number", error.description, row: document)
    case .noValues: self.init(FKM_BAD_DATA, "no_values", error.description)
    case .column(_, let inner):
      self.init(inner)
      message = error.description
    }
  }

  private init(_ error: ModelFileError) {
    if case .newerVersion = error.problem {
      self.init(FKM_NEWER_FORMAT, "newer_version", error.description)
    } else if case .cannotBeWritten = error.problem {
      self.init(FKM_UNSUPPORTED, "cannot_be_written", error.description)
    } else {
      self.init(FKM_BAD_MODEL, "bad_model", error.description)
    }
  }
}

extension FileError {
  fileprivate var kind: String {
    switch self {
    case .notFound: "not_found"
    case .missingFolder: "missing_folder"
    case .noPermission: "no_permission"
    case .isFolder: "is_folder"
    case .diskFull: "disk_full"
    case .failed: "failed"
    }
  }
}

/// Runs a call and turns what it throws into a status and the caller's error structure.
func answer(_ error: ErrorPointer?, _ body: () throws -> Void) -> Int32 {
  do {
    try body()
    return Int32(FKM_OK)
  } catch let thrown {
    let found = CallError(thrown)
    found.write(to: error)
    return Int32(found.status)
  }
}

extension CallError {
  /// Fills the caller's structure, if there is one and it is as long as it should be.
  func write(to error: ErrorPointer?) {
    guard let error, Int(error.pointee.struct_size) >= MemoryLayout<fkm_error>.size else { return }
    error.pointee.status = Int32(status)
    error.pointee.row = Int64(row ?? -1)
    error.pointee.column = Int64(column ?? -1)
    withUnsafeMutableBytes(of: &error.pointee.kind) { kind.copy(to: $0) }
    withUnsafeMutableBytes(of: &error.pointee.parameter) { parameter.copy(to: $0) }
    withUnsafeMutableBytes(of: &error.pointee.value) { value.copy(to: $0) }
    withUnsafeMutableBytes(of: &error.pointee.allowed) { allowed.copy(to: $0) }
    withUnsafeMutableBytes(of: &error.pointee.message) { message.copy(to: $0) }
  }
}

extension String {
  /// Writes UTF-8 and a NUL, cut before the character that no longer fits.
  func copy(to target: UnsafeMutableRawBufferPointer) {
    guard !target.isEmpty else { return }
    var end = 0
    for scalar in unicodeScalars where scalar != "\0" {
      let bytes = UTF8.encode(scalar).map { Array($0) } ?? []
      guard end + bytes.count < target.count else { break }
      for byte in bytes {
        target[end] = byte
        end += 1
      }
    }
    target[end] = 0
  }
}
