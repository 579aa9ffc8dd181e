import FastKMeansCore

/// What the analyzer `auto` became for some labelled documents, and why.
package struct AnalyzerChoice: Sendable, Equatable {
  /// Why it became what it became.
  package enum Reason: String, Sendable {
    /// It did best on documents that were held out.
    case heldOut = "held_out"
    /// Most letters are of scripts whose words it takes more than blanks to find.
    case script
    /// There are too few documents to hold some out.
    case fewDocuments = "few_documents"
    /// The mode `reference` reads words.
    case mode
    /// There is so much text that the n-grams of its characters would take gigabytes.
    case size
  }

  /// How one way to read did on held-out documents.
  package struct Trial: Sendable, Equatable {
    package let analyzer: TextAnalyzer
    /// The sizes of n-grams of words.
    package let ngrams: ClosedRange<Int>
    /// The share of the held-out documents that came out right, 0...1.
    package let accuracy: Double
  }

  package let analyzer: TextAnalyzer
  /// The sizes of n-grams of words.
  package let ngrams: ClosedRange<Int>
  package let reason: Reason
  /// In the order in which they were tried; empty for other reasons than ``Reason/heldOut``.
  package let trials: [Trial]
  /// How many documents were held out to judge.
  package let heldOutCount: Int
}

extension AnalyzerChoice {
  /// Makes options definite by labelled documents; nothing is tried where the analyzer is named.
  ///
  /// - Parameters:
  ///   - documents: those that the vocabulary is to be learned from.
  ///   - labels: one for each document.
  ///   - progress: called now and then; an error that it throws ends the call.
  /// - Returns: the options to vectorise with, and the choice; `nil` where there was none to make.
  /// - Throws: ``InputError``; whatever `progress` throws.
  /// - Complexity: trials read ``mostBytes`` and learn from ``mostDocuments`` at most.
  /// - Determinism: the same documents, labels, options and seed give the same choice for any number of threads.
  package static func choose(
    _ documents: UTF8Documents, labels: LabelColumn, text: TextOptions, training: TrainingOptions,
    progress: ProgressHandler? = nil
  ) throws -> (text: TextOptions, choice: AnalyzerChoice?) {
    try documents.withDocuments {
      try choose($0, labels: labels, text: text, training: training, progress: progress)
    }
  }

  /// The same for documents in memory that the caller owns.
  package static func choose(
    _ documents: DocumentBytes, labels: LabelColumn, text: TextOptions, training: TrainingOptions,
    progress: ProgressHandler? = nil
  ) throws -> (text: TextOptions, choice: AnalyzerChoice?) {
    guard text.analyzer == .auto else { return (text, nil) }
    guard labels.count == documents.count else {
      throw InputError.lengthMismatch(what: "labels", expected: documents.count, found: labels.count)
    }
    let labels = labels.sorted
    func choice(_ options: TextOptions, _ reason: Reason) -> (TextOptions, AnalyzerChoice) {
      let choice = AnalyzerChoice(
        analyzer: options.analyzer, ngrams: options.wordNGrams, reason: reason, trials: [], heldOutCount: 0)
      return (options, choice)
    }
    guard training.mode.trainer == nil else { return choice(text.definite, .mode) }
    if TextScript.share(in: documents) >= TextScript.leastShare {
      return choice(text.reading(.charWB), .script)
    }
    guard documents.offsets[documents.count] - documents.offsets[0] <= Sample.mostBytesInAll else {
      return choice(text.definite, .size)
    }
    let sample = Sample.positions(documents, labels, seed: training.seed)
    guard sample.count >= Sample.leastDocuments, Set(sample.map { labels.indices[$0] }).count > 1 else {
      return choice(text.definite, .fewDocuments)
    }
    var trials = try AnalyzerTrials(
      sample: documents.selecting(sample), labels: labels.selectingRows(sample),
      share: Double(sample.count) / Double(documents.count), text: text, training: training,
      progress: progress)
    return try trials.choose()
  }
}

