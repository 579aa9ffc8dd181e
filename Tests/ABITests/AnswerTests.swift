import CFastKMeans
import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// Scores, probabilities, best classes and explanations agree with each other and with the Swift library.
@Suite struct AnswerTests {
  private struct Problem {
    let features: Features
    let rows: CallerRows
    let model: CallerModel
    let swift: ClassifierModel<Int>
    let labels: [Int]
    var count: Int { features.rowCount }

    init(_ options: TrainingOptions, isSparse: Bool) throws {
      let clustered = TestRows.clustered(
        rows: 90, width: 14, classes: 4, density: isSparse ? 0.4 : 1, seed: 8)
      features = try TestRows.features(clustered.rows, isSparse: isSparse)
      rows = CallerRows(features)
      labels = clustered.classes
      let classifier = try CallerClassifier(options.callerText)
      try classifier.fit(rows, CallerLabels(clustered.classes))
      model = try classifier.model()
      var swift = try FastKMeansClassifier<Int>(options)
      try swift.fit(features, labels: clustered.classes)
      self.swift = try swift.model
    }
  }

  private static func options(_ distance: Distance, isRefined: Bool) -> TrainingOptions {
    var options = TrainingOptions()
    options.distance = distance
    options.prototypesPerClass = 2
    options.refinement = isRefined ? .automatic : .count(0)
    return options
  }

  @Test(arguments: Distance.allCases, [(true, true), (true, false), (false, true), (false, false)])
  func probabilitiesAndScoresAgree(distance: Distance, kind: (isSparse: Bool, isRefined: Bool)) throws {
    let problem = try Problem(Self.options(distance, isRefined: kind.isRefined), isSparse: kind.isSparse)
    var view = problem.rows.rows
    var probabilities = [Float](repeating: 0, count: problem.count * 4)
    try call {
      fkm_model_probabilities(problem.model.handle, &view, 2, Int32(FKM_FLOAT32), &probabilities, $0)
    }
    #expect(probabilities == (try problem.swift.probabilities(of: problem.features).values))
    var scores = [Double](repeating: 0, count: problem.count * 4)
    try call {
      fkm_model_scores(
        problem.model.handle, &view, 1, Int32(FKM_BY_CLASS), Int32(FKM_FLOAT64), &scores, $0)
    }
    let best = (0..<problem.count).map { row in
      (0..<4).max { scores[row * 4 + $0] < scores[row * 4 + $1] } ?? 0
    }
    #expect(best == (try problem.model.predict(problem.rows).map(Int.init)))
  }

  @Test(arguments: [1, 3, 4])
  func theBestClassesAreThoseOfTheLibrary(top: Int) throws {
    let problem = try Problem(Self.options(.cosine, isRefined: true), isSparse: true)
    var view = problem.rows.rows
    let cells = problem.count * top
    var classes = [Int32](repeating: -1, count: cells)
    var prototypes = classes
    var similarities = [Float](repeating: 0, count: cells)
    var confidences = similarities
    var rejected = [UInt8](repeating: 9, count: problem.count)
    try call {
      fkm_model_predict_top(
        problem.model.handle, &view, 0, Int64(top), &classes, &prototypes, &similarities, &confidences, nil,
        &rejected, $0)
    }
    let expected = try problem.swift.classify(problem.features, top: top)
    #expect(classes.map(Int.init) == expected.flatMap { $0.classes.map(\.label) })
    #expect(prototypes.map(Int.init) == expected.flatMap { $0.classes.map(\.prototype) })
    #expect(similarities == expected.flatMap { $0.classes.map(\.similarity) })
    #expect(confidences == expected.flatMap { $0.classes.map(\.confidence) })
    #expect(rejected == expected.map { $0.isRejected ? 1 : 0 })
  }

