extension TextClassifier {
  /// Learns to classify texts, all at once or batch after batch.
  ///
  /// A value: a copy is independent, and a call that throws changes nothing. The asynchronous forms do their work on a
  /// separate thread and stop soon after their task is cancelled.
  public struct Learner: Sendable {
    private var learner: FastKMeansClassifier<Label>
    /// nil until a vocabulary has been learned.
    private var vectorizer: TFIDFVectorizer?
    private let textOptions: TextOptions
    /// What the analyzer `auto` became when the vocabulary was learned; nil before, and where the options name one.
    package private(set) var analyzerChoice: AnalyzerChoice?
    /// Texts about classes, by label. They are learned as documents: a call of `fit` finds out on held-out documents how much one
    /// counts, `learn` takes those of classes that are not known yet, as one document each. So a class can be answered that no
    /// document has.
    public var classDescriptions: [String: String] = [:]

    /// Makes a learner that has seen nothing.
    ///
    /// ```swift
    /// let learner = try TextClassifier.Learner { $0.text.ngrams = 1...2 }
    /// ```
    ///
    /// - Parameters:
    ///   - options: how it reads texts and learns; every option has a default.
    ///   - configure: sets those that differ.
    /// - Throws: ``OptionsError`` with the option, its value and what is allowed.
    public init(_ options: Options = Options(), configure: (inout Options) -> Void = { _ in }) throws {
      var options = options
      configure(&options)
      learner = try FastKMeansClassifier(options.training)
      textOptions = try options.text.validated()
    }

    /// Makes a learner that goes on from where a classifier stopped, as if it never had.
    public init(resuming classifier: TextClassifier) {
      learner = FastKMeansClassifier(resuming: classifier.contents.model)
      vectorizer = classifier.vectorizer
      textOptions = classifier.vectorizer.options
    }

    /// The options of this learner.
    package var options: Options { Options(text: textOptions, training: learner.options) }

    /// The classes seen so far, in the order in which they came; those that came together are sorted.
    public var classes: [String] { learner.classes.map(\.description) }

    /// An immutable classifier of what has been learned so far.
    ///
    /// - Throws: ``ClassifierError/notFitted`` before anything has been learned.
    /// - Complexity: O(stored values).
    public func classifier() throws -> TextClassifier {
      try TextClassifier(ModelContents(model: learner.model, vectorizer: vectorizer))
    }
  }
}

extension TextClassifier.Learner {
  /// Learns from all texts at once; what was learned before is forgotten unless `training.isWarmStart` is set.
  ///
  /// - Parameters:
  ///   - texts: at least one for each of two classes.
  ///   - labels: the class of each text.
  ///   - sampleWeights: how much each text counts, 0 or more; nil means 1 each.
  ///   - progress: called now and then on this thread; an error that it throws cancels the call.
  /// - Returns: what happened: epochs, prototypes, how refinement ended.
  /// - Throws: ``InputError`` about texts, labels or weights; ``TextError`` if no term remains; whatever `progress`
  ///   throws.
  @discardableResult
  public mutating func fit(
    _ texts: [String], labels: [String], sampleWeights: [Double]? = nil, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try update(with: texts, labels, sampleWeights, keepsVectorizer: learner.options.isWarmStart, progress) {
      learner, rows, labels, descriptionCount in
      guard descriptionCount > 0 else {
        return try learner.fit(rows, labels: labels, sampleWeights: sampleWeights, progress: progress)
      }
      let found = try rows.withRows {
        try DescriptionWeights(
          $0, labels: labels, descriptionCount: descriptionCount, sampleWeights: sampleWeights,
          options: learner.options, progress: progress)
      }
      var report = try learner.fit(rows, labels: labels, sampleWeights: found.weights, progress: progress)
      report.choices = found.choices + report.choices
      return report
    }
  }

  /// Learns from one batch of texts; a label that was never seen before is a new class.
  ///
  /// The batch is learned whole or not at all. The first batch also gives the vocabulary, unless `text.hashingBits` is set:
  /// make it a large one. Words that the vocabulary lacks do not count later. The analyzer `auto` is decided then, too.
  ///
  /// - Parameters:
  ///   - texts: at least one.
  ///   - labels: the class of each text.
  ///   - sampleWeights: how much each text counts, 0 or more; nil means 1 each.
  ///   - progress: called now and then on this thread; an error that it throws cancels the call.
  /// - Returns: what happened, new classes included.
  /// - Throws: as ``fit(_:labels:sampleWeights:progress:)-(_,_,_,ProgressHandler?)``; one class is enough.
  @discardableResult
  public mutating func learn(
    _ texts: [String], labels: [String], sampleWeights: [Double]? = nil, progress: ProgressHandler? = nil
  ) throws -> TrainingReport {
    try update(with: texts, labels, sampleWeights, keepsVectorizer: true, progress) {
      learner, rows, labels, descriptionCount in
      try learner.fitBatch(
        rows, labels: labels,
        sampleWeights: sampleWeights.map { $0 + [Double](repeating: 1, count: descriptionCount) },
        progress: progress)
    }
  }

