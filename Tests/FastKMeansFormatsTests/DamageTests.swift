import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

/// Damaged files must give an error or rows, and never a trap.
@Suite struct DamageTests {
  static let arrays = [
    "sparse-compressed.npz", "sparse-stored.npz", "dense-little-f4.npy", "dense-fortran-f4.npy",
  ]

  @Test(arguments: arrays) func aCutFileIsRefusedAtEveryLength(_ name: String) throws {
    let folder = try ScratchFolder()
    let bytes = try ScratchFolder.bytes(fixture(name))
    for length in bytes.indices {
      let path = try folder.file("cut-" + name, bytes[..<length])
      #expect(throws: FormatError.self, "\(length)") { try LabelledData.read(path, options: unlabelled()) }
    }
  }

  @Test(arguments: arrays) func aFlippedBitIsNoticedOrHarmless(_ name: String) throws {
    let folder = try ScratchFolder()
    let bytes = try ScratchFolder.bytes(fixture(name))
    var random = CounterRandom(seed: 11)
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 1 << UInt8(random.nextIndex(below: 8))
      let path = try folder.file("flip-" + name, damaged)
      let data = try? LabelledData.read(path, options: unlabelled())
      if let data, name.hasSuffix("npz") {
        // Names, dates and sizes that stand twice may change; the numbers are under a checksum.
        #expect(data.rowCount == 13, "byte \(position)")
      }
    }
  }

  @Test func labelArraysSurviveDamage() throws {
    let folder = try ScratchFolder()
    for name in ["labels-i4.npy", "labels-unicode.npy", "labels-bytes.npy", "bad-labels-one-hot.npy"] {
      let bytes = try ScratchFolder.bytes(fixture(name))
      for position in bytes.indices {
        let cut = try folder.file("cut.npy", bytes[..<position])
        #expect(throws: (any Error).self) { try LabelsFile.read(cut) }
        var damaged = bytes
        damaged[position] ^= 1 << UInt8(position % 8)
        _ = try? LabelsFile.read(folder.file("flip.npy", damaged))
      }
    }
  }

  @Test(arguments: ["csv", "jsonl", "svmlight", "tsv"])
  func textSurvivesDamage(_ ending: String) throws {
    let folder = try ScratchFolder()
    let samples = [
      "csv": "label,text\r\na,\"b \"\"c\"\"\nd\"\r\ne,f\r\n",
      "jsonl": "{\"text\":\"a \\u00fc\",\"label\":\"x\",\"n\":[1]}\n{\"text\":\"b\",\"label\":7}\n",
      "svmlight": "a qid:1 1:0.5 22:-1.25e-3 # c\n7 3:12345678.123456789 400:1\n", "tsv": "a\tb\r\nc\td\n",
    ]
    let bytes = Array(try #require(samples[ending]).utf8)
    var random = CounterRandom(seed: 4)
    for position in bytes.indices {
      _ = try? LabelledData.read(folder.file("cut.\(ending)", bytes[..<position]))
      for _ in 0..<8 {
        var damaged = bytes
        damaged[position] = UInt8(truncatingIfNeeded: random.next())
        let path = try folder.file("flip.\(ending)", damaged)
        _ = try? LabelledData.read(path)
        _ = try? LabelledData.read(path, options: unlabelled())
      }
    }
    // Whatever happened above, the sample itself is right.
    #expect(try LabelledData.read(folder.file("whole.\(ending)", bytes)).rowCount == 2)
  }

  /// The sizes that the zip directory declares are those that would be allocated.
  @Test func falseSizesInAnArchiveAreRefused() throws {
    let folder = try ScratchFolder()
    let bytes = try ScratchFolder.bytes(fixture("sparse-compressed.npz"))
    let signature: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
    let entries = bytes.indices.dropLast(4).filter { bytes[$0..<$0 + 4].elementsEqual(signature) }
    #expect(entries.count == 5)
    for entry in entries {
      for field in [20, 24, 42] {
        for value in [[0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0]] as [[UInt8]] {
          var damaged = bytes
          damaged.replaceSubrange(entry + field..<entry + field + 4, with: value)
          if damaged == bytes { continue }
          let path = try folder.file("size.npz", damaged)
          #expect(throws: FormatError.self) { try LabelledData.read(path, options: unlabelled()) }
        }
      }
    }
  }
}
