/// What models that have not seen the rows say about their labels: which are probably wrong, which classes look like one,
/// and which look like several.
///
/// Each row is answered by a model that was trained without it (``FoldModels``), or by one that the caller says has not
/// seen it. The rows are ranked by how far another class scores above the given one. An error is probable where the other
/// class is as sure as it is, on average, of rows that carry its label: the rule of confident learning (Northcutt, Jiang and
/// Chuang 2021, doi:10.1613/jair.1.12125), on calibrated confidences.
package struct LabelAudit: Sendable {
  package let classes: ClassDictionary
  /// Of each row, the class of its label.
  package let given: [Int32]
  let verdicts: [RowVerdict]
  /// Of each row, the confidence in the suggested class and in the given one; 0 where no model could be asked.
  package let confidences: [Float]
  package let labelConfidences: [Float]
  /// All rows, the most doubtful first; those that no model could be asked about come last.
  package let order: [Int]
  package let isProbable: [Bool]
  /// Sub-topics of the classes that look most like several, in falling order of their gain.
  package let mixedClasses: [MixedClass]

  /// Settings of an audit.
  package struct Settings: Sendable {
    /// Each is answered by a model of the others.
    package var foldCount = 5
    /// Reasons for a suggestion, at most.
    package var reasonCount = 5
    /// Classes that look like several, at most.
    package var mixedCount = 20

    package init() {}
  }

  /// A class whose documents lie nearer to its prototypes than to the prototypes' mean, though none of these has seen them.
  package struct MixedClass: Sendable, Equatable {
    package let classIndex: Int
    /// The share of the distance to the mean that the prototypes take away, 0...1.
    package let gain: Double
    package let subTopics: [SubTopic]
  }

  /// One prototype of a class.
  package struct SubTopic: Sendable, Equatable {
    /// The share of the class's documents that it stands for.
    package let share: Double
    /// What sets it apart from the others of its class, the strongest first.
    package let features: [Int]
  }
}

extension LabelAudit {
  /// Trains a model for each fold of the rows and asks it about them.
  ///
  /// - Throws: ``InputError``; ``OptionsError`` for folds out of range; whatever `progress` throws.
  /// - Complexity: that of about two fits for five folds; memory O(rows + non-zeros), never rows x classes.
  /// - Determinism: the same bits for any number of threads.
  package init(
    _ rows: FeatureRows, labels: LabelColumn, options: TrainingOptions, settings: Settings = Settings(),
    progress: ProgressHandler? = nil
  ) throws {
    var pool = try Pool(labels, rowCount: rows.rowCount)
    let learner = Learner(options: try options.validated())
    try learner.forEachFold(
      of: rows, labels: labels, foldCount: settings.foldCount, progress: progress
    ) { model, heldOut, rows, declared in
      try pool.ask(model, heldOut, rows, settings, declared)
    }
    guard pool.verdicts.contains(where: { $0.suggested >= 0 && !$0.margin.isNaN }) else {
      throw InputError.badLabels(
        found: "all different, or all of one class except for single rows",
        expected: "two rows or more of two classes at least: a label is judged by other rows that have it")
    }
    self.init(pool, calibration: nil, settings)
  }

  /// Asks a model that has not seen the rows.
  ///
  /// - Throws: ``InputError/featureCountMismatch(expected:found:)``, ``ClassifierError/labelTypeChanged(expected:found:)``.
  package init(
    _ rows: FeatureRows, labels: LabelColumn, model: ModelStorage, settings: Settings = Settings()
  ) throws {
    guard rows.rowCount > 0 else { throw InputError.noRows }
    var pool = try Pool(labels, rowCount: rows.rowCount, known: model.classes)
    try pool.ask(model, Array(0..<rows.rowCount), rows, settings) { $0 }
    self.init(pool, calibration: model.calibration?.reach == nil ? nil : model.calibration, settings)
  }

