import FastKMeansCore
import FastKMeansText

/// All that a model file holds, for those that handle models of text and of vectors alike.
package struct ModelContents: Sendable {
  /// The classifier's model; `ClassifierModel<String>(contents.model)` gives it its label type back.
  package var model: ClassifierModel<Label>
  /// How text became the features of the model; `nil` for a model that was trained on vectors.
  package var vectorizer: TFIDFVectorizer?
  /// Whether the indices of the svmlight rows that it was trained on start at 0; other such rows are read alike.
  package var isZeroBased: Bool

  /// - Parameters:
  ///   - model: what a classifier has learned.
  ///   - vectorizer: the one that made its features; it must have as many columns as the model has features.
  ///   - isZeroBased: whether indices of svmlight rows start at 0.
  /// - Throws: never, for a ``Label`` holds every label.
  package init(
    model: ClassifierModel<some ClassLabel>, vectorizer: TFIDFVectorizer? = nil, isZeroBased: Bool = false
  ) throws {
    self.model = try ClassifierModel<Label>(model)
    self.vectorizer = vectorizer
    self.isZeroBased = isZeroBased
  }
}

extension ClassifierModel {
  /// Opens a classifier of vectors that Swift, the command line, Python or C wrote.
  ///
  /// A file that was trained on text gives the classifier behind its vectoriser; open it as a `TextClassifier` to
  /// classify texts.
  ///
  /// - Parameters:
  ///   - path: the file; `-` is the standard input.
  ///   - threadCount: how many threads answer; -1 means all cores.
  /// - Throws: ``FileError`` if the file cannot be read; ``ModelFileError`` if it is no model or damaged;
  ///   `ClassifierError` if its labels are not of type `Class`; `OptionsError` for a bad number of threads.
  public init(contentsOf path: String, threadCount: Int = -1) throws {
    try self.init(ModelFile.read(path, threadCount: threadCount).model)
  }

  /// Writes the classifier into a file, whole or not at all; the command line, Python and C open it too.
  ///
  /// - Parameters:
  ///   - path: the file to make or replace, usually with the ending `.safetensors`; `-` is the standard output.
  /// - Throws: ``FileError``; ``ModelFileError`` for a classifier that the format cannot hold.
  public func write(to path: String) throws {
    try ModelFile.write(ModelContents(model: self), to: path)
  }
}
