import FastKMeansCore
import FastKMeansFormats
import Testing

@testable import FastKMeansCLI

@Suite("Output")
struct OutputTests {
  @Test func jsonEscapesWhatItMust() {
    let value = JSON.fields(["a\"b": .string("tab\t, line\n, bell\u{7}, back\\slash, é"), "n": .number(.nan)])
    #expect(value.text == #"{"a\"b": "tab\t, line\n, bell\u0007, back\\slash, é", "n": null}"#)
  }

  @Test func jsonKeepsTheOrderOfFields() {
    let value = JSON.fields(["z": 1, "a": .array([.single(0.1), .number(0.1), true, .null])])
    #expect(value.text == #"{"z": 1, "a": [0.1, 0.1, true, null]}"#)
  }

  @Test func numbersReadWell() {
    #expect([0, 999, 1000, -1_234_567].map { Readable.count($0) } == ["0", "999", "1,000", "-1,234,567"])
    #expect(Readable.count(Int.min) == "-9,223,372,036,854,775,808")
    #expect(Readable.percent(0.12345) == "12.3 %")
    #expect(Readable.fixed(-0.001, 2) == "0.00")
    #expect(Readable.fixed(1.995, 1) == "2.0")
    #expect(Readable.fixed(.infinity, 1) == "inf")
    #expect([12, 1500, 2_500_000].map(Readable.bytes) == ["12 bytes", "1.5 kB", "2.5 MB"])
    #expect([0.004, 59.96, 125].map(Readable.seconds) == ["0.00 s", "60.0 s", "2 min 5 s"])
    #expect([12.3, 4567, 805_432].map(Readable.rate) == ["12", "4,600", "805,000"])
  }

  @Test func tablesAlignTheirColumns() {
    let table = Table(["name", "n"], [.left, .right], [["a", "1"], ["long name", "100"]])
    #expect(table.lines() == ["  name         n", "  a            1", "  long name  100"])
    #expect(table.markdown == ["| name | n |", "|---|--:|", "| a | 1 |", "| long name | 100 |"])
  }

  @Test func labelsKeepToTheirLine() {
    #expect(TextLabel.line(.text("a\tb\nc\\d\re")) == "a\\tb\\nc\\\\d\\re")
    #expect(TextLabel.line(.integer(-3)) == "-3")
  }

  @Test func progressSaysRateAndTimeLeft() {
    var state = ProgressState(title: "training", unit: "documents", completed: 250, total: 1000, elapsed: 2)
    #expect(state.line == "training: 25 %, 125 documents/s, 6.00 s left")
    #expect(state.bar(width: 8) == "training [##------] 25 %, 125 documents/s, 6.00 s left")
    state.total = 0
    #expect(state.line == "training: 250 documents, 2.00 s")
    state.completed = 0
    #expect(state.bar() == "training: 2.00 s")
  }
}
