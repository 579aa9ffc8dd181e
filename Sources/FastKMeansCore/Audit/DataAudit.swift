/// What looks wrong in labelled data: labels that models doubt which have not seen the rows, and rows that repeat others.
///
/// ```swift
/// let audit = try DataAudit(embeddings, labels: labels)
/// for issue in audit.issues { print(issue.row, issue.label, issue.suggested, issue.confidence) }
/// ```
///
/// `TextClassifier.audit` of `FastKMeans` does the same for texts.
///
/// - Determinism: the same bits for any number of threads.
public struct DataAudit<Class: ClassLabel>: Sendable {
  /// All rows, the most doubtful first; those that could not be judged come last.
  package var labels: [LabelFinding]
  /// A row, an earlier one that it is like, and their cosine; 1: the same values.
  public typealias Repetition = (row: Int, other: Int, similarity: Float)

  /// Rows like an earlier one, the most alike first; empty where the call did not ask for them.
  public let duplicates: [Repetition]
  /// Rows like an earlier one that has another label.
  public let conflicts: [Repetition]
  /// Rows without any value that the others have, ascending.
  package let unknownRows: [Int]

  /// The rows whose labels are probably wrong, the most doubtful first.
  public var issues: [LabelFinding] { labels.filter(\.isProbableError) }

  /// What models say about the label of one row.
  public struct LabelFinding: Sendable, Equatable {
    /// Its position among the rows.
    public let row: Int
    /// The label that it has.
    public let label: Class
    /// The label that fits best; ``label`` where the row could not be judged.
    public let suggested: Class
    /// The probability of ``suggested``.
    public let confidence: Float
    /// The probability of ``label``.
    package let labelConfidence: Float
    /// By how much the score of ``suggested`` lies above that of ``label``; below 0 where the label fits best; nil where the
    /// row could not be judged, for no other row has its label.
    package let margin: Float?
    /// Whether the suggested class is as sure as it is, on average, of rows that carry its label.
    package let isProbableError: Bool
    /// What spoke for ``suggested`` and against ``label``, the strongest first.
    public package(set) var reasons: [Reason]
  }
}

extension DataAudit {
  /// Audits rows by models of folds.
  ///
  /// - Parameters:
  ///   - rows: the vectors.
  ///   - labels: one for each row.
  ///   - folds: each is answered by a model of the others; from 2 to the number of rows.
  ///   - options: of these models.
  ///   - similarity: rows are duplicates from this cosine on, above 0, at most 1; nil does not look for them, which takes the
  ///     square of the rows' number where they are dense.
  ///   - progress: called now and then on this thread; an error that it throws cancels the call.
  /// - Throws: ``InputError`` about rows and labels; ``OptionsError``; whatever `progress` throws.
  /// - Complexity: that of about two fits for five folds.
  public init(
    _ rows: some VectorRows, labels: [Class], folds: Int = 5, options: TrainingOptions = TrainingOptions(),
    similarity: Double? = nil, progress: ProgressHandler? = nil
  ) throws {
    let column = LabelColumn(labels)
    var settings = LabelAudit.Settings()
    settings.foldCount = folds
    let features = try rows.features
    let (audit, similar) = try features.withRows { view in
      (
        try LabelAudit(view, labels: column, options: options, settings: settings, progress: progress),
        try similarity.map {
          try SimilarRows(
            of: view, labels: column, threshold: $0, workers: Parallel.workerCount(options.threadCount))
        }
      )
    }
    let classes = audit.classes.labels.compactMap { Class(label: $0) }
    self.labels = audit.order.map { row in
      LabelFinding(
        row: row, label: classes[Int(audit.given[row])], suggested: classes[audit.suggested(row)],
        confidence: audit.confidences[row], labelConfidence: audit.labelConfidences[row],
        margin: audit.margin(row).isNaN ? nil : audit.margin(row), isProbableError: audit.isProbable[row],
        reasons: audit.reasons(row).map {
          Reason(term: "#\($0.feature)", feature: $0.feature, weight: Double($0.lead))
        })
    }
    func repeated(_ matches: [SimilarRows.Match]?) -> [Repetition] {
      (matches ?? []).map { ($0.row, $0.other, $0.similarity) }
    }
    duplicates = repeated(similar?.duplicates)
    conflicts = repeated(similar?.conflicts)
    unknownRows = audit.unknownRows
  }
}