extension AnalyzerChoice {
  /// The trials as reports have them; where there were none, what was taken and why.
  package var json: [JSON] {
    guard !trials.isEmpty else {
      return [
        .fields([
          "subject": .string("analyzer"), "candidate": .string(Self.name(analyzer, ngrams)),
          "accuracy": .null,
          "rows": .integer(0), "taken": .bool(true), "reason": .string(reason.rawValue),
        ])
      ]
    }
    return trials.map { trial in
      TrainingChoice(
        subject: "analyzer", candidate: Self.name(trial.analyzer, trial.ngrams), accuracy: trial.accuracy,
        rowCount: heldOutCount, isTaken: trial.analyzer == analyzer && trial.ngrams == ngrams
      ).json
    }
  }

  /// How a report names a way to read.
  package static func name(_ analyzer: TextAnalyzer, _ ngrams: ClosedRange<Int>) -> String {
    ngrams == 1...1
      ? analyzer.rawValue : "\(analyzer.rawValue) with n-grams \(ngrams.lowerBound)-\(ngrams.upperBound)"
  }
}

/// The documents that take part in trials.
private enum Sample {
  static let leastDocuments = 20
  /// Each byte of text begins some four n-grams of characters, of eight bytes each as rows have them: a gigabyte.
  static let mostBytesInAll = 32 << 20
  static let mostDocuments = 6_000
  /// Of all documents together.
  static let mostBytes = 3 << 19
  /// Of one document; longer ones take no part.
  static let mostBytesOfDocument = 1 << 16
  /// Fewer classes take part where all of them would have fewer documents each than this.
  static let leastDocumentsOfClass = 8.0

  /// Each class's share of the documents, as many as the limits allow; ascending.
  static func positions(_ documents: DocumentBytes, _ labels: LabelColumn, seed: UInt64) -> [Int] {
    let lengths = (0..<documents.count).map { documents.offsets[$0 + 1] - documents.offsets[$0] }
    var members = [[Int]](repeating: [], count: labels.labels.count)
    var (count, byteCount) = (0, 0)
    for (row, index) in labels.indices.enumerated() where lengths[row] <= mostBytesOfDocument {
      members[Int(index)].append(row)
      count += 1
      byteCount += lengths[row]
    }
    members.removeAll(where: \.isEmpty)
    let budget = Double(min(mostDocuments, mostBytes * count / max(1, byteCount)))
    guard Double(count) > budget else { return members.joined().sorted() }
    let mean = Double(count) / Double(members.count)
    let wanted = min(mean, max(leastDocumentsOfClass, budget / Double(members.count)))
    var random = CounterRandom(seed: seed, stream: 0xA0A1_0000_0000)
    random.shuffle(&members)
    var chosen: [Int] = []
    for var rows in members.prefix(max(2, Int(budget / wanted))) {
      random.shuffle(&rows)
      let share = Int(wanted / mean * Double(rows.count) + random.nextUnit())
      chosen += rows.prefix(max(2, share))
    }
    return chosen.sorted()
  }
}

/// Tries ways to read on held-out documents, each against the best one before it.
private struct AnalyzerTrials {
  private static let foldCount = 4
  /// A column of a sample's hashed terms seldom has two of them beyond this.
  private static let mostHashingBits = 16

  private let sample: UTF8Documents
  private let labels: LabelColumn
  private let training: TrainingOptions
  private let progress: ProgressHandler?
  private let folds: StratifiedFolds
  private let candidates: [TextOptions]
  /// What document frequencies of the sample's training part are multiples of.
  private let share: Double
  /// Of each candidate, for each fold so far, which of its documents came out right.
  private var right: [[[Bool]]]

