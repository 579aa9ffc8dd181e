import CFastKMeansKernels

extension UnsafeMutableBufferPointer where Element: BitwiseCopyable {
  /// Fills the front with what a slice converts to.
  @inline(__always)
  func write<Source>(converting source: Slice<UnsafeBufferPointer<Source>>, _ convert: (Source) -> Element) {
    let source = UnsafeBufferPointer(rebasing: source)
    for position in source.indices { self[position] = convert(source[position]) }
  }
}

extension UnsafeBufferPointer {
  /// Asks for elements that will be taken soon.
  @inline(__always)
  func fetch(_ range: Range<Int>) {
    guard let baseAddress else { return }
    fk_fetch_range(baseAddress + range.lowerBound, range.count * MemoryLayout<Element>.stride)
  }
}
