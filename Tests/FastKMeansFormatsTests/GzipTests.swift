import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct GzipTests {
  /// A file that compresses to less than a hundredth: much output comes from little input.
  static let text = String(repeating: "label\tthe same text again and again\n", count: 20_000)

  private func compressed(_ text: String) throws -> [UInt8] {
    let deflater = try Deflater(.gzip, path: "x")
    var output: [UInt8] = []
    try Array(text.utf8).withUnsafeBytes { bytes in
      try deflater.compress(bytes, finish: true) { output += $0 }
    }
    return output
  }

  @Test func severalMembersAreOneText() throws {
    let folder = try ScratchFolder()
    let members = try compressed("a\tone\nb\ttw") + compressed("") + compressed("o\n" + Self.text)
    let plain = try LabelledData.read(folder.file("x.tsv", "a\tone\nb\ttwo\n" + Self.text))
    #expect(try LabelledData.read(folder.file("x.tsv.gz", members)) == plain)
    #expect(try LabelledData.read(folder.file("y.tsv.gz", members + [0, 0, 0])) == plain)
    #expect(try LabelledData.read(folder.file("z.tsv", members)) == plain)
  }

  @Test func whatIsCutOffIsRefusedAtEveryLength() throws {
    let folder = try ScratchFolder()
    let bytes = try compressed("a\tone\nb\ttwo\nc\tthree\n")
    for length in 0..<bytes.count {
      let error = formatError(try folder.file("x.tsv.gz", bytes[..<length]))
      guard case .truncated = error?.problem else {
        throw Mismatch(description: "\(length): \(error as Any)")
      }
    }
  }

  @Test func everyFlippedBitIsNoticed() throws {
    let folder = try ScratchFolder()
    let bytes = try compressed("a\tone\nb\ttwo\nc\tthree\n")
    let whole = try LabelledData.read(folder.file("x.tsv.gz", bytes))
    for position in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[position] ^= 1 << bit
        let path = try folder.file("x.tsv.gz", damaged)
        // A few bits carry nothing, such as those that fill up the last byte before the checksum.
        if let data = try? LabelledData.read(path) { #expect(data == whole, "byte \(position) bit \(bit)") }
      }
    }
  }

  @Test func whatIsNoGzipIsRefused() throws {
    let folder = try ScratchFolder()
    let plain = formatError(try folder.file("x.tsv.gz", "a\tone\n"))
    #expect(plain?.problem == .corrupt("not a gzip file, in spite of its name"))
    let tail = formatError(try folder.file("y.tsv.gz", compressed("a\tone\n") + [1, 2]))
    #expect(tail?.problem == .corrupt("bytes after the end of the gzip data"))
  }
}
