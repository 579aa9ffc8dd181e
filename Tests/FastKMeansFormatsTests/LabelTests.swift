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
    ("1\n2.5\n", "'2.5' in line 2"),
    ("1\nnan\n", "'nan' in line 2"), ("1 7\n2 8\n", "rows of numbers"),
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
    #expect(try read("7\n+7\n07\n-1\r\n3.0\n3e0") == [7, 7, 7, -1, 3, 3])
    #expect(try read("7\n+7\nx\n1.5\nnan") == ["7", "+7", "x", "1.5", "nan"])
    #expect(try read("18446744073709551615\n1\n") == ["18446744073709551615", "1"])
    #expect(try read("0x10\ninf\n") == ["0x10", "inf"])
  }

  @Test func spellingsOfOneIntegerAreOneLabel() throws {
    let folder = try ScratchFolder()
    let column = try LabelsFile.read(folder.file("y.txt", "7\n+7\n8\n07\n"))
    #expect(column.labels == [7, 8] && column.indices == [0, 0, 1, 0])
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
