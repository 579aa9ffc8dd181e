import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

/// Every option's wrong values are refused by name, before any work.
@Suite struct OptionsTests {
  struct Wrong: Sendable, CustomTestStringConvertible {
    let parameter: String
    let value: String
    let change: @Sendable (inout TrainingOptions) -> Void
    var testDescription: String { "\(parameter) = \(value)" }
  }

  static let wrong: [Wrong] =
    [0, -3].flatMap { (count: Int) -> [Wrong] in
      let text = "\(count)"
      return [
        Wrong(parameter: "k_init", value: text) { $0.prototypesPerClass = count },
        Wrong(parameter: "k_list", value: text) { $0.prototypeCounts = .byPosition([2, count]) },
        Wrong(parameter: "k_list", value: text) { $0.prototypeCounts = .byLabel(["a": count]) },
        Wrong(parameter: "batch_size", value: text) { $0.batchSize = count },
        Wrong(parameter: "max_iters", value: text) { $0.maxEpochs = count },
      ]
    }
    + [0, -2, 4097].map { count in
      Wrong(parameter: "n_threads", value: "\(count)") { $0.threadCount = count }
    }
    + [-0.5, .nan, .infinity, -.infinity].flatMap { (value: Double) -> [Wrong] in
      let text = "\(value)"
      return [
        Wrong(parameter: "temperature", value: text) { $0.temperature = value },
        Wrong(parameter: "lambda_penalty", value: text) { $0.otherClassPenalty = value },
        Wrong(parameter: "merge_threshold", value: text) { $0.mergeThreshold = value },
        Wrong(parameter: "percentile_threshold", value: text) { $0.percentileThreshold = value },
        Wrong(parameter: "min_weight", value: text) { $0.minimumMass = value },
        Wrong(parameter: "truncation_threshold", value: text) { $0.truncationThreshold = value },
        Wrong(parameter: "tol", value: text) { $0.tolerance = value },
        Wrong(parameter: "decay", value: text) { $0.decay = value },
      ]
    }
    + [
      Wrong(parameter: "temperature", value: "0.0") { $0.temperature = 0 },
      Wrong(parameter: "decay", value: "0.0") { $0.decay = 0 },
      Wrong(parameter: "decay", value: "1.5") { $0.decay = 1.5 },
      Wrong(parameter: "percentile_threshold", value: "1.5") { $0.percentileThreshold = 1.5 },
    ]

  @Test(arguments: wrong) func refusesByName(_ wrong: Wrong) {
    var options = TrainingOptions()
    wrong.change(&options)
    let error = #expect(throws: OptionsError.self) { try FastKMeansClassifier<Int>(options) }
    #expect(error?.parameter == wrong.parameter)
    #expect(error?.value == wrong.value)
    #expect(error?.description.hasPrefix("\(wrong.parameter) is \(wrong.value); allowed: ") == true)
  }

  @Test func takesTheEdgesOfWhatIsAllowed() throws {
    var options = TrainingOptions()
    options.prototypesPerClass = Int(Int32.max)
    options.batchSize = Int(Int32.max)
    options.maxEpochs = Int(Int32.max)
    options.threadCount = 4096
    options.temperature = .leastNormalMagnitude
    options.otherClassPenalty = 0
    options.mergeThreshold = 0
    options.percentileThreshold = 1
    options.minimumMass = 0
    options.truncationThreshold = 0
    options.tolerance = 0
    options.decay = .leastNormalMagnitude
    #expect(try options.validated().options == options)
  }

  /// The contract with today's users.
  @Test func defaultsAreThoseOfTheTable() {
    let options = TrainingOptions()
    #expect(options.prototypesPerClass == 3)
    #expect(options.initialization == .kMeansPlusPlus)
    #expect(options.distance == .cosine)
    #expect(options.precision == .float32)
    #expect(options.isSoft)
    #expect(options.softAssignment == .linear)
    #expect(options.temperature == 1)
    #expect(options.otherClassPenalty == 0.1)
    #expect(options.mergeThreshold == nil)
    #expect(!options.isMergeRelative)
    #expect(options.percentileThreshold == nil)
    #expect(options.batchSize == 10240)
    #expect(options.threadCount == -1)
    #expect(options.minimumMass == 1e-3)
    #expect(options.truncationThreshold == 1e-4)
    #expect(options.maxEpochs == 50)
    #expect(options.tolerance == 1e-4)
    #expect(options.seed == 42)
    #expect(options.decay == 1)
    #expect(!options.isWarmStart)
    #expect(options.mode == .default)
  }

  @Test func choicesHaveTheirNames() {
    #expect(Distance.allCases.map(\.rawValue) == ["cosine", "euclidean"])
    #expect(Precision.allCases.map(\.rawValue) == ["float16", "bfloat16", "float32", "float64"])
    #expect(SoftAssignment.allCases.map(\.rawValue) == ["linear", "softmax"])
    #expect(Mode.allCases.map(\.rawValue) == ["default", "reference"])
    #expect(Distance(rawValue: "manhattan") == nil)
  }

  @Test func classesInKListMustBeThere() throws {
    let rows = try TestRows.features([[1, 0], [0, 1], [1, 1], [0, 2]], isSparse: false)
    func refused(_ counts: PrototypeCounts, _ labels: LabelColumn, inBatches: Bool = false) throws -> String?
    {
      var options = TrainingOptions()
      options.prototypeCounts = counts
      var classifier = try FastKMeansClassifier<Label>(options)
      do {
        if inBatches {
          try classifier.fitBatch(rows, labels: labels)
        } else {
          try classifier.fit(rows, labels: labels)
        }
        return nil
      } catch let error as OptionsError {
        return error.description
      }
    }
    let (texts, numbers) = (LabelColumn(["billing", "ham", "billing", "ham"]), LabelColumn([0, 1, 0, 1]))
    #expect(try refused(.byLabel(["biling": 5]), texts)?.hasSuffix("(did you mean 'billing'?)") == true)
    #expect(try refused(.byLabel(["never": 5]), texts)?.contains("'never', which no row has") == true)
    #expect(try refused(.byLabel([7: 5]), numbers) != nil)
    // A text is no number, in batches neither; a JSON object says both.
    for inBatches in [false, true] {
      let error = try refused(.byLabel(["0": 5]), numbers, inBatches: inBatches)
      #expect(error?.contains("labels that are whole numbers") == true)
      #expect(try refused(.byLabel([0: 5]), texts, inBatches: inBatches)?.contains("texts") == true)
      #expect(try refused(.byLabel(["0": 5, 0: 5]), numbers, inBatches: inBatches) == nil)
    }
    // A class may still come.
    #expect(try refused(.byLabel(["never": 5]), texts, inBatches: true) == nil)
  }

  @Test(arguments: [
    ("cosin", "cosine"), ("eucldiean", "euclidean"), ("COSINE", "cosine"), ("linear", nil), ("", nil),
  ])
  func theNearestNameIsFound(_ name: String, _ nearest: String?) {
    #expect(Similar.nearest(to: name, among: ["cosine", "euclidean"]) == nearest)
  }
}
