/// A trained classifier of texts: immutable and `Sendable`, so that any number of threads and requests share one.
///
/// ```swift
/// var learner = try TextClassifier.Learner()
/// try learner.fit(texts, labels: labels)
/// let classifier = try learner.classifier()
/// let answer = try classifier.classify("screen stays black")
/// print(answer.label, answer.confidence, answer.reasons.map(\.term))
/// try classifier.write(to: "tickets.safetensors")
/// ```
///
/// The file also opens on the command line, in Python and in C, and theirs open here. Labels are texts; a file whose labels
/// are numbers answers with their digits. ``Classifier`` does the same for vectors.
public struct TextClassifier: Sendable {
  package let contents: ModelContents
  let vectorizer: TFIDFVectorizer

  /// - Throws: ``ModelFileError/Problem/holdsNoVectorizer`` if there is no vectoriser.
  package init(_ contents: ModelContents) throws(ModelFileError.Problem) {
    guard let vectorizer = contents.vectorizer else { throw .holdsNoVectorizer }
    self.contents = contents
    self.vectorizer = vectorizer
  }

  /// Opens a classifier of texts that Swift, the command line, Python or C wrote.
  ///
  /// - Parameters:
  ///   - path: the file; `-` is the standard input.
  ///   - threadCount: how many threads answer; -1 means all cores.
  /// - Throws: ``FileError`` if the file cannot be read; ``ModelFileError`` if it is no model, damaged, or trained on
  ///   vectors; ``OptionsError`` for a bad number of threads.
  public init(contentsOf path: String, threadCount: Int = -1) throws {
    do {
      try self.init(ModelFile.read(path, threadCount: threadCount))
    } catch let problem as ModelFileError.Problem {
      throw ModelFileError(path: path, problem: problem)
    }
  }

  /// Writes the classifier into one file, whole or not at all.
  ///
  /// - Parameters:
  ///   - path: the file to make or replace, usually with the ending `.safetensors`; `-` is the standard output.
  /// - Throws: ``FileError``; ``ModelFileError`` for a classifier that the format cannot hold.
  public func write(to path: String) throws { try ModelFile.write(contents, to: path) }

  /// The classes, in the order in which they were learned; those that came together are sorted.
  public var classes: [String] { contents.model.classes.map(\.description) }

  /// The options that the classifier was trained with.
  public var options: Options { Options(text: vectorizer.options, training: contents.model.options) }

  /// The number of columns that texts are turned into: the terms of the vocabulary, or the hashes.
  package var featureCount: Int { vectorizer.columnCount }
}

extension TextClassifier {
  /// How texts are turned into vectors, and how classes are learned from these.
  public struct Options: Sendable, Equatable {
    /// How texts are turned into vectors: words, n-grams, vocabulary or hashing.
    public var text: TextOptions
    /// How classes are learned from the vectors.
    public var training: TrainingOptions

    /// Makes options; every one has a default.
    public init(text: TextOptions = TextOptions(), training: TrainingOptions = TrainingOptions()) {
      self.text = text
      self.training = training
    }
  }
}

extension TextClassifier {
  /// Classifies one text.
  ///
  /// A text in which the classifier knows no word is answered and rejected.
  ///
  /// - Parameters:
  ///   - text: any length up to ``UTF8Documents/maxDocumentBytes``.
  ///   - count: how many classes the answer names, at least 1: its label and the alternatives.
  ///   - reasonCount: how many reasons the answer gives at most, from 0.
  /// - Throws: ``OptionsError`` for a count out of range; ``TextError`` for a text that is too long.
  public func classify(
    _ text: String, top count: Int = 3, reasons reasonCount: Int = 5
  ) throws -> Answer<String> {
    try answers(to: [text], top: count, reasons: reasonCount)[0]
  }

  /// Classifies many texts; the answers come in the order of the texts.
  ///
  /// - Parameters:
  ///   - texts: any number.
  ///   - count: how many classes each answer names, at least 1: its label and the alternatives.
  ///   - reasonCount: how many reasons each answer gives at most. To give reasons takes about as long as to answer.
  /// - Throws: as for one text.
  /// - Determinism: the same bits for any number of threads.
  public func classify(
    _ texts: [String], top count: Int = 3, reasons reasonCount: Int = 0
  ) throws -> [Answer<String>] {
    try texts.indices.inBatches(of: BackgroundWork.batchSize).flatMap {
      try answers(to: texts[$0], top: count, reasons: reasonCount)
    }
  }

  /// Classifies many texts without blocking a thread of Swift's pool.
  ///
  /// - Parameters:
  ///   - texts: any number.
  ///   - count: how many classes each answer names.
  ///   - reasonCount: how many reasons each answer gives at most.
  /// - Throws: `CancellationError` if the task is cancelled; else as for one text.
  public func classify(
    _ texts: [String], top count: Int = 3, reasons reasonCount: Int = 0
  ) async throws -> [Answer<String>] {
    try await BackgroundWork.run { checkCancellation in
      try texts.indices.inBatches(of: BackgroundWork.batchSize).flatMap {
        try checkCancellation()
        return try answers(to: texts[$0], top: count, reasons: reasonCount)
      }
    }
  }

  private func answers(
    to texts: ArraySlice<String>, top count: Int, reasons reasonCount: Int
  ) throws -> [Answer<String>] {
    let model = contents.model
    let rows = try vectorizer.transform(
      UTF8Documents(texts), workers: texts.count == 1 ? 1 : model.options.threadCount)
    let answers = try model.classify(.sparse(rows.rows), top: count, reasons: reasonCount) { row, leads in
      FeatureNames(vectorizer, document: texts[texts.startIndex + row]).reasons(for: leads)
    }
    return answers.map { Answer<String>($0) }
  }
}

extension TextClassifier {
  /// A copy that rejects more texts, by a rate that it keeps: of one of the two that can be named.
  ///
  /// Labels and confidences stay as they are: ``Answer/isRejected`` says more often that none of the classes fits. The
  /// rate goes with the classifier into its file. Without any rate only texts in which nothing is known are rejected.
  ///
  /// - Parameters:
  ///   - falseAcceptRate: the share of the texts of unknown classes that is accepted; above 0, below 1.
  ///   - falseRejectRate: the share of the texts of known classes that is rejected; above 0, below 1.
  ///   - isPerClass: whether each answered class keeps the rate on its own.
  /// - Throws: ``ClassifierError/unsupported(_:)`` for a classifier that cannot tell unknown classes: it was not refined,
  ///   has fewer than three classes, or learned from too few texts. ``OptionsError`` for two rates, a rate out of range, or
  ///   one finer than the held-out texts of the training can tell.
  public func rejecting(
    falseAcceptRate: Double? = nil, falseRejectRate: Double? = nil, isPerClass: Bool = false
  ) throws -> TextClassifier {
    try replacing(
      contents.model.rejecting(
        falseAcceptRate: falseAcceptRate, falseRejectRate: falseRejectRate, isPerClass: isPerClass))
  }

  /// A copy that answers on another device.
  ///
  /// - Throws: ``DeviceError`` where the device cannot be opened, and says why.
  public func on(_ device: Device) throws -> TextClassifier { try replacing(contents.model.on(device)) }

  private func replacing(_ model: ClassifierModel<Label>) throws -> TextClassifier {
    try TextClassifier(ModelContents(model: model, vectorizer: vectorizer))
  }
}
