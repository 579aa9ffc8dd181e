import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// A model from a file, with what stands beside it.
struct LoadedModel {
  let path: String
  private(set) var contents: ModelContents

  init(path: String, contents: ModelContents) {
    self.path = path
    self.contents = contents
  }

  /// - Parameters:
  ///   - path: the model file.
  ///   - threadCount: how many threads answer, -1 for all cores; in place of what it was trained with.
  /// - Throws: `OptionsError` for the threads; what is wrong with the file.
  init(path: String, threadCount: Int) throws {
    contents = try ModelFile.read(path, threadCount: threadCount)
    self.path = path
  }

  /// The same model, answering on a device.
  func on(_ device: Device) throws -> LoadedModel {
    LoadedModel(
      path: path,
      contents: try ModelContents(model: contents.model.on(device), vectorizer: contents.vectorizer))
  }

  var model: ClassifierModel<Label> { contents.model }

  /// The same model, which rejects by this rule; `nil` leaves it as it is.
  ///
  /// - Throws: `OptionsError`; `ClassifierError` for a model that cannot tell unknown classes.
  func rejecting(_ rule: RejectionRule?) throws -> LoadedModel {
    guard let rule else { return self }
    var copy = self
    copy.contents.model = try model.rejecting(rule)
    return copy
  }

  /// `nil` for a model of vectors.
  var vectorizer: TFIDFVectorizer? { contents.vectorizer }

  /// The word of a feature; its number where it has none, as with vectors and hashing.
  func name(ofFeature column: Int) -> String {
    vectorizer?.term(at: column) ?? "#\(column)"
  }

  /// The type of the classes' labels.
  var labelKind: Label.Kind? { model.classes.first?.kind }

  /// What a reader of rows for this model needs to know.
  ///
  /// - Throws: `InputError.wrongKindOfInput` where the format cannot fit the model: no row has to be read to see it.
  func readerOptions(_ options: ReaderOptions, format: RowFormat) throws -> ReaderOptions {
    if format.holdsDocuments, vectorizer == nil {
      throw InputError.wrongKindOfInput(
        expected: "vectors (it was trained on svmlight, npz or npy rows)", found: "text (\(format.rawValue))")
    }
    if !format.holdsDocuments, vectorizer != nil {
      throw InputError.wrongKindOfInput(
        expected: "text (it was trained on tsv, csv or jsonl rows)", found: "vectors (\(format.rawValue))")
    }
    var options = options
    options.featureCount = model.featureCount
    options.workers = model.options.threadCount
    return options
  }
}
