@testable import FastKMeansCore

/// Changes of inputs, chosen by a seed.
struct Mutation {
  /// Where the arithmetic of readers breaks.
  private static let values: [UInt64] = [0, 1, 1 << 31, 1 << 32, 1 << 53, 1 << 63 - 1, 1 << 63, .max]
  private var random: CounterRandom

  init(seed: UInt64) { random = CounterRandom(seed: seed) }

  /// Changes an input in one to four places: bits, bytes, pieces that go, come twice or come from another input, and numbers.
  mutating func apply(to bytes: inout [UInt8], other: [UInt8]) {
    for _ in 0...random.nextIndex(below: 4) {
      if bytes.isEmpty { bytes = other }
      guard !bytes.isEmpty else { return }
      let place = random.nextIndex(below: bytes.count)
      let piece = place..<min(bytes.count, place + 1 + random.nextIndex(below: 16))
      switch random.nextIndex(below: 8) {
      case 0: bytes[place] ^= 1 << UInt8(random.nextIndex(below: 8))
      case 1: bytes[place] = UInt8(random.nextIndex(below: 256))
      case 2: bytes.removeSubrange(piece)
      case 3: bytes.insert(contentsOf: bytes[piece], at: place)
      case 4 where !other.isEmpty:
        let start = random.nextIndex(below: other.count)
        bytes.insert(contentsOf: other[start...].prefix(1 + random.nextIndex(below: 64)), at: place)
      default: putNumber(into: &bytes)
      }
    }
  }

  /// Puts a number at the end of its range, whether it stands there in digits or in bytes: chance alone hardly meets 2^63 - 1.
  mutating func putNumber(into bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let value = Self.values[random.nextIndex(below: Self.values.count)]
    let place = random.nextIndex(below: bytes.count)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    if random.nextIndex(below: 2) == 0, let start = bytes[place...].firstIndex(where: digits.contains) {
      let end = bytes[start...].firstIndex { !digits.contains($0) } ?? bytes.count
      bytes.replaceSubrange(start..<end, with: Array(String(value).utf8))
    } else {
      let width = min([2, 4, 8][random.nextIndex(below: 3)], bytes.count - place)
      withUnsafeBytes(of: value.littleEndian) {
        bytes.replaceSubrange(place..<place + width, with: $0.prefix(width))
      }
    }
  }
}
