import FastKMeansCore
import Testing

@testable import FastKMeansFormats

@Suite struct JSONTests {
  private func parse(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

  @Test(arguments: [
    "null", "true", "[]", "{}", "-0", "[1,2.5,-3e-07,18446744073709551615]", "\"\"",
    #"{"a":{"b":[{"c":"d"}]},"é":"\u0000\u001f\"\\"}"#,
  ])
  func writesWhatItRead(_ text: String) throws {
    #expect(try parse(text).compactText == text)
  }

  @Test func readsBlanksAndEscapes() throws {
    #expect(try parse(" { \"a\" :\t[ 1 ,\n2 ] } ").compactText == "{\"a\":[1,2]}")
    #expect(try parse(#""\u00e9\n\/\ud83d\ude00\t""#) == .string("é\n/😀\t"))
  }

  @Test func keepsEveryBitOfNumbers() throws {
    for value in [0.1, 1e-4, 1e300, .leastNonzeroMagnitude, .pi, -0.0, 1e16, 123_456_789.125] {
      #expect(try parse(JSON.number(value).text).double?.bitPattern == value.bitPattern)
    }
    #expect(try parse("18446744073709551615").integer(UInt64.self) == .max)
    #expect(try parse("9223372036854775808").integer(Int.self) == nil)
    #expect(try parse("1.0").integer(Int.self) == nil)
    #expect(try parse("1e999").double == nil)
  }

  @Test(arguments: [
    "", " ", "nul", "tru e", "[", "[1", "[1,", "[1,]", "[,1]", "{", "{\"a\"", "{\"a\":", "{\"a\":1",
    "{\"a\":1,}",
    "{a:1}", "{1:1}", "01", "+1", "1.", ".5", "1e", "0x1", "NaN", "Infinity", "-", "1 2", "{}x", "\"", "\"a",
    "\"\\\"",
    "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"",
    "\u{0}",
  ])
  func refusesWhatIsNoJSON(_ text: String) {
    #expect(throws: JSONError.self) { try parse(text) }
  }

  @Test func refusesKeysThatOccurTwice() {
    #expect(throws: JSONError(byte: 10, reason: "the key 'a' occurs twice")) {
      try parse("{\"a\":1,\"a\":2}")
    }
    // Different bytes are different keys, however they look.
    #expect(throws: Never.self) { try parse("{\"\u{E9}\":1,\"e\u{301}\":2}") }
  }

  @Test func refusesDeepNesting() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try parse(nested(JSON.maxDepth)) }
    #expect(throws: JSONError.self) { try parse(nested(JSON.maxDepth + 1)) }
    #expect(throws: JSONError.self) { try parse(String(repeating: "[{\"a\":", count: 1_000_000)) }
  }

  @Test func refusesBytesThatAreNotUTF8() {
    #expect(throws: JSONError.self) { try JSON.parse([0x22, 0xFF, 0x22]) }
    #expect(throws: JSONError.self) { try JSON.parse([0x22, 0xC3]) }
  }
}