  /// What has been asked so far.
  private struct Pool {
    let classes: ClassDictionary
    let given: [Int32]
    var verdicts: [RowVerdict]
    /// Those of the first model, for classes with several.
    var subTopics: [Int: [SubTopic]] = [:]
    private var isFirst = true

    init(_ labels: LabelColumn, rowCount: Int, known: ClassDictionary = ClassDictionary()) throws {
      guard labels.count == rowCount else {
        throw InputError.lengthMismatch(what: "labels", expected: rowCount, found: labels.count)
      }
      var classes = known
      given = try classes.encode(labels)
      self.classes = classes
      verdicts = [RowVerdict](repeating: RowVerdict(), count: rowCount)
    }

    mutating func ask(
      _ model: ModelStorage, _ heldOut: [Int], _ rows: FeatureRows, _ settings: Settings,
      _ declared: (Int) -> Int
    ) throws {
      let judge = try RowJudge(model, classes: classes, reasonCount: settings.reasonCount)
      let found = try judge.verdicts(rows, given: heldOut.map { given[$0] }, declared: declared)
      for (row, verdict) in zip(heldOut, found) { verdicts[row] = verdict }
      guard isFirst else { return }
      isFirst = false
      for (index, label) in model.classes.labels.enumerated()
      where model.classStarts[index + 1] - model.classStarts[index] > 1 {
        guard let own = classes.index(of: label) else { continue }
        subTopics[own] = model.subTopics(ofClass: index, featureCount: LabelAudit.featureCount).map {
          SubTopic(share: $0.share, features: $0.features.map(declared))
        }
      }
    }
  }

  private init(_ pool: Pool, calibration: Calibration?, _ settings: Settings) {
    let verdicts = pool.verdicts
    (classes, given, self.verdicts) = (pool.classes, pool.given, verdicts)
    let calibration = calibration ?? .fitted(to: HeldOutScores(verdicts)) ?? .uncalibrated
    let count = pool.classes.count
    var (confidences, labelConfidences) = ([Float](), [Float]())
    for verdict in verdicts {
      let (best, own) = verdict.confidences(calibration, classCount: count)
      confidences.append(best)
      labelConfidences.append(own)
    }
    var sums = [(total: Double, count: Int)](repeating: (0, 0), count: count)
    for (row, verdict) in verdicts.enumerated() where !verdict.margin.isNaN {
      sums[Int(given[row])].total += Double(labelConfidences[row])
      sums[Int(given[row])].count += 1
    }
    let thresholds = sums.map { $0.count > 0 ? Float($0.total / Double($0.count)) : 1 }
    isProbable = verdicts.indices.map { row in
      verdicts[row].margin > 0 && confidences[row] >= thresholds[Int(verdicts[row].suggested)]
    }
    (self.confidences, self.labelConfidences) = (confidences, labelConfidences)
    // NaN is below everything.
    let keys = verdicts.map { $0.margin.isNaN ? -Float.infinity : $0.margin }
    order = verdicts.indices.sorted { (keys[$1], $0) < (keys[$0], $1) }
    mixedClasses = Self.mixedClasses(pool, limit: settings.mixedCount)
  }

  private static func mixedClasses(_ pool: Pool, limit: Int) -> [MixedClass] {
    var sums = [(own: Double, mean: Double)](repeating: (0, 0), count: pool.classes.count)
    for (index, verdict) in zip(pool.given, pool.verdicts) {
      guard let spread = verdict.spread else { continue }
      sums[Int(index)].own += spread.own
      sums[Int(index)].mean += spread.mean
    }
    let gains = sums.enumerated().compactMap { index, sum -> (index: Int, gain: Double)? in
      sum.mean > 1e-9 && sum.own < sum.mean ? (index, 1 - sum.own / sum.mean) : nil
    }
    return gains.sorted { ($1.gain, $0.index) < ($0.gain, $1.index) }.prefix(limit).compactMap {
      index, gain in
      pool.subTopics[index].map { MixedClass(classIndex: index, gain: gain, subTopics: $0) }
    }
  }

