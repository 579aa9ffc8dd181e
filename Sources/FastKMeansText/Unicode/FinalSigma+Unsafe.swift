/// Lower case of the Greek capital sigma: ς at the end of a word, σ elsewhere.
///
/// The Final_Sigma condition of Unicode's SpecialCasing: a cased letter before, none after, and whatever is
/// case-ignorable (apostrophes, points, marks) skipped on both sides; over the whole document, as in Python.
enum FinalSigma {
  static let capital: UInt32 = 0x3A3
  static let middle: UInt32 = 0x3C3
  static let final: UInt32 = 0x3C2

  /// The lower case of the capital sigma at `position`.
  ///
  /// - Complexity: O(case-ignorable code points around it); linear over a document, for a sigma ends the search
  ///   of the next one.
  static func lowercase(in text: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt32 {
    var before = position
    var followsCased = false
    while before > 0 {
      let (value, length) = UTF8Decoding.scalar(in: text, before: before)
      guard let properties = Unicode.Scalar(value)?.properties else { break }
      if !properties.isCaseIgnorable {
        followsCased = properties.isCased
        break
      }
      before -= length
    }
    guard followsCased else { return middle }
    var after = position + 2
    while after < text.count {
      let (value, length) = UTF8Decoding.scalar(in: text, at: after)
      guard let properties = Unicode.Scalar(value)?.properties else { break }
      if !properties.isCaseIgnorable { return properties.isCased ? middle : final }
      after += length
    }
    return final
  }
}
