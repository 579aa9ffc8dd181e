import FastKMeans
import FastKMeansFormats
import FastKMeansText

/// A model from a file, with what stands beside it.
struct LoadedModel {
  let path: String
  let byteCount: Int
  let model: ClassifierModel<Label>
  /// `nil` for a model of vectors.
  let vectorizer: TFIDFVectorizer?

  /// - Parameters:
  ///   - path: the model file.
  ///   - threadCount: how many threads answer, -1 for all cores; in place of what it was trained with.
  /// - Throws: `OptionsError` for the threads; what is wrong with the file.
  init(path: String, threadCount: Int) throws {
    var check = TrainingOptions()
    check.threadCount = threadCount
    _ = try check.validated()
    let contents = try ModelFile.read(path)
    self.path = path
    byteCount = OutputFile.size(path) ?? 0
    model = try contents.model.answering(threadCount: threadCount)
    vectorizer = contents.vectorizer
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

extension ClassifierModel {
  /// The same model, answering with this many threads. What it answers does not depend on them.
  func answering(threadCount: Int) throws -> ClassifierModel {
    var options = options
    options.threadCount = threadCount
    return try replacing(options: options, prototypes: prototypes)
  }

  /// The same classes with other options or prototypes.
  func replacing(options: TrainingOptions, prototypes: PrototypeSet) throws -> ClassifierModel {
    try ClassifierModel(
      storage: ModelStorage(
        options: options.validated(), classes: storage.classes, prototypes: prototypes,
        batchCount: storage.batchCount))
  }
}