  /// Features that a sub-topic is named by.
  fileprivate static let featureCount = 6
}

extension HeldOutScores {
  /// Of the rows that somebody could be asked about; of many rows some, at equal distances.
  fileprivate init(_ verdicts: [RowVerdict]) {
    self.init()
    let step = max(1, verdicts.count / 20_000)
    for row in stride(from: 0, to: verdicts.count, by: step) where !verdicts[row].margin.isNaN {
      let (best, place) = (verdicts[row].best, verdicts[row].givenPlace)
      guard best.count > 1 else { continue }
      margins.append(Double(best.scores[0] - best.scores[1]))
      isRight.append(place == 0)
      topScores.append((0..<best.count).map { best.scores[$0] })
      truePlaces.append(place < 0 ? nil : place)
    }
  }
}

extension RowVerdict {
  /// The confidence in the suggested class and in the given one. What lies beyond the best classes shares alike.
  fileprivate func confidences(_ calibration: Calibration, classCount: Int) -> (best: Float, own: Float) {
    guard suggested >= 0, let reach = calibration.reach else { return (0, 0) }
    let (near, beyond) = calibration.probabilities(best, reach: reach, classCount: classCount)
    guard givenPlace < 0 else { return (near[0], near[givenPlace]) }
    return (near[0], margin.isNaN ? 0 : Float(beyond / Double(max(1, classCount - best.count))))
  }
}

extension ModelStorage {
  /// The prototypes of a class: their shares of its documents, and the features whose weight lies furthest above that of
  /// the same feature in any other prototype of the class.
  ///
  /// - Complexity: O(stored values of the class).
  fileprivate func subTopics(ofClass index: Int, featureCount: Int) -> [(share: Double, features: [Int])] {
    let members = classStarts[index]..<classStarts[index + 1]
    let total = max(1e-300, members.reduce(0) { $0 + prototypes.masses[$1] })
    return members.map { member in
      var elsewhere: [Int: Double] = [:]
      for sibling in members where sibling != member {
        for (column, value) in prototypes.row(sibling) {
          elsewhere[column] = max(elsewhere[column] ?? 0, value)
        }
      }
      let own = prototypes.row(member).map {
        (column: $0.column, lead: $0.value - (elsewhere[$0.column] ?? 0))
      }
      let leading = own.filter { $0.lead > 0 }.sorted { ($1.lead, $0.column) < ($0.lead, $1.column) }
      return (prototypes.masses[member] / total, leading.prefix(featureCount).map(\.column))
    }
  }
}

extension LabelAudit {
  /// Two classes, of which one was suggested for documents of the other.
  package struct Pair: Sendable, Equatable {
    package let given: Int
    package let suggested: Int
    /// Documents of the given class for which the other was suggested, and those among them that are probable errors.
    package let documentCount: Int
    package let probableCount: Int
    /// How much the two look like one: the share of either that is taken for the other, added up. 0: never confused; about 1:
    /// not to be told apart, whatever their sizes.
    package let overlap: Double
  }

  /// Documents of each class that were judged.
  package var documentCounts: [Int] {
    var counts = [Int](repeating: 0, count: classes.count)
    for (index, verdict) in zip(given, verdicts) where !verdict.margin.isNaN { counts[Int(index)] += 1 }
    return counts
  }

  /// Probable errors of one class.
  package struct ErrorShare: Sendable, Equatable {
    package let classIndex: Int
    package let documentCount: Int
    package let probableCount: Int

    /// 0...1.
    package var share: Double { ClassMetrics.ratio(probableCount, documentCount) }
  }

  /// Probable errors of every class that was judged, those with the largest share first.
  ///
  /// - Complexity: O(rows + n log n) for n classes.
  package var errorShares: [ErrorShare] {
    var probable = [Int](repeating: 0, count: classes.count)
    for (row, index) in given.enumerated() where isProbable[row] { probable[Int(index)] += 1 }
    return documentCounts.enumerated().filter { $1 > 0 }.map {
      ErrorShare(classIndex: $0, documentCount: $1, probableCount: probable[$0])
    }.sorted {
      ($1.share, $1.documentCount, $0.classIndex) < ($0.share, $0.documentCount, $1.classIndex)
    }
  }