  @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
  func sharesAddUpToTheScore(kind: (isSparse: Bool, isRefined: Bool)) throws {
    let problem = try Problem(Self.options(.cosine, isRefined: kind.isRefined), isSparse: kind.isSparse)
    var view = problem.rows.rows
    let valueCount = kind.isSparse ? Int(view.value_count) : problem.count * 14
    var shares = [Float](repeating: 0, count: valueCount)
    var scores = [Float](repeating: 0, count: problem.count)
    var prototypes = [Int32](repeating: -1, count: problem.count)
    let wanted = (0..<problem.count).map { Int32($0 % 4) }
    try call {
      fkm_model_explain(problem.model.handle, &view, 0, wanted, &prototypes, &scores, &shares, $0)
    }
    var classIndices = [Int32](repeating: -1, count: Int(try problem.model.info().prototype_count))
    try call { fkm_model_copy_prototype_masses(problem.model.handle, &classIndices, nil, nil, $0) }
    for row in 0..<problem.count {
      #expect(classIndices[Int(prototypes[row])] == wanted[row])
      let range =
        if case .sparse(let matrix) = problem.features {
          matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1]
        } else {
          row * 14..<(row + 1) * 14
        }
      // The index leaves out coordinates below the truncation threshold.
      #expect(abs(shares[range].reduce(0, +) - scores[row]) < 1e-3)
    }
  }

  @Test func prototypesComeAsRowsInEitherType() throws {
    let problem = try Problem(Self.options(.cosine, isRefined: true), isSparse: true)
    let info = try problem.model.info()
    let (count, values) = (Int(info.prototype_count), Int(info.center_value_count))
    var offsets = [Int32](repeating: 0, count: count + 1)
    var columns = [Int32](repeating: 0, count: values)
    var found = [Double](repeating: 0, count: values)
    try call {
      fkm_model_copy_prototypes(
        problem.model.handle, Int32(FKM_CENTERS), Int32(FKM_INT32), &offsets, &columns, Int32(FKM_FLOAT64),
        &found, $0)
    }
    for prototype in 0..<count {
      let range = Int(offsets[prototype])..<Int(offsets[prototype + 1])
      let expected = problem.swift.prototypes.row(prototype)
      #expect(columns[range].map(Int.init) == expected.map(\.column))
      #expect(Array(found[range]) == expected.map(\.value))
    }
    #expect(info.is_refined == 1 && info.refined_value_count > 0)
  }

  @Test func noRowsAreAnsweredWithNothing() throws {
    let problem = try Problem(Self.options(.cosine, isRefined: true), isSparse: true)
    var empty = fkm_rows()
    empty.struct_size = UInt32(MemoryLayout<fkm_rows>.size)
    empty.layout = Int32(FKM_SPARSE)
    empty.column_count = 14
    empty.value_type = Int32(FKM_FLOAT32)
    empty.column_type = Int32(FKM_INT32)
    empty.offset_type = Int32(FKM_INT32)
    try call { fkm_model_predict(problem.model.handle, &empty, 0, nil, $0) }
    try call { fkm_model_probabilities(problem.model.handle, &empty, 0, Int32(FKM_FLOAT32), nil, $0) }
  }

  @Test func rowsWithoutAnyFeatureAreRejectedAndGetTheMostFrequentClass() throws {
    let problem = try Problem(Self.options(.cosine, isRefined: true), isSparse: true)
    let memory = CallerRows(
      .sparse(try CSRMatrix(columnCount: 14, rowOffsets: [0, 0, 0], columns: [], values: [])))
    var blank = memory.rows
    var rejected: [UInt8] = [0, 0]
    try call {
      fkm_model_predict_top(problem.model.handle, &blank, 0, 1, nil, nil, nil, nil, nil, &rejected, $0)
    }
    #expect(rejected == [1, 1])
    var classes: [Int32] = [-1, -1]
    try call { fkm_model_predict(problem.model.handle, &blank, 0, &classes, $0) }
    let counts = (0..<4).map { index in problem.labels.count { $0 == index } }
    let frequent = Int32(counts.firstIndex(of: counts.max() ?? 0) ?? 0)
    #expect(classes == [frequent, frequent])
    withExtendedLifetime(memory) {}
  }
}
