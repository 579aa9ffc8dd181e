import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct LabelTests {
  static let numbers = (0..<13).map { Label.integer(Int64($0 * 5 % 4 - 1)) }

  @Test(arguments: ["labels-i4.npy", "labels-big-i8.npy", "labels-column.npy", "labels-whole-f8.npy"])
  func readsIntegersFromNumPy(_ name: String) throws {
    #expect(try LabelsFile.read(fixture(name)).rowLabels == Self.numbers)
  }

  @Test func readsTextsFromNumPy() throws {
    let words: [Label] = ["müde", "wach", "zzz"]
    #expect(try LabelsFile.read(fixture("labels-unicode.npy")).rowLabels == (0..<13).map { words[$0 % 3] })
    let bytes: [Label] = ["a", "bcd"]
    #expect(try LabelsFile.read(fixture("labels-bytes.npy")).rowLabels == (0..<13).map { bytes[$0 % 2] })
  }

  @Test(arguments: [
    ("one-hot", "one-hot rows"), ("probabilities", "probabilities"), ("fractional", "fractional numbers"),
    ("nan", "not numbers"),
  ])
  func refusesWhatIsNoClassLabel(_ name: String, _ words: String) throws {
    let path = try fixture("bad-labels-\(name).npy")
    let error = #expect(throws: InputError.self) { try LabelsFile.read(path) }
    guard case .badLabels(let found, let expected) = error else { throw Mismatch(description: "\(name)") }
    #expect(found.contains(words) && found.contains(path) && expected.contains("one class a row"))
  }

  @Test(arguments: [
    ("0 1 0\n1 0 0\n", "one-hot rows"), ("0.5,0.5\n0.1,0.9\n", "probabilities"),
    ("1 7\n2 8\n", "rows of numbers"),
  ])
  func refusesTheSameInTextFiles(_ text: String, _ words: String) throws {
    let folder = try ScratchFolder()
    let file = try folder.file("y.txt", text)
    let error = #expect(throws: InputError.self) { try LabelsFile.read(file) }
    guard case .badLabels(let found, _) = error else { throw Mismatch(description: text) }
    #expect(found.contains(words))
  }

  @Test func integersOnlyWhereAllAre() throws {
    let folder = try ScratchFolder()
    func read(_ text: String) throws -> [Label]? {
      try LabelsFile.read(folder.file("y.txt", text)).rowLabels
    }
    #expect(try read("7\n-1\r\n0") == [7, -1, 0])
    #expect(try read("7\n+7\nx\n1.5\nnan") == ["7", "+7", "x", "1.5", "nan"])
    #expect(try read("18446744073709551615\n1\n") == ["18446744073709551615", "1"])
    #expect(try read("0x10\ninf\n") == ["0x10", "inf"])
    // What no integer would be written as comes back as it stands there.
    for text in ["07", "+7", "7.0", "7e0", "-0", "2.5", "nan", "1_000"] {
      #expect(try read("7\n\(text)\n") == ["7", .text(text)])
    }
  }

  @Test func spellingsOfOneIntegerAreOneLabelWhereTheTypeIsKnown() throws {
    let folder = try ScratchFolder()
    let file = try folder.file("y.txt", "7\n+7\n8\n07\n7.0\n")
    let column = try LabelsFile.read(file, kind: .integer)
    #expect(column.labels == [7, 8] && column.indices == [0, 0, 1, 0, 0])
    #expect(try LabelsFile.read(file, kind: .text).rowLabels == ["7", "+7", "8", "07", "7.0"])
    let integers = try fixture("labels-i4.npy")
    #expect(try LabelsFile.read(integers, kind: .text).labels == [.text("-1"), "0", "1", "2"])
  }

  @Test func blanksAroundALabelAreCut() throws {
    let folder = try ScratchFolder()
    #expect(try LabelsFile.read(folder.file("y.txt", "7 \n 8\n\t7\r\n")).rowLabels == [7, 8, 7])
    let rows = try LabelledData.read(folder.file("x.tsv", " a b \tone\na b\ttwo\n"))
    #expect(rows.labels?.rowLabels == ["a b", "a b"])
    let csv = try LabelledData.read(folder.file("x.csv", "label,text\n7 ,one\n\" 7\",two\n"))
    #expect(csv.labels?.rowLabels == [7, 7])
    let json = try LabelledData.read(folder.file("x.jsonl", #"{"label":" a ","text":""}"#))
    #expect(json.labels?.rowLabels == [" a "])
    #expect(formatError(try folder.file("y.tsv", "  \tone\n"))?.problem == .missingLabel)
  }

  @Test func unsignedIntegersBeyondTheSignedOnesAreTexts() throws {
    let folder = try ScratchFolder()
    func read(_ values: [UInt64], isBigEndian: Bool = false) throws -> [Label] {
      let type = NpyType(.unsigned, size: 8, isBigEndian: isBigEndian)
      var bytes = NpyWriter.header(type, shape: [values.count])
      for value in values {
        withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { bytes += $0 }
      }
      return try LabelsFile.read(folder.file("y.npy", bytes)).rowLabels
    }
    #expect(try read([1, 1 << 63 - 1]) == [1, .integer(.max)])
    for isBigEndian in [false, true] {
      #expect(
        try read([1, 1 << 63, .max], isBigEndian: isBigEndian)
          == ["1", "9223372036854775808", "18446744073709551615"])
    }
  }

  @Test(arguments: ["|O", "<M8[D]", "<f16", "<c8"]) func labelsOfATypeThatIsNotReadSayWhatToDo(_ type: String)
    throws
  {
    let folder = try ScratchFolder()
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (0,), }\n"
    let path = try folder.file(
      "y.npy", NpyHeader.magic + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8))
    let labels = #expect(throws: FormatError.self) { try LabelsFile.read(path) }
    #expect(labels?.description.contains("y.astype(str)") == true)
    #expect(formatError(path, unlabelled())?.description.contains("X.astype('float32')") == true)
  }

  @Test func refusesEmptyAndForeignLines() throws {
    let folder = try ScratchFolder()
    func place(_ bytes: [UInt8]) throws -> FormatError? {
      let path = try folder.file("y.txt", bytes)
      return #expect(throws: FormatError.self) { try LabelsFile.read(path) }
    }
    #expect(try place(Array("a\n\nb\n".utf8))?.place == .line(2))
    #expect(try place([0x61, 0x0A, 0xFF, 0xFE, 0x0A])?.problem == .labelNotUTF8)
    #expect(try place([])?.problem == .empty)
  }

  @Test func manyLabelsKeepTheirNumbers() throws {
    let rows = (0..<5000).map { Label.text("label \($0 * 7919 % 1500)") }
    let text = rows.map { $0.description + "\n" }.joined()
    let folder = try ScratchFolder()
    let column = try LabelsFile.read(folder.file("y.txt", text))
    #expect(column == LabelColumn(rows) && column.rowLabels == rows)
    #expect(column.labels.count == 1500)
  }
}
