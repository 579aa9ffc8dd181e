// Learns from a file of labelled texts, or answers texts from the terminal.
//
//   swift run -c release tickets learn tickets.tsv tickets.safetensors     (a line each: label, tab, text)
//   swift run -c release tickets answer tickets.safetensors                (type a text and press return)

import FastKMeans
import Foundation

let arguments = CommandLine.arguments.dropFirst()
do {
  switch (arguments.first, arguments.count) {
  case ("learn", 3):
    let lines = try String(contentsOfFile: arguments[2], encoding: .utf8).split(separator: "\n")
    let fields = lines.map { $0.split(separator: "\t", maxSplits: 1).map(String.init) }
      .filter { $0.count == 2 }
    var learner = try TextClassifier.Learner()
    try learner.fit(fields.map { $0[1] }, labels: fields.map { $0[0] }) { progress in
      print("\(progress.phase) \(progress.completed) of \(progress.total)")
    }
    try learner.classifier().write(to: arguments[3])
  case ("answer", 2):
    let classifier = try TextClassifier(contentsOf: arguments[2])
    while let text = readLine() {
      let answer = try classifier.classify(text)
      let words = answer.reasons.map(\.term).joined(separator: ", ")
      print(answer.isRejected ? "none of these" : "\(answer.label) (\(answer.confidence)): \(words)")
    }
  default:
    print("usage: tickets learn FILE.tsv MODEL | tickets answer MODEL")
  }
} catch {
  print(error)
  exit(1)
}
