import CFastKMeansKernels
import FastKMeansCore
import Testing

@testable import FastKMeansFormats

/// The examples of FIPS 180-2, appendix B, and of NIST's test vectors.
@Suite struct SHA256Tests {
  private func digest(_ bytes: [UInt8]) -> String { bytes.withUnsafeBytes { SHA256.hexDigest(of: $0) } }

  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func hashesTheExamplesOfTheStandard(_ text: String, _ expected: String) {
    #expect(digest(Array(text.utf8)) == expected)
  }

  @Test func hashesAMillionLetters() {
    #expect(
      digest([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func hashesBytesInPiecesAsTheWhole() {
    var random = CounterRandom(seed: 11)
    let bytes = (0..<1000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    for _ in 0..<50 {
      var hash = SHA256()
      var position = 0
      while position < bytes.count {
        let end = min(bytes.count, position + random.nextIndex(below: 150))
        bytes[position..<end].withUnsafeBytes { hash.update($0) }
        position = end
      }
      #expect(hash.hexDigest() == digest(bytes))
    }
  }

  /// Lengths round every border of blocks and padding, by the processor's instructions and without them.
  @Test func everyLevelGivesTheSameDigest() {
    var random = CounterRandom(seed: 12)
    let bytes = (0..<700).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    for count in 0..<bytes.count {
      let digests = [Int32(0), 1, 2, 3].filter { fk_simd_is_supported($0) == 1 }.map { level in
        #expect(fk_simd_force(level) == 0)
        return digest(Array(bytes[..<count]))
      }
      #expect(Set(digests).count == 1, "\(count) bytes")
    }
  }
}
