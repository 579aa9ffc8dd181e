import BenchmarkSupport
import FastKMeansCore
import Foundation

// How much memory `fit` takes beside the rows: FitMemoryBenchmark X_train.npz y_train.npy [k-means only: 1 thread,
// hard, k=3, 10 epochs]. Linux only: the kernel's peak is reset between reading and fitting.

/// A figure of this process from the kernel, in bytes.
func status(_ name: String) -> Int {
  let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
    return (line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }
  return 0
}

guard CommandLine.arguments.count == 3 else {
  print("usage: FitMemoryBenchmark X_train.npz y_train.npy")
  exit(2)
}
let (rows, labels) = try readRows(CommandLine.arguments[1], labels: CommandLine.arguments[2])
guard case .sparse(let matrix) = rows else {
  print("sparse rows with labels are needed")
  exit(1)
}
let rowBytes = matrix.values.count * 8 + (matrix.rowCount + 1) * 8
var options = TrainingOptions()
options.isSoft = false
options.maxEpochs = 10
options.threadCount = 1
options.refinement = .count(0)
var classifier = try FastKMeansClassifier<Label>(options)

// "5" resets the peak to what is in use now.
try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
let before = status("VmRSS")
try classifier.fit(rows, labels: labels)
let peak = status("VmHWM")
print("rows \(rowBytes) bytes, in use before \(before), peak while fitting \(peak)")
print(
  "fit adds \(peak - before) bytes: with the rows \(Double(rowBytes + peak - before) / Double(rowBytes)) times them"
)
