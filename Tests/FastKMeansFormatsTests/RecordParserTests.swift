import FastKMeansCore
import FastKMeansFormats
import Testing

@Suite("Records in memory")
struct RecordParserTests {
  private func options() -> ReaderOptions {
    var options = ReaderOptions()
    options.setsBadRowsAside = true
    return options
  }

  private func parser(_ format: RowFormat) throws -> RecordParser {
    try RecordParser(format: format, name: "topic", options: options())
  }

  @Test func eachIsARowAsALineWouldBe() throws {
    let cases: [(RowFormat, [String])] = [
      (.tsv, ["a\tone", "b\ttwo", "no label", "a\tthree"]),
      (.jsonl, [#"{"label":"a","text":"one"}"#, #"{"label":"b", "text":"two"}"#, "{}", "not JSON"]),
      (.svmlight, ["1 1:2 3:4", "x y", "2 1:1"]),
    ]
    for (format, records) in cases {
      let parser = try parser(format)
      try parser.append(lines: Array(records.map { $0 + "\n" }.joined().utf8), first: 100)
      let batch = try parser.takeBatch()
      #expect(batch.data.rowCount + batch.rejected.count == records.count, "\(format)")
      #expect(batch.data.labels?.count == batch.data.rowCount)
      for row in batch.rejected {
        guard case .line(let number) = row.reason.place else {
          Issue.record("no number: \(row.reason)")
          continue
        }
        #expect(row.bytes == Array(records[number - 100].utf8))
      }
      #expect(parser.rowCount == 0)
    }
  }

  @Test func laterRecordsKeepToWhatIsKnown() throws {
    let parser = try parser(.svmlight)
    parser.expect(featureCount: 3, labelKind: .integer)
    try parser.append(lines: Array("1 1:1\n1 4:1\nspam 1:1\n".utf8), first: 0)
    let batch = try parser.takeBatch()
    #expect(batch.data.rowCount == 1)
    #expect(batch.rejected.count == 2)
  }

  @Test(arguments: [RowFormat.csv, .npz, .npy]) func aFormatThatIsMoreThanItsRowsIsRefused(
    _ format: RowFormat
  ) {
    #expect(throws: FormatError.self) { try parser(format) }
  }
}
