import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Testing

@testable import FastKMeansStreams

/// What a server adds to a stream's state: requests that are known, and changes.
struct LiveStateTests {
  @Test("The newest requests are known, sources beside them, also after coding")
  func knownRequests() throws {
    var table = PositionTable()
    table["file"] = SourcePosition(bytes: [1])
    let count = PositionTable.maxRequests + PositionTable.maxRequests / 10
    for number in 0..<count { table["request:\(number)"] = .beginning }
    #expect(table["request:\(count - 1)"] == .beginning)
    #expect(table["request:\(count - PositionTable.maxRequests)"] == .beginning)
    #expect(table["request:0"] == nil)
    #expect(table["file"] == SourcePosition(bytes: [1]))
    #expect(try PositionTable(table.encoded()) == table)
  }

  @Test("A change comes back from the log as it went in, and one that is cut off is an error")
  func changesAreCoded() throws {
    let rows = LabelledData.text(UTF8Documents(["a b", ""]), labels: LabelColumn(["x", "y"]))
    let changes: [StateChange] = [
      .rename("a", to: 7), .merge(["a", 1], into: "b"), .remove("é"), .forget(rows),
      .split("a", prototypes: [1, .max], into: "c"),
    ]
    for change in changes {
      let record = LogRecord(source: "request:1", position: .beginning, rows: .change(change))
      #expect(try LogRecord(record.encoded()) == record)
      let bytes = change.encoded()
      for end in 0..<bytes.count {
        #expect(throws: (any Error).self) { try StateChange(Array(bytes[..<end])) }
      }
    }
  }
}
