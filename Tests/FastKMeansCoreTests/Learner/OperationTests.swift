import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct OperationTests {
  /// A classifier of classes 0, 1, 2 that has learned from a stream, refined or not, and its rows.
  static func learned(
    _ distance: Distance, isRefined: Bool, isSparse: Bool = true
  ) throws -> (classifier: FastKMeansClassifier<Int>, rows: Features, labels: [Int]) {
    var problem = RefinementProblem.separable(rows: 150, isSparse: isSparse, distance: distance, seed: 7)
    problem.options.refinement = .count(isRefined ? 2 : 0)
    problem.options.isSoft = false
    var classifier = try FastKMeansClassifier<Int>(problem.options)
    let features = try problem.features()
    for first in stride(from: 0, to: 150, by: 50) {
      try classifier.learn(
        features.selectingRows(first..<first + 50), labels: Array(problem.classes[first..<first + 50]))
    }
    #expect((classifier.learner.refined != nil) == isRefined)
    return (classifier, features, problem.classes)
  }

  static func of(_ classifier: FastKMeansClassifier<Int>, _ label: Int) throws -> [Prototype] {
    let index = try #require(classifier.classes.firstIndex(of: label))
    return classifier.learner.prototypes[index]
  }

  @Test(arguments: Distance.allCases, [true, false])
  func removingAClassLeavesTheOthersToTheBit(distance: Distance, isRefined: Bool) throws {
    let (before, rows, labels) = try Self.learned(distance, isRefined: isRefined)
    var after = before
    try after.removeClass(1)
    #expect(after.classes == before.classes.filter { $0 != 1 })
    for label in after.classes { #expect(try Self.of(after, label) == Self.of(before, label)) }
    if isRefined {
      let (old, new) = (try #require(before.learner.refined), try #require(after.learner.refined))
      func byClass<Value>(_ values: [Value], _ weights: RefinedWeights, _ count: Int) -> [[Value]] {
        weights.weights.byClass(values, classCount: count)
      }
      let (oldCount, newCount) = (before.classes.count, after.classes.count)
      for (index, label) in after.classes.enumerated() {
        let place = try #require(before.classes.firstIndex(of: label))
        #expect(byClass(new.vectors, new, newCount)[index] == byClass(old.vectors, old, oldCount)[place])
        #expect(
          new.biases.map { byClass($0, new, newCount)[index] }
            == old.biases.map { byClass($0, old, oldCount)[place] })
      }
    }
    #expect(try !after.model.predict(rows).contains(1))
    // The class can come back, as a new one.
    let report = try after.learn(rows, labels: labels)
    #expect(report.newClasses == [.integer(1)])
    #expect(after.classes.last == 1)
  }

  /// Held-out documents are known by the class that was predicted for them: its place moves with the class.
  @Test func whatTellsUnknownClassesFollowsTheClasses() throws {
    let (before, _, _) = try LearningStateTests.rejecting()
    let known = try #require(before.model.openSet).known
    var removed = before
    try removed.removeClass(2)
    let left = try #require(removed.model.openSet).known
    let kept = known.classIndices.indices.filter { known.classIndices[$0] != 2 }
    #expect(kept.count < known.scores.count)
    #expect(left.scores == kept.map { known.scores[$0] })
    #expect(left.classIndices == kept.map { known.classIndices[$0] - (known.classIndices[$0] > 2 ? 1 : 0) })
    #expect(try removed.model.rejection == before.model.rejection)

    var merged = before
    try merged.mergeClasses([1, 5], into: 3)
    let moved = try #require(merged.model.openSet).known
    #expect(moved.scores == known.scores)
    // Classes 0, 2, 3, 4 are left; 1 and 5 are 3 now.
    #expect(moved.classIndices == known.classIndices.map { [0, 2, 1, 2, 3, 2][Int($0)] })
    for classifier in [removed, merged] {
      #expect(try FastKMeansClassifier<Int>(resuming: classifier.learningState).model.openSet != nil)
    }
  }

  @Test func aRuleThatTooFewDocumentsWouldHoldUpIsNotLost() throws {
    let (before, _, _) = try LearningStateTests.rejecting()
    let openSet = try #require(before.model.openSet)
    // As fine as all held-out documents can tell, and no fewer.
    let rate = 1.0001 / Double(openSet.unknownCount + 1)
    let most = try #require(
      (0..<6 as Range<Int32>).max { a, b in
        openSet.unknown.classIndices.count { $0 == a } < openSet.unknown.classIndices.count { $0 == b }
      })
    var classifier = FastKMeansClassifier(resuming: try before.model.rejecting(falseAcceptRate: rate))
    let state = classifier.learningState
    #expect(throws: ClassifierError.self) { try classifier.removeClass(Int(most)) }
    #expect(classifier.learningState == state)
  }

  @Test func operationsRefuseWhatCannotBe() throws {
    let (classifier, rows, _) = try Self.learned(.cosine, isRefined: true)
    var copy = classifier
    #expect(throws: InputError.unknownClass(label: "9")) { try copy.removeClass(9) }
    #expect(throws: InputError.unknownClass(label: "9")) { try copy.renameClass(9, to: 10) }
    #expect(throws: ClassifierError.self) { try copy.renameClass(0, to: 1) }
    #expect(throws: ClassifierError.self) { try copy.mergeClasses([0, 0], into: 1) }
    #expect(throws: ClassifierError.self) { try copy.mergeClasses([1], into: 1) }
    #expect(throws: InputError.unknownClass(label: "9")) { try copy.mergeClasses([9], into: 1) }
    #expect(throws: ClassifierError.self) { try copy.setFrozen(true, prototypes: [1, 999]) }
    #expect(throws: InputError.unknownClass(label: "9")) { try copy.prototypeIDs(of: 9) }
    #expect(throws: InputError.unknownClass(label: "9")) { try copy.forget(rows, label: 9) }
    // More than the class stands for, and rows of another width.
    #expect(throws: ClassifierError.self) { try copy.forget(rows, label: 1) }
    #expect(throws: InputError.self) {
      try copy.forget(TestRows.features([[1]], isSparse: true), label: 1)
    }
    #expect(throws: InputError.self) {
      try copy.forget(
        TestRows.features([[Float](repeating: 1, count: rows.columnCount)], isSparse: false), label: 1)
    }
    #expect(copy.learningState == classifier.learningState)
    try copy.removeClass(0)
    try copy.removeClass(1)
    #expect(throws: ClassifierError.self) { try copy.removeClass(2) }
    #expect(copy.classes == [2])
  }

  @Test(arguments: [true, false]) func renamingChangesTheNameAlone(isRefined: Bool) throws {
    let (before, rows, _) = try Self.learned(.cosine, isRefined: isRefined)
    var after = before
    try after.renameClass(0, to: 77)
    #expect(after.classes == before.classes.map { $0 == 0 ? 77 : $0 })
    #expect(after.learningState.columns == before.learningState.columns)
    #expect(try after.model.predict(rows) == before.model.predict(rows).map { $0 == 0 ? 77 : $0 })
  }

  @Test(arguments: Distance.allCases, [true, false])
  func mergedClassesAnswerAsOne(distance: Distance, isRefined: Bool) throws {
    let (before, rows, labels) = try Self.learned(distance, isRefined: isRefined)
    var after = before
    try after.mergeClasses([0], into: 2)
    #expect(Set(after.classes) == [1, 2])
    let ids = try before.prototypeIDs(of: 2) + before.prototypeIDs(of: 0)
    #expect(try after.prototypeIDs(of: 2) == ids)
    #expect(try after.model.predict(rows) == before.model.predict(rows).map { $0 == 0 ? 2 : $0 })
    // It learns on, with all its prototypes.
    try after.learn(rows, labels: labels.map { $0 == 0 ? 2 : $0 })
    #expect(try after.prototypeIDs(of: 2) == ids)
  }

  @Test(arguments: Distance.allCases, [true, false])
  func aPartOfAClassAnswersAsAClassOfItsOwn(distance: Distance, isRefined: Bool) throws {
    let (before, rows, labels) = try Self.learned(distance, isRefined: isRefined)
    let ids = try before.prototypeIDs(of: 1)
    #expect(ids.count > 1)
    var after = before
    try after.splitPrototypes([ids[1]], of: 1, into: 9)
    #expect(after.classes == before.classes + [9])
    #expect(try after.prototypeIDs(of: 9) == [ids[1]])
    #expect(try after.prototypeIDs(of: 1) == ids.filter { $0 != ids[1] })
    for label in [0, 2] { #expect(try Self.of(after, label) == Self.of(before, label)) }
    let start = try #require(before.classes.firstIndex(of: 1))
    let position = try before.model.storage.classStarts[start] + 1
    let answers = try before.model.classify(rows, top: 1)
    #expect(
      try after.model.predict(rows) == answers.map { $0.best.prototype == position ? 9 : $0.best.label })
    // Merged again it is the class that it was, in another order.
    var merged = after
    try merged.mergeClasses([9], into: 1)
    #expect(try merged.model.predict(rows) == before.model.predict(rows))
    // Both learn on.
    try after.learn(rows, labels: labels.map { $0 == 2 ? 9 : $0 })
    #expect(try after.prototypeIDs(of: 9).contains(ids[1]))
  }

  @Test func splittingRefusesWhatCannotBe() throws {
    let (classifier, _, _) = try Self.learned(.cosine, isRefined: true)
    var copy = classifier
    let ids = try copy.prototypeIDs(of: 1)
    #expect(throws: InputError.unknownClass(label: "9")) { try copy.splitPrototypes(ids, of: 9, into: 8) }
    for (chosen, new) in [(ids, 9), ([], 9), ([UInt64.max], 9), ([ids[0]], 2), ([ids[0]], 1)] {
      #expect(throws: ClassifierError.self) { try copy.splitPrototypes(chosen, of: 1, into: new) }
    }
    #expect(copy.learningState == classifier.learningState)
  }

  @Test(arguments: Distance.allCases, [true, false])
  func forgettingIsTheInverseOfLearning(distance: Distance, isSparse: Bool) throws {
    var (classifier, rows, labels) = try Self.learned(distance, isRefined: false, isSparse: isSparse)
    let before = try classifier.model.prototypes
    var compared = 0
    for row in 0..<40 {
      let one = rows.selectingRows([row])
      let start = classifier
      try classifier.learn(one, labels: [labels[row]])
      try classifier.forget(one, label: labels[row])
      let after = try classifier.model.prototypes
      guard after.masses == before.masses else {
        // The document moved its prototype, and another one serves it best now.
        classifier = start
        continue
      }
      compared += 1
      for classIndex in 0..<3 {
        for (new, old) in zip(after.writtenOut(class: classIndex), before.writtenOut(class: classIndex)) {
          #expect(largestDifference(new, old) < 1e-5, "row \(row)")
        }
      }
      classifier = start
    }
    #expect(compared > 30)
    labels = []
  }

  @Test func forgettingTheLastDocumentLeavesAClassThatWaits() throws {
    var classifier = try FastKMeansClassifier<Int>(TrainingOptions.prototypesOnly)
    let rows = try TestRows.features([[1, 0, 0], [0, 1, 1]], isSparse: true)
    try classifier.learn(rows, labels: [0, 1])
    try classifier.forget(rows.selectingRows([1]), label: 1)
    #expect(try classifier.model.prototypes.masses == [1, 0])
    try classifier.learn(rows.selectingRows([1]), labels: [1])
    #expect(try classifier.model.prototypes.masses == [1, 1])
  }

  @Test(arguments: Distance.allCases) func frozenPrototypesStayAndAnswer(distance: Distance) throws {
    var (classifier, rows, labels) = try Self.learned(distance, isRefined: false)
    let frozen = try #require(try classifier.prototypeIDs(of: 1).first)
    try classifier.setFrozen(true, prototypes: [frozen])
    let before = try #require(try Self.of(classifier, 1).first { $0.id == frozen })
    for _ in 0..<3 { try classifier.learn(rows, labels: labels) }
    #expect(try Self.of(classifier, 1).first { $0.id == frozen } == before)
    // It survives a state, and moves again once it is let go.
    classifier = try FastKMeansClassifier(resuming: classifier.learningState)
    try classifier.learn(rows, labels: labels)
    #expect(try Self.of(classifier, 1).first { $0.id == frozen } == before)
    try classifier.setFrozen(false, prototypes: [frozen])
    try classifier.learn(rows, labels: labels)
    #expect(try Self.of(classifier, 1).first { $0.id == frozen } != before)
    labels = []
  }

  @Test func numbersStayWithTheirPrototypes() throws {
    var (classifier, rows, labels) = try Self.learned(.cosine, isRefined: true)
    let ids = try classifier.classes.map { try classifier.prototypeIDs(of: $0) }
    #expect(Set(ids.joined()).count == ids.joined().count)
    try classifier.learn(rows, labels: labels)
    for (label, own) in zip(classifier.classes, ids) {
      #expect(try classifier.prototypeIDs(of: label).starts(with: own))
    }
    labels = []
  }
}
