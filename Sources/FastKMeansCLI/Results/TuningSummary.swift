import FastKMeansCore
import FastKMeansFormats

/// What `tune` prints.
struct TuningSummary {
  let candidates: [TunedOptions]
  let outcome: SuccessiveHalving.Outcome
  let seconds: Double
  /// The training with the best options; `nil` if no model was asked for.
  var training: TrainingSummary?

  var best: TunedOptions { candidates[outcome.best] }

  var json: JSON {
    .fields([
      "accuracy": outcome.bestTrial.map { .number($0.accuracy) } ?? .null,
      "accuracies": .array(outcome.bestTrial?.accuracies.map(JSON.number) ?? []),
      "best": best.json,
      "cut_short": .bool(outcome.isCutShort),
      "seconds": .number(seconds),
      "trials": .array(outcome.trials.map(json)),
      "training": training?.json ?? .null,
    ])
  }

  private func json(_ trial: SuccessiveHalving.Trial) -> JSON {
    .fields([
      "candidate": .integer(trial.candidate),
      "share": .number(trial.share),
      "accuracy": trial.failure == nil ? .number(trial.accuracy) : .null,
      "accuracies": .array(trial.accuracies.map(JSON.number)),
      "failure": trial.failure.map(JSON.string) ?? .null,
      "options": candidates[trial.candidate].json,
    ])
  }

  var lines: [String] {
    let table = Table(
      ["rows", "folds", "accuracy", "spread", "options"], [.right, .right, .right, .right, .left],
      outcome.trials.map { trial in
        [
          Readable.percent(trial.share), Readable.count(trial.accuracies.count),
          trial.failure == nil ? Readable.percent(trial.accuracy) : "failed", spread(trial),
          candidates[trial.candidate].line,
        ]
      })
    var lines = table.lines(indent: 0) + [""]
    if outcome.isCutShort { lines.append("the time was up before all was tried") }
    lines.append("best      \(best.line)")
    if let trial = outcome.bestTrial {
      let folds = Readable.count(trial.accuracies.count, "fold")
      lines.append("accuracy  \(Readable.percent(trial.accuracy)) of held-out rows, \(folds)")
    }
    return lines + (training.map { [""] + $0.lines } ?? [])
  }

  /// Half the difference between the best and the worst fold.
  private func spread(_ trial: SuccessiveHalving.Trial) -> String {
    guard trial.failure == nil, trial.accuracies.count > 1, let low = trial.accuracies.min(),
      let high = trial.accuracies.max()
    else { return "" }
    return "± " + Readable.percent((high - low) / 2)
  }
}
