/// A named array to be written.
package struct Tensor {
  let name: String
  let type: TensorType
  let shape: [Int]
  let byteCount: Int
  /// Calls its argument with the bytes; keeps the array alive without copying it.
  let withBytes: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

  /// `type` is what the elements mean, where their Swift type does not say it; the product of `shape`, one
  /// dimension if `nil`, is the number of values.
  package init<Element: TensorElement>(
    _ name: String, _ values: [Element], type: TensorType = Element.tensorType, shape: [Int]? = nil
  ) {
    self.name = name
    self.type = type
    self.shape = shape ?? [values.count]
    byteCount = values.count * MemoryLayout<Element>.stride
    withBytes = { try values.withUnsafeBytes($0) }
  }
}

extension UnsafeRawBufferPointer {
  /// A copy of the elements that lie here, at any alignment.
  package func elements<Element: TensorElement>(of type: Element.Type) -> [Element] {
    let elementCount = count / MemoryLayout<Element>.stride
    return [Element](unsafeUninitializedCapacity: elementCount) { target, initializedCount in
      let whole = elementCount * MemoryLayout<Element>.stride
      if whole > 0 {
        UnsafeMutableRawBufferPointer(target).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: self[..<whole]))
      }
      initializedCount = elementCount
    }
  }
}
