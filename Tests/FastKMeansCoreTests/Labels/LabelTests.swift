import FastKMeansCore
import Testing

@Suite struct LabelTests {
  @Test func textsAreComparedByTheirBytes() {
    // One letter, two spellings: canonically equal, not the same label.
    let (composed, decomposed) = (Label.text("\u{e9}"), Label.text("e\u{301}"))
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
    #expect(decomposed < composed)
    // U+10000 stands after U+FFFF, as in Python; UTF-16 has it the other way round.
    #expect(Label.text("\u{FFFF}") < Label.text("\u{10000}"))
    #expect([Label.text("b"), 3, "a", -1].sorted() == [-1, 3, "a", "b"])
  }

  @Test func integersKeepTheirType() {
    #expect(Int(label: 5) == 5)
    #expect(Int8(label: 300) == nil)
    #expect(UInt8(label: -1) == nil)
    #expect(String(label: 5) == nil)
    #expect(Int(label: "5") == nil)
    #expect(Int64.min.label == .integer(.min))
  }

  @Test func columnsCodeEachLabelOnce() throws {
    let column = LabelColumn(["b", "a", "b"])
    #expect(column.labels == ["b", "a"])
    #expect(column.indices == [0, 1, 0])
    #expect(column[2] == "b")
    #expect(column.selectingRows([1]).indices == [1])
    #expect(throws: InputError.self) { try LabelColumn(labels: ["a", "a"], indices: [0]) }
    #expect(throws: InputError.self) { try LabelColumn(labels: ["a"], indices: [1]) }
    #expect(throws: InputError.self) { try LabelColumn(labels: ["a"], indices: [-1]) }
  }

  @Test func classesThatArriveTogetherAreSortedAndLaterOnesFollow() throws {
    var classes = ClassDictionary()
    #expect(try classes.encode(LabelColumn([7, 3, 7])) == [1, 0, 1])
    #expect(try classes.encode(LabelColumn([1, 9, 3])) == [2, 3, 0])
    #expect(classes.labels == [3, 7, 1, 9])
    #expect(classes.index(of: 9) == 3)
    #expect(classes.index(of: 4) == nil)
    #expect(classes.lookUp([9, 4]) == [3, -1])
  }

  @Test func labelsThatNoRowHasBringNoClass() throws {
    var classes = ClassDictionary()
    let column = try LabelColumn(labels: ["x", "y"], indices: [1, 1])
    #expect(try classes.encode(column) == [0, 0])
    #expect(classes.labels == ["y"])
  }

  @Test func refusesMixedTypesAndAddsNothing() throws {
    var classes = ClassDictionary()
    #expect(throws: InputError.self) { try classes.encode(LabelColumn([1, "a"] as [Label])) }
    #expect(classes.count == 0)
    _ = try classes.encode(LabelColumn([1]))
    #expect(throws: ClassifierError.labelTypeChanged(expected: "integer", found: "text")) {
      try classes.encode(LabelColumn(["a"]))
    }
    #expect(classes.labels == [1])
    #expect(throws: InputError.self) { try ClassDictionary(labels: ["a", "a"]) }
    #expect(throws: InputError.self) { try ClassDictionary(labels: ["a", 1]) }
    #expect(try ClassDictionary(labels: []).kind == nil)
  }
}
