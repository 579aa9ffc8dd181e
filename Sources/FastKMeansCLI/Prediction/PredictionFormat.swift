import FastKMeansCore
import FastKMeansFormats

/// How one answer is written.
enum PredictionFormat {
  /// `label<TAB>confidence`, the pair repeated for each further class.
  case tsv
  /// An object a line.
  case json

  func line(_ answer: Answer<Label>) -> String {
    switch self {
    case .tsv:
      answer.classes.map { "\(TextLabel.line($0.label))\t\($0.confidence)" }.joined(separator: "\t")
    case .json:
      JSON.fields([
        "label": .label(answer.best.label),
        "confidence": .single(answer.best.confidence),
        "rejected": .bool(answer.isRejected),
        "open_set_score": answer.openSetScore.map(JSON.single) ?? .null,
        "top": .array(
          answer.classes.map {
            .fields([
              "label": .label($0.label), "similarity": .single($0.similarity),
              "confidence": .single($0.confidence),
            ])
          }),
      ]).text
    }
  }
}
