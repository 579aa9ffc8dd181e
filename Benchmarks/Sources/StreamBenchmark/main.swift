import BenchmarkSupport
import FastKMeansCore
import FastKMeansFormats
import Foundation

// What `fitBatch` costs, batch after batch, and what one pass of it is worth:
//
//     StreamBenchmark X_train.npz y_train.npy [batches=N] [size=10240] [soft] [refine] [measure] [test=X.npz,y.npy]
//
// One thread. Without `batches` one pass over the rows, else the rows again and again. `refine` turns streaming
// refinement on, `measure` the prequential error of a model without it, `test` prints the accuracy afterwards.

/// The value of `name=value` among the arguments.
func argument(_ name: String) -> String? {
  CommandLine.arguments.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
}

guard CommandLine.arguments.count >= 3 else {
  print(
    "usage: StreamBenchmark X_train.npz y_train.npy [batches=N] [size=N] [soft] [refine] [measure] [test=X,y]"
  )
  exit(2)
}
let (rows, labels) = try readRows(CommandLine.arguments[1], labels: CommandLine.arguments[2])
let flags = Set(CommandLine.arguments)
let size = argument("size").flatMap { Int($0) } ?? 10_240
let batchCount = argument("batches").flatMap { Int($0) } ?? (rows.rowCount + size - 1) / size
var options = TrainingOptions()
options.threadCount = 1
options.isSoft = flags.contains("soft")
if !flags.contains("refine") { options.refinement = .count(0) }
var classifier = try FastKMeansClassifier<Label>(options)
var seconds: [Double] = []
var (wrong, tested) = (0.0, 0)
for batch in 0..<batchCount {
  let first = batch * size
  let isOnePass = argument("batches") == nil
  let indices = (first..<(isOnePass ? min(rows.rowCount, first + size) : first + size)).map {
    $0 % rows.rowCount
  }
  let (features, own) = (rows.selectingRows(indices), indices.map { labels[$0] })
  let start = processCPUSeconds()
  let report = try classifier.learn(features, labels: own, measuringError: flags.contains("measure"))
  seconds.append(processCPUSeconds() - start)
  if let error = report.errorBeforeUpdate {
    wrong += error * Double(indices.count)
    tested += indices.count
  }
  if batch % max(1, batchCount / 10) == 0 {
    print(
      "batch \(batch): \(Int(Double(indices.count) / seconds[batch])) documents/s, \(report.prototypeCount) prototypes"
    )
  }
}
let tenth = max(1, batchCount / 10)
let (early, late) = (seconds.prefix(tenth).reduce(0, +), seconds.suffix(tenth).reduce(0, +))
print("first tenth \(early / Double(tenth)) s a batch, last tenth \(late / Double(tenth)) s")
if tested > 0 { print("prequential error \(wrong / Double(tested))") }
if let files = argument("test")?.split(separator: ",").map(String.init), files.count == 2 {
  let (testRows, testLabels) = try readRows(files[0], labels: files[1])
  let predicted = try classifier.classifier().labels(of: testRows)
  let right = predicted.indices.filter { predicted[$0] == testLabels[$0] }.count
  print("accuracy \(Double(right) / Double(max(1, predicted.count)))")
}
