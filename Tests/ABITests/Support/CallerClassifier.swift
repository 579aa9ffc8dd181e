import CFastKMeans
import FastKMeansCore
import Testing

/// A classifier behind the interface, with the calls that tests make.
final class CallerClassifier {
  let owned: Owned

  var handle: OpaquePointer { owned.handle }

  init(_ options: String = "{}", initial: CallerRows? = nil, labels: CallerLabels? = nil) throws {
    owned = try Owned(fkm_classifier_free) { handle, error in
      guard var rows = initial?.rows, var labels = labels?.labels else {
        return fkm_classifier_new(options, -1, nil, nil, handle, error)
      }
      return fkm_classifier_new(options, -1, &rows, &labels, handle, error)
    }
  }

  init(resuming model: CallerModel) throws {
    owned = try Owned(fkm_classifier_free) { fkm_classifier_resume(model.handle, $0, $1) }
  }

  @discardableResult
  func fit(_ rows: CallerRows, _ labels: CallerLabels, weights: [Double]? = nil) throws -> fkm_report {
    var (view, column, report) = (rows.rows, labels.labels, fkm_report())
    report.struct_size = UInt32(MemoryLayout<fkm_report>.size)
    try call { error in
      withWeights(weights) { fkm_classifier_fit(handle, &view, &column, $0, nil, nil, &report, error) }
    }
    return report
  }

  @discardableResult
  func fitBatch(_ rows: CallerRows, _ labels: CallerLabels, weights: [Double]? = nil) throws -> fkm_report {
    var (view, column, report) = (rows.rows, labels.labels, fkm_report())
    report.struct_size = UInt32(MemoryLayout<fkm_report>.size)
    try call { error in
      withWeights(weights) {
        fkm_classifier_fit_batch(handle, &view, &column, $0, nil, nil, nil, nil, &report, error)
      }
    }
    return report
  }

  func predict(_ rows: CallerRows) throws -> [Int32] {
    var view = rows.rows
    var classes = [Int32](repeating: -1, count: Int(view.row_count))
    try call { fkm_classifier_predict(handle, &view, 0, &classes, $0) }
    return classes
  }

  func model() throws -> CallerModel {
    CallerModel(try Owned(fkm_model_free) { fkm_classifier_model(handle, $0, $1) })
  }
}

/// A model behind the interface.
final class CallerModel {
  let owned: Owned

  var handle: OpaquePointer { owned.handle }

  init(_ owned: Owned) { self.owned = owned }

  func info() throws -> fkm_model_info {
    var info = fkm_model_info()
    info.struct_size = UInt32(MemoryLayout<fkm_model_info>.size)
    try call { fkm_model_get_info(handle, &info, $0) }
    return info
  }

  func predict(_ rows: CallerRows, threads: Int32 = 0) throws -> [Int32] {
    var view = rows.rows
    var classes = [Int32](repeating: -1, count: Int(view.row_count))
    try call { fkm_model_predict(handle, &view, threads, &classes, $0) }
    return classes
  }

  func bytes() throws -> [UInt8] {
    let buffer = try Owned(fkm_buffer_free) { fkm_model_to_bytes(handle, $0, $1) }
    let count = Int(fkm_buffer_size(buffer.handle))
    return Array(UnsafeRawBufferPointer(start: fkm_buffer_data(buffer.handle), count: count))
  }
}

private func withWeights<Result>(
  _ weights: [Double]?, _ body: (UnsafePointer<Double>?) -> Result
) -> Result {
  guard let weights else { return body(nil) }
  return weights.withUnsafeBufferPointer { body($0.baseAddress) }
}

/// What an option text says that a problem of the tests has.
extension TrainingOptions {
  var callerText: String {
    let refine =
      switch refinement {
      case .automatic: "\"auto\""
      case .count(let count): "\(count)"
      }
    return """
      {"k_init": \(prototypesPerClass), "distance": "\(distance.rawValue)", "dtype": "\(precision.rawValue)",
       "soft": \(isSoft), "soft_type": "\(softAssignment.rawValue)", "temperature": \(temperature),
       "lambda_penalty": \(otherClassPenalty), "max_iters": \(maxEpochs), "tol": \(tolerance),
       "n_threads": \(threadCount), "refine": \(refine), "mode": "\(mode.rawValue)", "random_state": \(seed)}
      """
  }
}
