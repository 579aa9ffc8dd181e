/// The values of rows that someone else owns, read in single precision whatever type they are stored in.
///
/// All that works on rows computes in single precision. Values in single precision are handed out where they lie;
/// others are converted where they are used, a row at a time, so that no second copy of the rows exists. A value
/// that is too large for single precision reads as infinite.
///
/// `@unchecked Sendable`: the memory is only read while the view lives.
package struct RowValues: @unchecked Sendable {
  private enum Storage {
    case float32(UnsafeBufferPointer<Float>)
    case float64(UnsafeBufferPointer<Double>)
    /// IEEE 754 half precision, as bits.
    case float16(UnsafeBufferPointer<UInt16>)
  }

  private let storage: Storage

  package init(_ values: UnsafeBufferPointer<Float>) { storage = .float32(values) }
  package init(_ values: UnsafeBufferPointer<Double>) { storage = .float64(values) }
  package init(float16 bits: UnsafeBufferPointer<UInt16>) { storage = .float16(bits) }

  package var count: Int {
    switch storage {
    case .float32(let values): values.count
    case .float64(let values): values.count
    case .float16(let bits): bits.count
    }
  }

  /// Whether the values are handed out where they lie.
  package var isSinglePrecision: Bool {
    if case .float32 = storage { true } else { false }
  }

  /// One value; loops take a row's with ``withSingles(in:_:)``.
  package subscript(position: Int) -> Float {
    switch storage {
    case .float32(let values): values[position]
    case .float64(let values): Float(values[position])
    case .float16(let bits): HalfPrecision.float16(bits[position])
    }
  }

  /// Calls `body` with the values of a range, which are valid during the call only.
  @inline(__always)
  package func withSingles<Result>(
    in range: Range<Int>, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    if case .float32(let values) = storage { return try body(UnsafeBufferPointer(rebasing: values[range])) }
    return try withConverted(range, body)
  }

  /// Kept out of the loops that call it: rows in single precision are not to pay for others.
  @inline(never)
  private func withConverted<Result>(
    _ range: Range<Int>, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count) { singles in
      write(range, to: singles)
      return try body(UnsafeBufferPointer(singles))
    }
  }

  /// Writes the values of a range to the front of `target`.
  package func write(_ range: Range<Int>, to target: UnsafeMutableBufferPointer<Float>) {
    switch storage {
    case .float32(let values): target.write(converting: values[range]) { $0 }
    case .float64(let values): target.write(converting: values[range]) { Float($0) }
    case .float16(let bits): target.write(converting: bits[range]) { HalfPrecision.float16($0) }
    }
  }

  /// Writes the values of a row, as a frame has them, to the front of `target`; the differences are rounded once.
  func write(_ range: Range<Int>, in frame: FeatureFrame, to target: UnsafeMutableBufferPointer<Float>) {
    let origin = frame.origin
    for (place, position) in range.enumerated() {
      switch storage {
      case .float32(let values): target[place] = values[position] - origin[place]
      case .float64(let values): target[place] = Float(values[position] - Double(origin[place]))
      case .float16(let bits): target[place] = HalfPrecision.float16(bits[position]) - origin[place]
      }
    }
    guard let scales = frame.scales else { return }
    for place in scales.indices { target[place] *= scales[place] }
  }

  /// Asks for values that will be taken soon.
  @inline(__always)
  func fetch(_ range: Range<Int>) {
    switch storage {
    case .float32(let values): values.fetch(range)
    case .float64(let values): values.fetch(range)
    case .float16(let bits): bits.fetch(range)
    }
  }
}
