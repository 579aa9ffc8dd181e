import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

@Suite struct ReferenceModeTests {
  @Test func prunesByMass() throws {
    var options = TrainingOptions.prototypesOnly
    options.mode = .reference
    options.isSoft = false
    options.decay = 0.5
    options.minimumMass = 0.3
    options.initialization = .prototypes(
      try TestRows.features([[1, 0], [0, 1], [-1, 0]], isSparse: false), labels: [0, 0, 1])
    var classifier = try FastKMeansClassifier<Int>(options)
    let rows = try TestRows.features([[1, 0], [-1, 0]], isSparse: true)
    #expect(try classifier.learn(rows, labels: [0, 1]).prunedCount == 0)
    #expect(try classifier.learn(rows, labels: [0, 1]).prunedCount == 1)
    #expect(try classifier.model.prototypes.classIndices == [0, 1])
  }

  @Test func saysThatItsTableIsTooLarge() throws {
    var options = TrainingOptions.prototypesOnly
    options.mode = .reference
    var classifier = try FastKMeansClassifier<Int>(options)
    let rows = try CSRMatrix(
      columnCount: Int(UInt32.max), rowOffsets: [0, 1, 2], columns: [5, UInt32.max - 1], values: [1, 1])
    let error = #expect(throws: InputError.self) { try classifier.fit(.sparse(rows), labels: [0, 1]) }
    guard case .tooLarge(_, let needed, let allowed) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(needed > allowed)
  }

  @Test func whatNeedsSumsIsRefused() throws {
    var options = TrainingOptions.prototypesOnly
    options.mode = .reference
    var classifier = try FastKMeansClassifier<Int>(options)
    let rows = try TestRows.features([[1, 0], [0, 1]], isSparse: true)
    try classifier.learn(rows, labels: [0, 1])
    #expect(throws: ClassifierError.self) { try classifier.forget(rows, label: 0) }
    // Freezing is taken, and changes nothing.
    let before = try classifier.model.prototypes.bits
    try classifier.setFrozen(true, prototypes: classifier.prototypeIDs(of: 0))
    #expect(try classifier.model.prototypes.bits == before)
  }

  @Test func modesAreFoundByName() {
    #expect(Mode(rawValue: "reference") == .reference)
    #expect(Mode(rawValue: "default") == .default)
    #expect(Mode(rawValue: "Reference") == nil)
    #expect(Mode.reference != .default)
  }
}
