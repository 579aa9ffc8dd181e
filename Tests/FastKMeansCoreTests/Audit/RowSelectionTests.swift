import FastKMeansCore
import FastKMeansTestSupport
import Testing

@Suite struct RowSelectionTests {
  private let features: Features
  private let model: ClassifierModel<Int>

  init() throws {
    let clustered = TestRows.clustered(
      rows: 500, width: 40, classes: 5, subtopics: 2, density: 0.3, seed: 6)
    features = try TestRows.features(clustered.rows, isSparse: true)
    var classifier = try FastKMeansClassifier<Int>(TrainingOptions())
    try classifier.fit(features.selectingRows(0..<100), labels: Array(clustered.classes[..<100]))
    model = try classifier.model
  }

  private func choices(_ change: (inout RowSelection.Settings) -> Void) throws -> [RowSelection.Choice] {
    var settings = RowSelection.Settings()
    change(&settings)
    return try features.withRows {
      try RowSelection(from: $0, model: model.storage, settings: settings).choices
    }
  }

  /// The rule, step by step over all rows.
  private func plainly(_ settings: RowSelection.Settings) throws -> [Int] {
    let answers = try model.classify(features, top: 2)
    let margins = answers.map { $0.isRejected ? 0 : $0.classes[0].confidence - $0.classes[1].confidence }
    var random = CounterRandom(seed: settings.seed, stream: 0x5E1EC7)
    let draws = answers.map { _ in random.nextUnit() }
    var counts: [Int: Int] = [:]
    var (left, chosen) = (Set(answers.indices), [Int]())
    while chosen.count < settings.count, !left.isEmpty {
      func worth(_ row: Int) -> (Double, Double) {
        let taken = counts[answers[row].best.prototype] ?? 0
        let factor = (0..<taken).reduce(1.0) { worth, _ in worth * settings.repetitionFactor }
        return ((1 - Double(margins[row])) * factor, draws[row])
      }
      guard let row = left.max(by: { worth($0) < worth($1) }) else { break }
      left.remove(row)
      guard !chosen.contains(where: { cosine($0, row) >= settings.similarity }) else { continue }
      chosen.append(row)
      counts[answers[row].best.prototype, default: 0] += 1
    }
    return chosen
  }

  private func cosine(_ one: Int, _ other: Int) -> Double {
    guard case .sparse(let matrix) = features else { return 0 }
    func row(_ index: Int) -> [UInt32: Double] {
      let range = matrix.rowOffsets[index]..<matrix.rowOffsets[index + 1]
      return Dictionary(uniqueKeysWithValues: range.map { (matrix.columns[$0], Double(matrix.values[$0])) })
    }
    let (left, right) = (row(one), row(other))
    func length(_ row: [UInt32: Double]) -> Double { row.values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let product = left.reduce(0) { $0 + $1.value * (right[$1.key] ?? 0) }
    return product / max(1e-30, length(left) * length(right))
  }

  @Test(arguments: [0.5, 0.7, 1]) func theRuleIsWhatItSays(factor: Double) throws {
    var settings = RowSelection.Settings()
    (settings.count, settings.repetitionFactor, settings.similarity) = (40, factor, 0.8)
    let found = try choices { $0 = settings }
    #expect(try found.map(\.row) == plainly(settings))
    #expect(Set(found.map(\.row)).count == found.count)
  }

  @Test func aChoiceSaysWhatTheModelSays() throws {
    let answers = try model.classify(features, top: 2)
    for choice in try choices({ $0.count = 30 }) {
      let answer = answers[choice.row]
      #expect(model.classes[choice.classIndex] == answer.label && choice.confidence == answer.confidence)
      #expect(choice.similarity == answer.best.similarity)
    }
  }

  @Test func badSettingsAreNamed() {
    #expect(throws: OptionsError.self) { try choices { $0.count = 0 } }
    #expect(throws: OptionsError.self) { try choices { $0.similarity = 0 } }
  }
}
