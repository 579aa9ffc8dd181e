// Dense documents against dense prototypes: the fused product and arg max, beside the machine's peak.
//
//   swift run -c release --package-path Benchmarks DenseBenchmark X.npy PROTOTYPES.npy [answers=FILE]
//
// A line of JSON: documents a CPU second and GFLOP/s in each precision, and the peak of single precision in the same
// run; `pruned` counts the operations of the whole product, of which bounds spare the most. `answers` is where the positions in single precision go, one a line, so that others can be held against them.

import BenchmarkSupport
import CFastKMeansKernels
import CMachinePeak
import FastKMeansCore
import FastKMeansFormats
import FastKMeansMeasuring
import Foundation

struct DenseRun: Codable {
  let documents: Int
  let features: Int
  let prototypes: Int
  let level: String
  let peakGflops: Double
  var rates: [String: Rate] = [:]

  struct Rate: Codable {
    let documentsPerSecond: Double
    let gflops: Double
    let shareOfPeak: Double
  }
}

/// The dense rows of a file.
func dense(_ path: String) throws -> DenseMatrix {
  guard case .dense(let matrix) = try readFeatures(path) else { throw NoFeatures(path: path) }
  return matrix
}

/// Bounds have changed an answer, which they never may.
struct OtherAnswers: Error {}

let paths = CommandLine.arguments.dropFirst().filter { !$0.contains("=") }
guard let rowsPath = paths.first, let prototypesPath = paths.dropFirst().first else {
  print("usage: DenseBenchmark X.npy PROTOTYPES.npy [answers=FILE]")
  exit(2)
}
/// Measures each way; the answers are those of single precision.
func measure(_ rows: DenseMatrix, _ prototypes: DenseMatrix) throws -> (DenseRun, answers: [Int32]) {
  let level = fk_simd_level()
  let rounds: UInt64 = 1_000_000
  let peak =
    Double(mp_multiply_adds(level, 1)) * Double(rounds)
    / SteadyRate { _ = mp_multiply_adds(level, rounds) }.seconds
  var run = DenseRun(
    documents: rows.rowCount, features: rows.columnCount, prototypes: prototypes.rowCount,
    level: String(cString: fk_simd_name(level)), peakGflops: peak / 1e9)
  let operations = 2 * Double(rows.columnCount) * Double(prototypes.rowCount)
  var answers: [Int32] = []
  // Every product to the last feature in each precision; then what the index does by itself, with bounds from a part
  // of all features where they pay.
  let ways: [(name: String, precision: Precision, isPartial: Bool?)] = [
    ("float32", .float32, false), ("float16", .float16, false), ("bfloat16", .bfloat16, false),
    ("pruned", .float32, nil),
  ]
  for way in ways {
    let index = try MeasuredIndex(prototypes: prototypes, precision: way.precision, isPartial: way.isPartial)
    let found = try index.best(of: .dense(rows), threads: 1)
    if way.name == "float32" { answers = found }
    guard way.name != "pruned" || found == answers else { throw OtherAnswers() }
    let steady = SteadyRate(leastSeconds: 0.2, repetitions: 5) {
      _ = try? index.best(of: .dense(rows), threads: 1)
    }
    let perSecond = Double(rows.rowCount) / steady.seconds
    run.rates[way.name] = DenseRun.Rate(
      documentsPerSecond: perSecond, gflops: perSecond * operations / 1e9,
      shareOfPeak: perSecond * operations / peak)
  }
  return (run, answers)
}

do {
  let (run, answers) = try measure(dense(rowsPath), dense(prototypesPath))
  if let path = CommandLine.arguments.first(where: { $0.hasPrefix("answers=") })?.dropFirst(8) {
    let text = answers.map(String.init).joined(separator: "\n") + "\n"
    try text.write(toFile: String(path), atomically: true, encoding: .utf8)
  }
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.outputFormatting = .sortedKeys
  print(String(decoding: try encoder.encode(run), as: UTF8.self))
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(1)
}
