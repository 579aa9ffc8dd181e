// Documents a second under trained models: the scoring index by itself, with scores, and the whole of prediction.
//
//   swift run -c release --package-path Benchmarks \
//     ScoringBenchmark X_test.npz [threads=2] [documents=20000] [method=bounded] MODEL ...
//
// A line of JSON for each model. Rates are documents a CPU second on one thread, in the fastest of three repetitions;
// with `threads` also the wall seconds of one thread and of that many, for what a second core is worth.

import BenchmarkSupport
import FastKMeansCore
import FastKMeansFormats
import FastKMeansMeasuring
import Foundation

struct ScoringRun: Codable {
  let model: String
  let documents: Int
  let nonZeros: Double
  let prototypes: Int
  let classes: Int
  let isRefined: Bool
  let storedValues: Int
  let method: String
  let indexBytes: Int
  let buildSeconds: Double
  let best: Double
  let bestWithScores: Double
  let predict: Double
  var threads: ThreadScaling?
}

struct ThreadScaling: Codable {
  let count: Int
  let oneWallSeconds: Double
  let allWallSeconds: Double
}

let paths = CommandLine.arguments.dropFirst().filter { !$0.contains("=") }
guard let rowsPath = paths.first, paths.count > 1 else {
  print("usage: ScoringBenchmark X_test.npz [threads=N] [documents=N] [method=NAME] MODEL.safetensors ...")
  exit(2)
}

/// What follows `name=` among the arguments.
func word(_ name: String) -> String? {
  CommandLine.arguments.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
}

/// The same as a number.
func number(_ name: String) -> Int? { word(name).flatMap { Int($0) } }

let threads = number("threads") ?? 1

/// Documents a CPU second.
func rate(of rows: Features, _ work: () throws -> Void) throws -> Double {
  var failure: (any Error)?
  let steady = SteadyRate(leastSeconds: 0.1, repetitions: 3) {
    do { try work() } catch { failure = error }
  }
  if let failure { throw failure }
  return Double(rows.rowCount) / steady.seconds
}

/// The least wall seconds of one thread and of several, taken in turns: what else runs disturbs both alike.
func scaling(_ index: MeasuredIndex, _ rows: Features, threads: Int) throws -> ThreadScaling {
  var least = [Double](repeating: .infinity, count: 2)
  for _ in 0..<7 {
    for (position, count) in [1, threads].enumerated() {
      let start = wallSeconds()
      _ = try index.best(of: rows, threads: count)
      least[position] = min(least[position], wallSeconds() - start)
    }
  }
  return ThreadScaling(count: threads, oneWallSeconds: least[0], allWallSeconds: least[1])
}

func measure(_ path: String, _ rows: Features) throws -> ScoringRun {
  let model = try ClassifierModel<Label>(contentsOf: path, threadCount: 1)
  let start = processCPUSeconds()
  let index = try MeasuredIndex(of: model, method: word("method"))
  let built = processCPUSeconds() - start
  var run = ScoringRun(
    model: URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent, documents: rows.rowCount,
    nonZeros: Double(rows.storedValueCount) / Double(max(1, rows.rowCount)),
    prototypes: index.prototypeCount, classes: model.classes.count, isRefined: index.isRefined,
    storedValues: index.storedValueCount, method: index.method, indexBytes: index.memoryBytes,
    buildSeconds: built,
    best: try rate(of: rows) { _ = try index.best(of: rows, threads: 1) },
    bestWithScores: try rate(of: rows) { _ = try index.bestScores(of: rows, threads: 1) },
    predict: try rate(of: rows) { _ = try model.labels(of: rows) })
  if threads > 1 { run.threads = try scaling(index, rows, threads: threads) }
  return run
}

extension Features {
  var storedValueCount: Int {
    switch self {
    case .sparse(let matrix): matrix.values.count
    case .dense(let matrix): matrix.values.count
    }
  }
}

let encoder = JSONEncoder()
encoder.keyEncodingStrategy = .convertToSnakeCase
encoder.outputFormatting = .sortedKeys
do {
  let all = try readFeatures(rowsPath)
  let rows = all.selectingRows(0..<min(all.rowCount, max(1, number("documents") ?? 20_000)))
  for path in paths.dropFirst() {
    print(String(decoding: try encoder.encode(measure(path, rows)), as: UTF8.self))
  }
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(1)
}
