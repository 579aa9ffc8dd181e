import FastKMeansCore

/// A random refinement problem: clustered rows, prototypes that are rows of the classes, and a recipe.
package struct RefinementCase {
  package let seed: UInt64
  package let rows: [[Float]]
  package let classes: [Int]
  package let weights: [Float]?
  package let distance: Distance
  package let isSparse: Bool
  package let recipe: RefinementRecipe
  package let prototypes: [[Prototype]]
  package let workers: Int

  /// - Parameters:
  ///   - rowLimit: at most this many rows; 64 are one batch.
  ///   - epochs: how many.
  package init(seed: UInt64, rowLimit: Int, epochs: Int) {
    self.seed = seed
    var random = CounterRandom(seed: seed, stream: 91)
    let classCount = 1 + random.nextIndex(below: 6)
    let (isSparse, distance) = (
      random.nextUnit() < 0.6, random.nextUnit() < 0.5 ? Distance.cosine : .euclidean
    )
    self.isSparse = isSparse
    self.distance = distance
    let clustered = TestRows.clustered(
      rows: classCount + random.nextIndex(below: rowLimit - classCount),
      width: 2 + random.nextIndex(below: 40),
      classes: classCount, density: isSparse ? 0.4 : 1, seed: seed)
    var (rows, classes) = (clustered.rows, clustered.classes)
    for index in 0..<classCount {
      classes[index] = index
      rows[index][index % rows[index].count] += 1
    }
    self.rows = rows
    self.classes = classes
    weights = random.nextUnit() < 0.3 ? rows.map { _ in Float(random.nextIndex(below: 5)) / 2 } : nil
    let recipes: [RefinementRecipe] = [.featureRates, .oneRate]
    var recipe = recipes[random.nextIndex(below: recipes.count)].lasting(epochs)
    recipe.cooperation = [0, 0.7, 1][random.nextIndex(below: 3)]
    self.recipe = recipe
    workers = 1 + random.nextIndex(below: 3)
    prototypes = (0..<classCount).map { classIndex in
      let own = rows.indices.filter { classes[$0] == classIndex }
      return (0..<1 + random.nextIndex(below: 5)).map { _ in
        let center = rows[own[random.nextIndex(below: own.count)]].map {
          Double($0) + random.nextUnit() * 0.3
        }
        return Self.prototype(center, isSparse: isSparse, sumScale: 1 + 9 * random.nextUnit())
      }
    }
  }

  private static func prototype(_ center: [Double], isSparse: Bool, sumScale: Double) -> Prototype {
    let kept = center.indices.filter { center[$0] != 0 }
    let vector =
      isSparse
      ? PrototypeVector(columns: kept.map { UInt32($0) }, values: kept.map { center[$0] })
      : PrototypeVector(dense: center)
    return Prototype(center: vector, sumScale: sumScale, mass: 1)
  }

  package var classOfLane: [Int] {
    prototypes.indices.flatMap { [Int](repeating: $0, count: prototypes[$0].count) }
  }

  /// What Euclidean rows are multiplied with.
  package var unit: Float { distance == .euclidean ? 0.75 : 1 }

  /// Runs the fast path.
  package func fast(
    layout: RefinementCells.Layout? = nil
  ) throws -> (table: RefinementTable, statistics: [Refinement.EpochStatistics]) {
    try TestRows.features(rows, isSparse: isSparse).withRows { view in
      var rows = trainingSet(view, norms: try RowNorms(of: view, distance: distance, workers: 1))
      let table = try RefinementTable(
        prototypes, featureCount: view.columnCount, scale: recipe.scale,
        unit: distance == .euclidean ? unit : nil, layout: layout)
      if recipe.ratesFeatures { rows.featureRates = FeatureRates(rows, documents: usable) }
      let statistics = try Refinement(
        recipe: recipe, seed: seed, workers: workers, progress: ProgressReporter(nil)
      ).run(table, rows: rows, documents: usable)
      return (table, statistics)
    }
  }

  private func trainingSet(_ view: FeatureRows, norms: RowNorms) -> TrainingSet {
    TrainingSet(
      view, norms: norms, classes: classes.map { Int32($0) }, classCount: prototypes.count, weights: weights,
      unit: unit)
  }

  /// Rows with a length; the others teach nothing.
  private var usable: [Int32] {
    rows.indices.filter { rows[$0].contains { $0 != 0 } }.map { Int32($0) }
  }

  /// Runs the plain twin.
  package func plain() -> (twin: RefinementTwin, statistics: [(meanLoss: Double, errorRate: Double)]) {
    let start = prototypes.flatMap { $0 }.map { self.start(of: $0) }
    var twin = RefinementTwin(
      recipe: recipe, weights: start.map(\.weights),
      biases: distance == .euclidean ? start.map(\.bias) : nil, classOfLane: classOfLane,
      rates: recipe.ratesFeatures && isSparse ? rates : nil,
      ownParts: distance == .cosine ? prototypes.joined().map { recipe.scale / $0.sumScale } : nil)
    let statistics = twin.run(usable.map { document(Int($0)) }, seed: seed)
    return (twin, statistics)
  }

  private var rates: [Double] {
    FeatureRatesTwin.rates(
      rows, scales: rows.indices.map { document($0).scale }, classes: classes,
      documents: usable.map { Int($0) })
  }

  private func start(of prototype: Prototype) -> (weights: [Double], bias: Double) {
    var weights = [Double](repeating: 0, count: rows[0].count)
    let center = prototype.center
    for (position, value) in center.values.enumerated() {
      weights[center.isSparse ? Int(center.columns[position]) : position] = value
    }
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    switch distance {
    case .cosine:
      return (weights.map { squares > 0 ? $0 * recipe.scale / squares.squareRoot() : 0 }, 0)
    case .euclidean:
      let unit = Double(unit)
      return (weights.map { $0 * recipe.scale * unit }, -recipe.scale * unit * unit * squares / 2)
    }
  }

  /// How much a document counts beside the others, in single precision as training has it.
  private func relativeWeight(of row: Int) -> Double {
    guard let weights, weights.contains(where: { $0 > 0 }) else { return 1 }
    let total = weights.reduce(0.0) { $0 + Double($1) }
    return Double(Float(Double(weights[row]) * Double(weights.count) / total))
  }

  private func document(_ row: Int) -> RefinementTwin.Document {
    let values = rows[row].map { Double($0) }
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return RefinementTwin.Document(
      terms: values.indices.filter { values[$0] != 0 }.map { ($0, values[$0]) },
      scale: distance == .cosine ? 1 / length : Double(unit), classIndex: classes[row],
      weight: relativeWeight(of: row), mass: Double(weights?[row] ?? 1), row: row)
  }
}
