import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// What `train` says about the choice of the analyzer.
struct AnalyzerChoiceSummary {
  private let choice: AnalyzerChoice
  /// The processor seconds of all threads that choosing took.
  let cpuSeconds: Double

  /// Makes the options definite; `nil` where they are already.
  init?(
    _ documents: UTF8Documents, _ labels: LabelColumn, _ text: inout TextOptions, _ training: TrainingOptions,
    _ progress: ProgressDisplay
  ) throws {
    guard text.analyzer == .auto else { return nil }
    let before = ProcessUsage.cpuSeconds
    let chosen = try progress.run("choosing the analyzer") { _ in
      try AnalyzerChoice.choose(documents, labels: labels, text: text, training: training)
    }.result
    text = chosen.text
    guard let choice = chosen.choice else { return nil }
    self.choice = choice
    cpuSeconds = ProcessUsage.cpuSeconds - before
  }

  var json: [JSON] { choice.json }

  /// What was chosen, and what else was tried.
  var line: String {
    let name = AnalyzerChoice.name(choice.analyzer, choice.ngrams)
    switch choice.reason {
    case .script: return "\(name), for most letters are of a script whose words blanks do not show"
    case .fewDocuments: return "\(name), for there are too few documents to try others"
    case .size:
      return
        "\(name), for n-grams of characters of so much text take gigabytes; --analyzer names them anyway"
    case .mode: return "\(name), as mode reference reads"
    case .heldOut:
      let trials = choice.trials.map {
        "\(AnalyzerChoice.name($0.analyzer, $0.ngrams)) \(Readable.percent($0.accuracy))"
      }
      return "\(name), by \(Readable.count(choice.heldOutCount, "held-out document")): "
        + trials.joined(separator: ", ")
    }
  }
}