  private mutating func update(
    with texts: [String], _ labels: [String], _ sampleWeights: [Double]?, keepsVectorizer: Bool,
    _ progress: ProgressHandler?,
    _ body: (inout FastKMeansClassifier<Label>, Features, LabelColumn, _ descriptionCount: Int) throws
      -> TrainingReport
  ) throws -> TrainingReport {
    guard labels.count == texts.count else {
      throw InputError.lengthMismatch(what: "labels", expected: texts.count, found: labels.count)
    }
    guard !texts.isEmpty else { throw InputError.noRows }
    guard sampleWeights?.count ?? texts.count == texts.count else {
      throw InputError.lengthMismatch(
        what: "sample weights", expected: texts.count, found: sampleWeights?.count ?? 0)
    }
    let known = keepsVectorizer ? Set(classes) : []
    let described = classDescriptions.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }
    let (texts, labels) = (texts + described.map(\.value), labels + described.map(\.key))
    let workers = learner.options.threadCount
    let column = try LabelColumn(keepsVectorizer ? labels.map(stored) : labels.map(\.label))
    let fitted = try keepsVectorizer ? vectorizer ?? hashingVectorizer() : nil
    let report: TrainingReport
    if let fitted {
      report = try body(
        &learner, .sparse(fitted.transform(texts, workers: workers)), column, described.count)
      vectorizer = fitted
    } else {
      let documents = UTF8Documents(texts)
      let chosen = try AnalyzerChoice.choose(
        documents, labels: column, text: textOptions, training: learner.options, progress: progress)
      let text = try TFIDFVectorizer.fitTransform(documents, options: chosen.text, workers: workers)
      if !keepsVectorizer { try text.vectorizer.checkColumns() }
      report = try body(&learner, .sparse(text.rows), column, described.count)
      (vectorizer, analyzerChoice) = (text.vectorizer, chosen.choice)
    }
    return report
  }

  private func hashingVectorizer() throws -> TFIDFVectorizer? {
    textOptions.hashingBits == nil ? nil : try TFIDFVectorizer(textOptions)
  }

  /// A label in the type of the classes that are there: a file may have brought numbers.
  private func stored(_ label: String) throws -> Label {
    guard learner.classes.first?.kind == .integer else { return label.label }
    guard let number = Int64(label), "\(number)" == label else {
      throw ClassifierError.labelTypeChanged(expected: "integer", found: "text")
    }
    return .integer(number)
  }
}

extension TextClassifier.Learner {
  /// Learns from all texts at once without blocking a thread of Swift's pool.
  ///
  /// - Parameters:
  ///   - texts: at least one for each of two classes.
  ///   - labels: the class of each text.
  ///   - sampleWeights: how much each text counts; nil means 1 each.
  ///   - progress: called now and then, on the background thread that does the work.
  /// - Throws: `CancellationError` if the task is cancelled, and nothing has changed then; else as the synchronous form.
  @discardableResult
  public mutating func fit(
    _ texts: [String], labels: [String], sampleWeights: [Double]? = nil,
    progress: (@Sendable (TrainingProgress) -> Void)? = nil
  ) async throws -> TrainingReport {
    let placeholder = try Self(options)
    return try await BackgroundWork.change(&self, placeholder: placeholder, progress: progress) {
      try $0.fit(texts, labels: labels, sampleWeights: sampleWeights, progress: $1)
    }
  }

  /// Learns from one batch of texts without blocking a thread of Swift's pool.
  ///
  /// - Parameters:
  ///   - texts: at least one.
  ///   - labels: the class of each text.
  ///   - sampleWeights: how much each text counts; nil means 1 each.
  ///   - progress: called now and then, on the background thread that does the work.
  /// - Throws: `CancellationError` if the task is cancelled, and nothing has changed then; else as the synchronous form.
  @discardableResult
  public mutating func learn(
    _ texts: [String], labels: [String], sampleWeights: [Double]? = nil,
    progress: (@Sendable (TrainingProgress) -> Void)? = nil
  ) async throws -> TrainingReport {
    let placeholder = try Self(options)
    return try await BackgroundWork.change(&self, placeholder: placeholder, progress: progress) {
      try $0.learn(texts, labels: labels, sampleWeights: sampleWeights, progress: $1)
    }
  }
}

extension TextClassifier.Learner {
  /// Removes a class; the other classes do not change.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``; ``ClassifierError/unsupported(_:)`` for the last class.
  public mutating func removeClass(_ label: String) throws { try learner.removeClass(stored(label)) }

  /// Gives a class another name; nothing else changes.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``; ``ClassifierError/unsupported(_:)`` if the name is taken.
  public mutating func renameClass(_ label: String, to new: String) throws {
    try learner.renameClass(stored(label), to: stored(new))
  }

  /// Merges classes into `target`, which gets their prototypes and refined weights.
  ///
  /// - Throws: ``InputError/unknownClass(label:)``; ``ClassifierError/unsupported(_:)`` if a class is named twice or is the
  ///   target.
  public mutating func mergeClasses(_ labels: [String], into target: String) throws {
    try learner.mergeClasses(labels.map(stored), into: stored(target))
  }

  /// Subtracts texts from their nearest prototypes, which undoes that they were learned; refined weights stay.
  ///
  /// - Throws: ``ClassifierError``; ``InputError``; nothing is forgotten then.
  public mutating func forget(_ texts: [String], label: String) throws {
    guard let vectorizer else { throw ClassifierError.notFitted }
    try learner.forget(vectorizer.transform(texts), label: stored(label))
  }
}
