import CFastKMeansKernels

/// SHA-256 after FIPS 180-4, for the check sums of model files; not for secrets.
///
/// Padding and digits are here; the rounds are a kernel, which uses the processor's own instructions where there are any.
package struct SHA256 {
  private var state = SHA256.initialState
  /// Bytes that do not fill a block yet.
  private var rest: [UInt8] = []
  private var byteCount: UInt64 = 0

  package init() { rest.reserveCapacity(Self.blockSize) }

  /// Takes in these bytes after those before.
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    byteCount &+= UInt64(bytes.count)
    var position = 0
    if !rest.isEmpty {
      position = min(Self.blockSize - rest.count, bytes.count)
      rest.append(contentsOf: bytes[..<position])
      guard rest.count == Self.blockSize else { return }
      rest.withUnsafeBytes { Self.absorb($0, into: &state) }
      rest.removeAll(keepingCapacity: true)
    }
    let end = position + (bytes.count - position) / Self.blockSize * Self.blockSize
    Self.absorb(UnsafeRawBufferPointer(rebasing: bytes[position..<end]), into: &state)
    rest.append(contentsOf: bytes[end...])
  }

  /// The digest of all bytes so far as 64 hexadecimal digits in lower case.
  package func hexDigest() -> String {
    var last = rest
    var state = state
    last.append(0x80)
    while last.count % Self.blockSize != Self.blockSize - 8 { last.append(0) }
    withUnsafeBytes(of: (byteCount &* 8).bigEndian) { last.append(contentsOf: $0) }
    last.withUnsafeBytes { Self.absorb($0, into: &state) }
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for word in state {
      for shift in stride(from: 28, through: 0, by: -4) {
        text.append(digits[Int(word &>> UInt32(shift)) & 15])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The digest of one piece of memory.
  package static func hexDigest(of bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexDigest()
  }
}

extension SHA256 {
  private static let blockSize = Int(FK_SHA256_BLOCK)

  /// Takes in whole blocks.
  private static func absorb(_ bytes: UnsafeRawBufferPointer, into state: inout [UInt32]) {
    guard let start = bytes.baseAddress else { return }
    state.withUnsafeMutableBufferPointer {
      fk_sha256_blocks($0.baseAddress, start, bytes.count / blockSize)
    }
  }

  /// The first 32 bits of the fractional parts of the square roots of the first 8 primes.
  private static let initialState: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
}