  init(
    sample: UTF8Documents, labels: LabelColumn, share: Double, text: TextOptions, training: TrainingOptions,
    progress: ProgressHandler?
  ) throws {
    (self.sample, self.labels, self.training, self.progress) = (sample, labels, training, progress)
    folds = try StratifiedFolds(labels, count: Self.foldCount, seed: training.seed)
    let letters = text.reading(.wordAndCharWB)
    var pairs = letters
    pairs.ngrams = 1...2
    candidates = [text.reading(.word), letters] + (text.ngrams == nil ? [pairs] : [])
    self.share = share * Double(Self.foldCount - 1) / Double(Self.foldCount)
    right = candidates.map { _ in [] }
  }

  /// Words stay unless letters are better beyond chance; pairs of words are tried beside letters alone.
  mutating func choose() throws -> (TextOptions, AnalyzerChoice) {
    var best = 0
    for challenger in candidates.indices.dropFirst() where best == challenger - 1 {
      if try isBetter(challenger, than: best) { best = challenger }
    }
    let foldCount = right.map(\.count).filter { $0 > 0 }.min() ?? 0
    let trials = zip(candidates, right).filter { !$1.isEmpty }.map { candidate, right in
      let judged = right.prefix(foldCount).joined()
      return AnalyzerChoice.Trial(
        analyzer: candidate.analyzer, ngrams: candidate.wordNGrams,
        accuracy: Double(judged.count { $0 }) / Double(max(1, judged.count)))
    }
    let chosen = candidates[best]
    return (
      chosen,
      AnalyzerChoice(
        analyzer: chosen.analyzer, ngrams: chosen.wordNGrams, reason: .heldOut, trials: trials,
        heldOutCount: right[0].prefix(foldCount).joined().count)
    )
  }

  /// Whether one candidate is right more often where they differ, by more than two standard errors of chance; folds are
  /// judged until it is plain.
  private mutating func isBetter(_ challenger: Int, than best: Int) throws -> Bool {
    var (lead, differing) = (0, 0)
    for fold in 0..<Self.foldCount {
      for (new, old) in zip(try judged(challenger, fold), try judged(best, fold)) where new != old {
        lead += new ? 1 : -1
        differing += 1
      }
      if lead * lead > (lead > 0 ? 4 : 1) * differing || lead <= 0 && fold > 0 { break }
    }
    return lead > 0 && lead * lead > 4 * differing
  }

  private mutating func judged(_ candidate: Int, _ fold: Int) throws -> [Bool] {
    if right[candidate].count == fold { right[candidate].append(try judge(candidates[candidate], fold)) }
    return right[candidate][fold]
  }

  private func judge(_ options: TextOptions, _ fold: Int) throws -> [Bool] {
    let (known, new) = (folds.rows(butOf: fold), folds.rows(of: fold))
    var options = options
    func scaled(_ count: Int) -> Int { max(1, Int((Double(count) * share).rounded())) }
    options.minDocumentFrequency = scaled(options.minDocumentFrequency)
    options.maxDocumentFrequency = options.maxDocumentFrequency.map(scaled)
    if options.hashingBits ?? 0 > Self.mostHashingBits { options.hashingBits = nil }
    do {
      let fitted = try TFIDFVectorizer.fitTransform(
        sample.selecting(known), options: options, workers: training.threadCount)
      let unseen = try fitted.vectorizer.transform(sample.selecting(new), workers: training.threadCount).rows
      return try RefinementTrainer.trial(
        .sparse(fitted.rows.appending(unseen)), classes: (known + new).map { labels.indices[$0] },
        trainingCount: known.count, options: training, progress: progress)
    } catch is TextError {
      // Nothing to read, nothing right.
      return new.map { _ in false }
    }
  }
}

extension CSRMatrix {
  /// These rows, and after them those of another matrix with the same columns.
  fileprivate func appending(_ other: CSRMatrix) -> CSRMatrix {
    CSRMatrix(
      unchecked: columnCount,
      rowOffsets: rowOffsets + other.rowOffsets.dropFirst().map { $0 + rowOffsets[rowCount] },
      columns: columns + other.columns, values: values + other.values)
  }
}
