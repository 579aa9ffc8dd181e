import FastKMeansCore
import FastKMeansFormats
import Testing

@Suite("Records that come one by one")
struct RecordParserTests {
  private func options() -> ReaderOptions {
    var options = ReaderOptions()
    options.setsBadRowsAside = true
    options.maxRecordBytes = 60
    return options
  }

  private func parser(_ format: RowFormat) throws -> RecordParser {
    try RecordParser(format: format, name: "topic", options: options())
  }

  @Test func eachIsARowAsALineWouldBe() throws {
    let cases: [(RowFormat, [String])] = [
      (.tsv, ["a\tone", "b\ttwo lines\nin one", "no label", "a\tthree"]),
      (.jsonl, [#"{"label":"a","text":"one"}"#, "{\"label\":\"b\",\n \"text\":\"two\"}", "{}", "not JSON"]),
      (.svmlight, ["1 1:2 3:4", "2 2:1\n1 1:1", "x y", "2 1:1"]),
    ]
    for (format, records) in cases {
      let parser = try parser(format)
      for (number, record) in records.enumerated() {
        try parser.append(Array(record.utf8), number: 100 + number)
      }
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

  @Test func aLongOneIsSetAside() throws {
    let parser = try parser(.tsv)
    try parser.append(Array(("a\t" + String(repeating: "x", count: 70)).utf8), number: 5)
    let batch = try parser.takeBatch()
    #expect(batch.rejected.map(\.reason.problem) == [.recordTooLong(byteCount: 72, limit: 60)])
    #expect(batch.data.rowCount == 0)
  }

  @Test func laterRecordsKeepToWhatIsKnown() throws {
    let parser = try parser(.svmlight)
    parser.expect(featureCount: 3, labelKind: .integer)
    for (number, record) in ["1 1:1", "1 4:1", "spam 1:1"].enumerated() {
      try parser.append(Array(record.utf8), number: number)
    }
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
