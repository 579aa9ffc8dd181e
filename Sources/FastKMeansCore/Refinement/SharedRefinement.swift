import CFastKMeansKernels

/// Weights that several machines refine in step.
///
/// Each machine has the same weights, finds what its documents of a batch would move, and adds what the documents of all
/// machines move: a batch of a local refinement, whose documents lie on several machines.
package struct SharedRefinement: Sendable {
  private let model: ModelStorage
  private let table: RefinementTable

  /// What some documents move.
  package struct Moves: Sendable {
    /// For each prototype; biases as masses, and the documents' summed loss as objective.
    package var sums: EpochSums
    /// For each document the prototype that it was part of at the start; -1 for one that does not count.
    package var members: [Int32]
  }

  /// Begins with the model's refined weights, or where a refinement begins.
  ///
  /// - Parameter deviation: Euclidean: the root mean squared distance of the rows of all machines to their mean, in which
  ///   margins are measured; nil: the prototypes' spread. A model that is refined keeps its own.
  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)``.
  /// - Complexity: O(stored values).
  package init(_ model: ModelStorage, deviation: Double? = nil) throws {
    let model = try deviation.map(model.beginningRefinement) ?? model
    self.model = model
    table = try model.refinementTable()
  }

  /// What some documents of a batch move, by the weights as they are.
  ///
  /// - Parameters:
  ///   - labels: classes of the model.
  ///   - steps: how much the step of each document counts; nil for 1 each.
  ///   - members: the documents' prototypes as an earlier call gave them, -1 where unknown: the best of the class then.
  ///     What a document put into its own prototype does not count in its margin.
  ///   - featureRates: what moves along each feature are multiplied with; nil for 1 each.
  ///   - rate: the rate of the batch.
  ///   - threadCount: -1 means all cores; nil what the model was trained with. It changes no bit.
  /// - Throws: ``InputError``; ``ClassifierError/unsupported(_:)`` in a mode without sums.
  /// - Complexity: O(non-zeros x prototypes) at most.
  package func moves(
    of rows: FeatureRows, labels: LabelColumn, sampleWeights: [Double]?, steps: [Float]?, members: [Int32],
    featureRates: [Float]?, rate: Float, threadCount: Int?
  ) throws -> Moves {
    var (part, workers) = try model.trainingPart(
      rows, labels: labels, sampleWeights: sampleWeights, threadCount: threadCount)
    part.unit = model.refinementUnit
    part.featureRates = featureRates.map(FeatureRates.init(values:))
    try check(members, of: part)
    let questions = try RefinementQuestions(table, part, leavesOneOut: true)
    questions.begin(with: members)
    let recipe = RefinementRecipe.featureRates
    let refinement = Refinement(recipe: recipe, seed: 0, workers: workers, progress: ProgressReporter(nil))
    let moved = try RefinementTable(zerosLike: table)
    let (finder, mover) = (try refinement.engine(table, part), try refinement.engine(moved, part))
    let found = RefinementSteps(
      recipe, batchSize: finder.largestBatch, classOfLane: table.classOfLane, classStarts: table.classStarts)
    let documents = part.documents
    var loss = 0.0
    // The weights do not move in between, so these pieces change no bit.
    for first in stride(from: 0, to: documents.count, by: finder.largestBatch) {
      let piece = documents[first..<min(documents.count, first + finder.largestBatch)]
      try finder.findRivals(of: piece, questions, into: found)
      let rates = piece.map { rate * (steps?[Int($0)] ?? 1) }
      for (position, document) in piece.enumerated() {
        loss += Double(found.losses[position]) * Double(steps?[Int(document)] ?? 1)
        moved.moveBiases(found.moves(of: position), found.counts[position], rates[position])
      }
      try mover.move(found, along: piece, rates: zip(piece, rates).map { part.scale(of: Int($0)) * $1 })
    }
    try mover.finish()
    let vectors = moved.cells.vectors(
      lanes: moved.laneCount, features: moved.featureCount, isSparse: model.prototypes.isSparse, times: 1,
      truncation: 0)
    let biases = moved.biases?.map(Double.init) ?? [Double](repeating: 0, count: moved.laneCount)
    return Moves(
      sums: EpochSums(sums: vectors, masses: biases, objective: loss), members: questions.knownMembers)
  }

  private func check(_ members: [Int32], of part: TrainingSet) throws {
    guard members.count == part.classes.count else {
      throw InputError.lengthMismatch(what: "members", expected: part.classes.count, found: members.count)
    }
    for (row, member) in members.enumerated() where member >= 0 && part.classes[row] >= 0 {
      let starts = table.classStarts[Int(part.classes[row])...]
      guard (starts[starts.startIndex]..<starts[starts.startIndex + 1]).contains(Int64(member)) else {
        throw InputError.badShape("member \(row) is \(member), which is no prototype of the row's class")
      }
    }
  }

  /// Adds what the documents of all machines move.
  ///
  /// - Parameters:
  ///   - vectors: one for each prototype, as long as the model's features.
  ///   - biases: one for each prototype; without effect for the cosine.
  /// - Throws: ``InputError`` if they do not fit the model.
  /// - Complexity: O(stored values).
  package func add(_ vectors: [PrototypeVector], biases: [Double]) throws {
    guard vectors.count == table.laneCount, biases.count == table.laneCount else {
      throw InputError.lengthMismatch(
        what: "moves", expected: table.laneCount, found: min(vectors.count, biases.count))
    }
    try model.prototypes.shape.check(vectors)
    for (row, vector) in vectors.enumerated() {
      guard let last = vector.columns.last, last >= table.featureCount else { continue }
      throw InputError.featureOutOfRange(row: row, column: Int(last), limit: table.featureCount)
    }
    table.add(vectors, biases: biases)
  }

  /// The model with the weights as they are, neither judged nor calibrated.
  ///
  /// - Complexity: O(weights).
  package func refinedModel() -> ModelStorage { model.refined(with: table) }
}

extension RefinementTable {
  /// Adds a vector and a bias to the weights of each lane.
  ///
  /// - Complexity: O(stored values).
  fileprivate func add(_ vectors: [PrototypeVector], biases: [Double]) {
    for (lane, vector) in vectors.enumerated() {
      var move = fk_refine_move(lane: UInt32(lane), factor: 1)
      var columns = vector.isSparse ? vector.columns : (0..<vector.values.count).map { UInt32($0) }
      var values = vector.values.map { Float($0) }
      moveBiases(&move, 1, Float(biases[lane]))
      if case .lists(let lists) = cells, lists.hasBiases {
        columns.append(UInt32(featureCount))
        values.append(Float(biases[lane]))
      }
      columns.withUnsafeBufferPointer { columns in
        values.withUnsafeBufferPointer { values in
          switch cells {
          case .rows(let memory, let stride):
            fk_refine_apply(
              columns.baseAddress, values.baseAddress, values.count, &move, 1, 1, memory.pointer, stride, 0,
              stride)
          case .lists(let lists):
            lists.move(&move, 1, along: columns, values, rate: 1, rates: nil, part: 0, parts: 1)
          }
        }
      }
    }
  }
}
