/// Refines without some of the classes, to see what a model says about documents of classes that it does not know.
///
/// To leave a class out of the answers of a model that was trained with it is not enough: the others were pushed away
/// from its documents, and seem to know strangers too well (measured on wordnet-lex: a rate of 5 % came out as 25 %).
/// The k-means prototypes of a class depend on no other class, so one short pass over some thousand documents is all
/// that a trial takes.
struct UnknownClassTrial {
  var prototypes: [[Prototype]]
  var documents: TrainingSet
  /// Documents to learn from, of which those of the classes left out stand for unknown ones; and documents that nothing
  /// has seen, of which those of the other classes stand for known ones.
  var split: HeldOutSplit
  var recipe: RefinementRecipe
  var options: TrainingOptions
  var workers: Int
  var progress: ProgressReporter

  /// Of the classes, the share that is left out.
  private static let leftOutShare = 0.2
  /// Enough for a model that ranks known against unknown as the whole one does.
  static let trainingCount = 8_000
  private static let unknownCount = 1_000
  /// With more prototypes, a trial looks at some of the classes.
  private static let laneLimit = 2_000

  /// - Parameters:
  ///   - step: draws the classes; different ones for each trial of a fit.
  /// - Returns: nothing where fewer than two classes would be left.
  func run(step: UInt64) throws -> OpenSet.Trial {
    var random = CounterRandom(seed: options.seed, stream: 0xC1A55, step: step)
    let classes = chosenClasses(&random)
    let leftOutCount = max(1, Int(Self.leftOutShare * Double(classes.count)))
    var trial = OpenSet.Trial()
    guard classes.count - leftOutCount >= 2 else { return trial }
    let kept = classes[leftOutCount...].sorted()
    // -1: left out; -2: not looked at.
    var newIndices = [Int32](repeating: -2, count: prototypes.count)
    for index in classes[..<leftOutCount] { newIndices[index] = -1 }
    for (position, index) in kept.enumerated() { newIndices[index] = Int32(position) }
    let numbers = documents.classes.map { $0 < 0 ? -2 : newIndices[Int($0)] }
    let members = kept.map { prototypes[$0] }
    let relabelled = documents.relabelled(numbers, classCount: members.count)
    let table = try refined(members, relabelled, &random)
    func features(_ chosen: [Int32]) throws -> [OpenSetFeatures] {
      try table.heldOutScores(chosen, of: relabelled, workers: workers)
        .openSetFeatures(documents: chosen, rows: documents.rows, prototypes: members)
        .map {
          OpenSetFeatures(classIndex: kept[$0.classIndex], logOdds: $0.logOdds, seenShare: $0.seenShare)
        }
    }
    guard table.isFinite else { return trial }
    trial.known = try features(split.heldOut.filter { numbers[Int($0)] >= 0 })
    trial.unknown = try features(
      drawn(
        Self.unknownCount, of: (split.training + split.heldOut).filter { numbers[Int($0)] == -1 }, &random))
    return trial
  }

  private func refined(
    _ members: [[Prototype]], _ rows: TrainingSet, _ random: inout CounterRandom
  ) throws -> RefinementTable {
    let table = try RefinementTable(
      members, featureCount: rows.featureCount, scale: recipe.scale,
      unit: options.distance == .euclidean ? rows.unit : nil)
    let chosen = drawn(Self.trainingCount, of: split.training.filter { rows.classes[Int($0)] >= 0 }, &random)
    try progress.begin(.refining, total: chosen.count)
    var rows = rows
    rows.featureRates = recipe.ratesFeatures ? FeatureRates(rows, documents: chosen) : nil
    _ = try Refinement(recipe: recipe.lasting(1), seed: options.seed, workers: workers, progress: progress)
      .run(table, rows: rows, documents: chosen)
    return table
  }

  /// Classes that have documents, in an order drawn by lot; as many as the limit allows.
  private func chosenClasses(_ random: inout CounterRandom) -> [Int] {
    var classes = prototypes.indices.filter {
      documents.partition.count(of: $0) > 0 && !prototypes[$0].isEmpty
    }
    random.shuffle(&classes)
    var (lanes, count) = (0, 0)
    for index in classes {
      lanes += prototypes[index].count
      guard lanes <= Self.laneLimit else { break }
      count += 1
    }
    return Array(classes[..<count])
  }

  /// Some of the documents, by lot, ascending.
  private func drawn(_ count: Int, of documents: [Int32], _ random: inout CounterRandom) -> [Int32] {
    guard documents.count > count else { return documents }
    var documents = documents
    random.shuffle(&documents, first: count)
    return documents[..<count].sorted()
  }
}
