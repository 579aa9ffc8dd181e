import FastKMeansCore
import FastKMeansText

/// All that a model file holds.
public struct ModelContents: Sendable {
  /// The classifier's model; `ClassifierModel<String>(contents.model)` gives it its label type back.
  public var model: ClassifierModel<Label>
  /// How text became the features of the model; `nil` for a model that was trained on vectors.
  public var vectorizer: TFIDFVectorizer?

  /// - Parameters:
  ///   - model: what a classifier has learned.
  ///   - vectorizer: the one that made its features; it must have as many columns as the model has features.
  /// - Throws: nothing in practice: a ``Label`` holds every label.
  public init(model: ClassifierModel<some ClassLabel>, vectorizer: TFIDFVectorizer? = nil) throws {
    self.model = try ClassifierModel<Label>(model)
    self.vectorizer = vectorizer
  }
}