  /// Every pair of classes that was confused, the most probable errors first.
  ///
  /// - Complexity: O(rows + n log n) for n pairs.
  package var pairs: [Pair] {
    var counts: [SIMD2<Int32>: (documents: Int, probable: Int)] = [:]
    for (row, verdict) in verdicts.enumerated() where verdict.margin > 0 {
      counts[SIMD2(given[row], verdict.suggested), default: (0, 0)].documents += 1
      if isProbable[row] { counts[SIMD2(given[row], verdict.suggested), default: (0, 0)].probable += 1 }
    }
    let sizes = documentCounts
    func share(_ pair: SIMD2<Int32>) -> Double {
      ClassMetrics.ratio(counts[pair]?.documents ?? 0, sizes[Int(pair.x)])
    }
    return counts.map { pair, count in
      Pair(
        given: Int(pair.x), suggested: Int(pair.y), documentCount: count.documents,
        probableCount: count.probable, overlap: share(pair) + share(SIMD2(pair.y, pair.x)))
    }.sorted {
      ($1.probableCount, $1.documentCount, $0.given, $0.suggested)
        < ($0.probableCount, $0.documentCount, $1.given, $1.suggested)
    }
  }

  /// Pairs of classes that look like one, the most alike first, each once.
  ///
  /// - Parameter least: the overlap from which on.
  package func alike(from least: Double = 0.5) -> [Pair] {
    var alike: [SIMD2<Int>: Pair] = [:]
    for pair in pairs where pair.overlap >= least {
      let key = SIMD2(min(pair.given, pair.suggested), max(pair.given, pair.suggested))
      if alike[key].map({ $0.documentCount < pair.documentCount }) ?? true { alike[key] = pair }
    }
    return alike.values.sorted {
      ($1.overlap, $0.given, $0.suggested) < ($0.overlap, $1.given, $1.suggested)
    }
  }

  /// By how much the score of the suggested class of a row lies above that of the given one; below 0 where the given one is
  /// the best, by how much it lies above the second. NaN where the row could not be judged: no other row has its label, or
  /// the model does not know it.
  package func margin(_ row: Int) -> Float { verdicts[row].margin }

  /// Rows that could not be judged.
  package var unjudgedCount: Int { verdicts.count { $0.margin.isNaN } }

  /// The class that fits each row best; the given one where nobody could be asked.
  package func suggested(_ row: Int) -> Int {
    let index = Int(verdicts[row].suggested)
    return index >= 0 && !verdicts[row].margin.isNaN ? index : Int(given[row])
  }

  /// What spoke for the suggested class of a row and against the given one.
  package func reasons(_ row: Int) -> [(feature: Int, lead: Float)] { verdicts[row].reasons }

  /// The best prototype of the suggested class, counted within the class; -1 where nobody could be asked.
  package func prototype(_ row: Int) -> Int { Int(verdicts[row].prototype) }

  /// The similarity of a row to the prototype that answered it; NaN where nobody could be asked.
  package func similarity(_ row: Int) -> Float { verdicts[row].similarity }

  /// Rows without any feature that the others have, ascending.
  package var unknownRows: [Int] { verdicts.indices.filter { verdicts[$0].isUnknown } }

  /// The rows that lie furthest from every prototype, the furthest first; those without known features are not among them.
  ///
  /// - Parameter share: of the rows, 0...1.
  package func outliers(share: Double) -> [Int] {
    let known = verdicts.indices.filter { !verdicts[$0].isUnknown && !verdicts[$0].similarity.isNaN }
    let sorted = known.sorted { (verdicts[$0].similarity, $0) < (verdicts[$1].similarity, $1) }
    return Array(sorted.prefix(Int((share * Double(known.count)).rounded(.up))))
  }
}
