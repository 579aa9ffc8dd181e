import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// The model that `fastkmeans demo` trains: definitions of WordNet and their 45 kinds.
public enum DemoModel {
  /// Trains the model with the options that `fastkmeans train` has, and writes it.
  ///
  /// - Parameters:
  ///   - texts: the demo's training file.
  ///   - path: the model's file.
  /// - Throws: `FileError`, `FormatError`; what training throws.
  public static func train(texts: String, to path: String) throws {
    guard case .text(let documents, let labels?) = try LabelledData.read(texts) else {
      throw InputError.noRows
    }
    let text = try TFIDFVectorizer.fitTransform(documents)
    var classifier = try FastKMeansClassifier<Label>()
    try classifier.fit(.sparse(text.rows), labels: try labels.column(kind: .text), progress: nil)
    try ModelFile.write(ModelContents(model: classifier.model, vectorizer: text.vectorizer), to: path)
  }
}
