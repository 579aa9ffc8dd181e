import FastKMeansCore
import FastKMeansFormats
import FastKMeansText

/// What `explain` prints about one document.
struct ExplanationOutput {
  let explanation: Explanation<Label>
  let names: FeatureNames
  let wordCount: Int

  private var words: [ExplainedWord] { names.words(of: explanation, count: wordCount) }

  var json: JSON {
    .fields([
      "label": .label(explanation.winner.label),
      "confidence": .single(explanation.winner.confidence),
      "rejected": .bool(explanation.isRejected),
      "known_share": .number(explanation.knownShare),
      "winner": json(of: explanation.winner),
      "rival": explanation.rival.map(json) ?? .null,
      "words": .array(words.map(\.json)),
    ])
  }

  private func json(of evidence: Explanation<Label>.Evidence) -> JSON {
    .fields([
      "label": .label(evidence.label),
      "prototype": .integer(evidence.prototype),
      "position_in_class": .integer(evidence.positionInClass),
      "mass": .number(evidence.mass),
      "similarity": .single(evidence.similarity),
      "confidence": .single(evidence.confidence),
      "bias": .number(evidence.bias),
      "score": .number(evidence.score),
    ])
  }

  var lines: [String] {
    let winner = explanation.winner
    var lines = [
      "\(TextLabel.cell(winner.label))  confidence \(Readable.fixed(Double(winner.confidence), 3))"
        + (explanation.isRejected ? ", rejected: nothing in it is known to any class" : "")
    ]
    lines += Table(
      ["", "class", "prototype", "documents", "similarity", "score"],
      [.left, .left, .right, .right, .right, .right],
      [["won"] + cells(of: winner)] + (explanation.rival.map { [["next"] + cells(of: $0)] } ?? [])
    ).lines()
    lines.append(
      "  \(Readable.percent(explanation.knownShare)) of the document's known words occur in the class"
    )
    guard !words.isEmpty else { return lines }
    return lines + wordLines
  }

  private func cells(of evidence: Explanation<Label>.Evidence) -> [String] {
    [
      TextLabel.cell(evidence.label), Readable.count(evidence.positionInClass + 1),
      Readable.mass(evidence.mass), Readable.fixed(Double(evidence.similarity), 3),
      Readable.fixed(evidence.score, 3),
    ]
  }

  private var wordLines: [String] {
    let hasRival = explanation.rival != nil
    return Table(
      ["word", "for the winner"] + (hasRival ? ["for the next", "lead"] : []),
      [.left, .right, .right, .right],
      words.map {
        [$0.text, signed($0.winner)] + (hasRival ? [signed($0.rival), signed($0.lead)] : [])
      }
    ).lines()
  }

  private func signed(_ value: Double) -> String {
    let text = Readable.fixed(value, 3)
    return value > 0 && !text.hasPrefix("-") ? "+" + text : text
  }
}
