import FastKMeansCore
import FastKMeansText
import Testing

@Suite("Counting further documents")
struct CountingTests {
  private let first = ["red apple", "green apple", "red wine", "white wine"]
  private let later = ["red red wine", "apple", "blue sky"]

  @Test func givesTheWeightsOfAllDocuments() throws {
    let options = TextOptions(minDocumentFrequency: 1)
    let start = try TFIDFVectorizer.fit(to: first, options: options)
    let rows = try start.transform(UTF8Documents(later)).rows
    let counted = try start.counting(rows)
    let whole = try TFIDFVectorizer.fit(to: first + later, options: options)
    #expect(counted.documentCount == 7)
    #expect(counted.columnCount == start.columnCount)
    for column in 0..<counted.columnCount {
      let term = try #require(counted.term(at: column))
      let other = try #require((0..<whole.columnCount).first { whole.term(at: $0) == term })
      #expect(counted.documentFrequencies[column] == whole.documentFrequencies[other], "\(term)")
      #expect(
        counted.inverseDocumentFrequencies[column] == whole.inverseDocumentFrequencies[other], "\(term)")
    }
  }

  @Test func worksForHashesThatWereNotFitted() throws {
    let start = try TFIDFVectorizer(hashingBits: 8)
    let counted = try start.counting(start.transform(UTF8Documents(first)).rows)
    let fitted = try TFIDFVectorizer.fit(to: first, options: TextOptions(hashingBits: 8))
    #expect(counted == fitted)
  }

  @Test func refusesRowsOfAnother() throws {
    let start = try TFIDFVectorizer(hashingBits: 8)
    let rows = try TFIDFVectorizer(hashingBits: 9).transform(UTF8Documents(first)).rows
    #expect(throws: InputError.featureCountMismatch(expected: 256, found: 512)) { try start.counting(rows) }
  }
}
