extension LearningState {
  /// Columns by name, each taken once and checked for its length.
  struct Reader {
    private var columns: [String: Values] = [:]

    init(_ state: LearningState) throws {
      for column in state.columns where columns.updateValue(column.values, forKey: column.name) != nil {
        throw LearningStateError(column.name, "the column occurs twice")
      }
    }

    func has(_ name: String) -> Bool { columns[name] != nil }

    func integers(_ name: String, count: Int? = nil) throws -> [Int64] {
      guard case .integers(let values)? = columns[name] else { throw missing(name, "64-bit integers") }
      try check(values.count, count, name)
      return values
    }

    func indices(_ name: String, count: Int? = nil) throws -> [UInt32] {
      guard case .indices(let values)? = columns[name] else { throw missing(name, "32-bit indices") }
      try check(values.count, count, name)
      return values
    }

    /// All finite.
    func singles(_ name: String, count: Int? = nil) throws -> [Float] {
      guard case .singles(let values)? = columns[name] else {
        throw missing(name, "single-precision numbers")
      }
      try check(values.count, count, name)
      for (position, value) in values.enumerated() where !value.isFinite {
        throw LearningStateError(name, "value \(position) is NaN or infinite")
      }
      return values
    }

    /// All finite.
    func doubles(_ name: String, count: Int? = nil) throws -> [Double] {
      guard case .doubles(let values)? = columns[name] else {
        throw missing(name, "double-precision numbers")
      }
      try check(values.count, count, name)
      for (position, value) in values.enumerated() where !value.isFinite {
        throw LearningStateError(name, "value \(position) is NaN or infinite")
      }
      return values
    }

    /// Counts from 0 that add up without overflow to at most `limit`.
    func counts(_ name: String, count: Int? = nil, limit: Int = Int(UInt32.max)) throws -> [Int] {
      var total = 0
      return try integers(name, count: count).enumerated().map { position, value in
        guard let value = Int(exactly: value), value >= 0, value <= limit - total else {
          throw LearningStateError(name, "entry \(position) is \(value), which is below 0 or far too large")
        }
        total += value
        return value
      }
    }

    /// Zeros and ones.
    func flags(_ name: String, count: Int) throws -> [Bool] {
      try integers(name, count: count).map { value in
        guard value == 0 || value == 1 else { throw LearningStateError(name, "\(value) is neither 0 nor 1") }
        return value == 1
      }
    }

    private func missing(_ name: String, _ type: String) -> LearningStateError {
      LearningStateError(
        name, columns[name] == nil ? "the column is missing" : "the column does not hold \(type)")
    }

    private func check(_ found: Int, _ expected: Int?, _ name: String) throws {
      guard expected == nil || found == expected else {
        throw LearningStateError(name, "\(found) entries where \(expected ?? 0) belong")
      }
    }
  }
}
