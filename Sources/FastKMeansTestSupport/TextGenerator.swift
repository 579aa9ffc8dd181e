import FastKMeansCore

/// Random texts in which everything that a tokeniser can get wrong occurs often.
package struct TextGenerator {
  private var random: CounterRandom

  package init(seed: UInt64) { random = CounterRandom(seed: seed) }

  private static let ascii = Array("aAbBzZ019_ _ -.,'\u{0}\u{1F}\u{7F}@[`{/:".unicodeScalars)
  /// Letters with odd cases, marks, digits of many scripts, case-ignorable signs, emoji, planes 1 and 2.
  private static let odd: [Unicode.Scalar] = Array(
    "ßẞİıΣσςΑάéÉñǅǆŉﬁȺⱥKÅΩжЖёЁאب中文々〆カｶ한글हिΣΣ²½Ⅷⅸ①㊀٣०Ⓐⓐ𝟘𝒳𐐀𐐨😀🇩☃ªºˢᴬʼ·ⴀႠᏸᎠꟊ\u{301}\u{307}\u{345}\u{AD}\u{200B}\u{200D}\u{2019}\u{FEFF}\u{FFFD}\u{20000}\u{10FFFF}\u{E000}\u{A0}\u{3000}"
      .unicodeScalars)

  package mutating func index(below bound: Int) -> Int { random.nextIndex(below: bound) }

  private mutating func scalar() -> Unicode.Scalar {
    switch random.nextIndex(below: 10) {
    case 0..<5: Self.ascii[random.nextIndex(below: Self.ascii.count)]
    case 5..<9: Self.odd[random.nextIndex(below: Self.odd.count)]
    default: Unicode.Scalar(UInt32(random.nextIndex(below: 0x30000))) ?? " "
    }
  }

  /// A text of up to `length` code points; short words, so that they repeat.
  package mutating func text(upTo length: Int) -> String {
    var view = String.UnicodeScalarView()
    for _ in 0..<random.nextIndex(below: length + 1) { view.append(scalar()) }
    return String(view)
  }

  /// Bytes of which some are not UTF-8: changed, left out, or put in.
  package mutating func brokenUTF8(upTo length: Int) -> [UInt8] {
    var bytes = Array(text(upTo: length).utf8)
    for _ in 0..<random.nextIndex(below: 8) where !bytes.isEmpty {
      let position = random.nextIndex(below: bytes.count)
      switch random.nextIndex(below: 3) {
      case 0: bytes[position] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.remove(at: position)
      default: bytes.insert(0x80 | UInt8(truncatingIfNeeded: random.next()), at: position)
      }
    }
    return bytes
  }
}
