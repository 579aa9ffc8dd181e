// Documents a second that get a label, a label with its confidence, and the best few classes with theirs.
//
//   swift run -c release --package-path Benchmarks AnswerBenchmark [documents=20000] FOLDER ...
//
// A folder holds X_train.npz, y_train.npy and X_test.npz. A line of JSON for each: documents a CPU second of one thread
// under a model of every default, in the fastest of three repetitions.

import BenchmarkSupport
import FastKMeans
import FastKMeansCore
import FastKMeansFormats
import FastKMeansMeasuring
import Foundation

struct AnswerRun: Codable {
  let data: String
  let documents: Int
  let classes: Int
  let prototypes: Int
  let isRefined: Bool
  let method: String
  /// Documents a second, by what is asked; and each as a share of the labels' rate.
  var rates: [String: Double] = [:]
  var shares: [String: Double] = [:]
}

/// Documents a CPU second.
func rate(of rows: Features, _ work: () throws -> Void) throws -> Double {
  var failure: (any Error)?
  let steady = SteadyRate(leastSeconds: 0.3, repetitions: 3) {
    do { try work() } catch { failure = error }
  }
  if let failure { throw failure }
  return Double(rows.rowCount) / steady.seconds
}

func model(of folder: String) throws -> ClassifierModel<Label> {
  let (rows, labels) = try readRows(folder + "/X_train.npz", labels: folder + "/y_train.npy")
  var learner = try FastKMeansClassifier<Label> { $0.threadCount = 1 }
  try learner.fit(rows, labels: labels)
  return try learner.classifier()
}

func measure(_ folder: String) throws -> AnswerRun {
  let model = try model(of: folder)
  let all = try readFeatures(folder + "/X_test.npz")
  if let path = word("write") { try model.write(to: path) }
  let rows = all.selectingRows(0..<min(all.rowCount, max(1, word("documents").flatMap { Int($0) } ?? 20_000)))
  let index = try MeasuredIndex(of: model)
  var run = AnswerRun(
    data: URL(fileURLWithPath: folder).lastPathComponent, documents: rows.rowCount,
    classes: model.classes.count,
    prototypes: index.prototypeCount, isRefined: index.isRefined, method: index.method)
  for count in [1, 2, 10] {
    run.rates["scores of the best \(count)"] = try rate(of: rows) {
      _ = try index.bestScores(count, of: rows, threads: 1)
    }
  }
  let label = try rate(of: rows) { _ = try model.labels(of: rows) }
  run.rates["label"] = label
  for count in [1, 5, 10] where count <= model.classes.count {
    run.rates["\(count) with confidence"] = try rate(of: rows) {
      _ = try MeasuredIndex.answers(count, of: rows, by: model)
    }
  }
  run.rates["classify(top: 1)"] = try rate(of: rows) { _ = try model.classify(rows, top: 1) }
  run.shares = run.rates.mapValues { $0 / label }
  return run
}

/// What follows `name=` among the arguments.
func word(_ name: String) -> String? {
  CommandLine.arguments.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
}

let folders = CommandLine.arguments.dropFirst().filter { !$0.contains("=") }
let encoder = JSONEncoder()
encoder.keyEncodingStrategy = .convertToSnakeCase
encoder.outputFormatting = .sortedKeys
do {
  for folder in folders { print(String(decoding: try encoder.encode(measure(folder)), as: UTF8.self)) }
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(1)
}
