import FastKMeansText
import Testing

@Suite struct DocumentsTests {
  @Test func collectsDocumentsFromTextsAndParts() throws {
    var documents = UTF8Documents(["one", ""])
    documents.appendPart([UInt8](" two".utf8)[1...])
    documents.appendPart([UInt8]("é".utf8)[...])
    documents.endDocument()
    documents.append(utf8: [0xFF, 0x41][...])
    documents.append("end")
    #expect((0..<documents.count).map { documents.text(at: $0) } == ["one", "", "twoé", "\u{FFFD}A", "end"])
    #expect(try UTF8Documents(bytes: documents.bytes, offsets: documents.offsets) == documents)
    documents.removeAll()
    #expect(documents == UTF8Documents())
  }

  @Test func unfinishedPartsAreNoDocument() throws {
    var documents = UTF8Documents(["one two", "one two"])
    documents.appendPart([UInt8]("three three".utf8)[...])
    let fitted = try TFIDFVectorizer.fitTransform(documents)
    #expect(fitted.rows.rowCount == 2 && fitted.rows.columnCount == 2)
  }

  @Test func refusesBadOffsets() {
    for offsets in [[], [0], [0, 4], [1, 3], [0, 2, 1, 3], [0, -1, 3], [0, .max, 3]] {
      #expect(throws: TextError.self, "\(offsets)") { try UTF8Documents(bytes: [1, 2, 3], offsets: offsets) }
    }
  }
}
