import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct SVMLightTests {
  private func read(_ text: String, _ options: ReaderOptions = ReaderOptions()) throws -> LabelledData {
    let folder = try ScratchFolder()
    return try LabelledData.read(folder.file("x.svmlight", text), options: options)
  }

  @Test func readsLabelsCommentsAndQueryIDs() throws {
    let data = try read("# head\n3 qid:4 1:0.5 7:-2e1 # tail\r\n\n+1 2:.25\t3:4. \n-1\n3 1:1")
    #expect(data.labels?.rowLabels == [3, 1, -1, 3])
    let matrix = try data.sparse
    #expect(matrix.rowOffsets == [0, 2, 4, 4, 5])
    #expect(matrix.columns == [0, 6, 1, 2, 0])
    #expect(matrix.values == [0.5, -20, 0.25, 4, 1])
    #expect(matrix.columnCount == 7)
  }

  @Test func indicesStartWhereTheyAreSaidTo() throws {
    var options = ReaderOptions()
    #expect(try read("1 0:1 4:1\n", options).sparse.columnCount == 5)
    #expect(try read("1 1:1 4:1\n", options).sparse.columnCount == 4)
    options.zeroBased = .true
    #expect(try read("1 1:1 4:1\n", options).sparse.columns == [1, 4])
    options.zeroBased = .false
    #expect(throws: FormatError.self) { try read("1 1:1\n1 0:1 4:1\n", options) }
  }

  @Test func rowsNeedNoLabelsWhereNoneAreAskedFor() throws {
    let data = try read("1:2 3:4\n2:1\n", unlabelled())
    #expect(data.labels == nil)
    #expect(try data.sparse.columns == [0, 2, 1])
    let folder = try ScratchFolder()
    let reader = try RowReader(path: folder.file("x.svm", "1:2\nx 2:1\n0.5 2:1"), options: unlabelled())
    let mixed = try #require(try reader.next())
    #expect(mixed.data.labels == nil && mixed.unlabelledCount == 1 && mixed.data.rowCount == 3)
  }

  @Test(arguments: [
    ("1 1:1\n2 3:1 2:1\n", 2, FormatError.Problem.unsortedColumn(2)),
    ("1 1:1\n\n2 3:1 3:1\n", 3, .duplicateColumn(3)),
    ("1 1:nan\n", 1, .notFinite(column: 1)),
    ("1 1:-inf\n", 1, .notFinite(column: 1)),
    ("1 5:1e39\n", 1, .tooLarge(column: 5)),
    ("1 5:-1e400\n", 1, .tooLarge(column: 5)),
    ("1 -2:1\n", 1, .badFeature(found: "-2:1")),
    ("1 2:\n", 1, .badFeature(found: "2:")),
    ("1 2:1x\n", 1, .badFeature(found: "2:1x")),
    ("1 2\n", 1, .badFeature(found: "2")),
    ("1 2:1e\n", 1, .badFeature(found: "2:1e")),
    ("1 99999999999999999999:1\n", 1, .badFeature(found: "99999999999999999999:1")),
    ("1 4294967295:1\n", 1, .columnOutOfRange(column: 4_294_967_295, limit: 4_294_967_294)),
    ("1,2 2:1\n", 1, .severalLabels(found: "1,2")),
    ("1 1:1\n2:1\n", 2, .missingLabel),
  ])
  func refusesABadLineByItsNumber(_ text: String, _ line: Int, _ problem: FormatError.Problem) throws {
    let error = #expect(throws: FormatError.self) { try read(text) }
    #expect(error?.place == .line(line) && error?.problem == problem)
  }

  @Test func refusesLabelsThatAreNoClasses() throws {
    #expect(throws: InputError.self) { try read("0.5 1:1\n1 1:1\n") }
    #expect(throws: InputError.self) { try read("nan 1:1\n1 1:1\n") }
    #expect(try read("0.5 1:1\nx 1:1\n").labels?.rowLabels == ["0.5", "x"])
    // Numbers in any spelling, but no codes.
    #expect(try read("+1 1:1\n-1 1:1\n1.0 1:1\n").labels?.rowLabels == [1, -1, 1])
    #expect(try read("01 1:1\n1 1:1\n").labels?.rowLabels == ["01", "1"])
    var options = ReaderOptions()
    options.labelKind = .text
    #expect(try read("0.5 1:1\n1 1:1\n", options).labels?.rowLabels == ["0.5", "1"])
  }

  @Test func columnsAboveTheModelsAreRefused() throws {
    var options = unlabelled()
    options.featureCount = 5
    #expect(try read("1:1 5:1\n", options).sparse.columnCount == 5)
    #expect(try read("1:1 2:1\n", options).sparse.columnCount == 5)
    #expect(throws: FormatError.self) { try read("1:1 6:1\n", options) }
    #expect(throws: FormatError.self) { try read("0:1 5:1\n", options) }
    options.zeroBased = .true
    #expect(throws: FormatError.self) { try read("1:1 5:1\n", options) }
  }

  @Test func aZeroAfterRowsThatBeganAtOneIsRefused() throws {
    let folder = try ScratchFolder()
    let path = try folder.file("x.svm", "1 1:1\n1 2:1\n1 0:1\n")
    let reader = try RowReader(path: path)
    _ = try reader.next(maxRows: 2)
    let error = #expect(throws: FormatError.self) { try reader.next(maxRows: 2) }
    #expect(error?.place == .line(3) && error?.problem == .zeroIndex)
    #expect(reader.zeroBased == false)
  }

  @Test(arguments: 0..<20) func agreesWithThePlainReader(_ seed: UInt64) throws {
    var random = CounterRandom(seed: seed)
    let text = randomFile(rows: 300, isLabelled: seed % 2 == 0, &random)
    let expected = PlainSVMLight.rows(text)
    var options = unlabelled()
    options.zeroBased = .true
    let data = try read(text, options)
    let matrix = try data.sparse
    try #require(matrix.rowCount == expected.count, "seed \(seed)")
    for (row, plain) in expected.enumerated() {
      let range = matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1]
      #expect(matrix.columns[range].map(Int.init) == plain.features.map(\.index), "seed \(seed) row \(row)")
      #expect(
        matrix.values[range].map(\.bitPattern) == plain.features.map(\.value.bitPattern),
        "seed \(seed) row \(row)")
      #expect(data.labels?[row].description == plain.label, "seed \(seed) row \(row)")
    }
  }

  @Test func anyNumberOfWorkersGivesTheSame() throws {
    var random = CounterRandom(seed: 5)
    let text = (0..<40).map { _ in randomFile(rows: 400, isLabelled: true, &random) }.joined()
    let folder = try ScratchFolder()
    let path = try folder.file("x.svmlight", text)
    var options = unlabelled()
    options.workers = 1
    let one = try LabelledData.read(path, options: options)
    options.workers = 3
    #expect(text.utf8.count > 4 * SVMLightParser.pieceBytes)
    #expect(try LabelledData.read(path, options: options) == one)
    let bad = try folder.file("bad.svmlight", text + "x 3:1 3:2\n" + text + "y 1:z\n")
    let lines = text.utf8.count { $0 == 0x0A }
    #expect(formatError(bad, options)?.place == .line(lines + 1))
  }

  private func randomFile(rows: Int, isLabelled: Bool, _ random: inout CounterRandom) -> String {
    var text = ""
    for _ in 0..<rows {
      if random.nextIndex(below: 10) == 0 { text += "# comment 1:2\n" }
      var line = !isLabelled ? "" : "label\(random.nextIndex(below: 9))"
      var column = 0
      for _ in 0..<random.nextIndex(below: 12) {
        column += 1 + random.nextIndex(below: 1000)
        line += (line.isEmpty ? "" : " ") + "\(column):" + number(&random)
      }
      text += line + (random.nextIndex(below: 8) == 0 ? " # x" : "") + "\n"
    }
    return text
  }

  /// Numbers in many spellings: any bits, many digits, halfway between two singles.
  private func number(_ random: inout CounterRandom) -> String {
    let value = RandomRows.anyFloat(&random)
    switch random.nextIndex(below: 6) {
    case 0: return "\(value)"
    case 1: return "\(Double(Float(random.nextUnit())))"
    case 2:
      let single = Float(random.nextUnit())
      return "\((Double(single) + Double(single.nextUp)) / 2)"
    case 3: return "\(random.nextIndex(below: 1000)).\(random.next())\(random.next())"
    case 4: return "0.000\(random.next())e-\(random.nextIndex(below: 20))"
    default: return "\(random.next())e\(random.nextIndex(below: 18))"
    }
  }
}
