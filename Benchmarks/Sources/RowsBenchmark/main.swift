// What every document pays before any learning: the checks of its row, and the copying of rows.
//
//   swift run -c release --package-path Benchmarks RowsBenchmark
//
// One line of JSON for each measurement, in non-zeros a second.

import BenchmarkSupport
import FastKMeansCore

let rows = try randomRows(rowCount: 20_000, columnCount: 100_000, nonZeros: 80, seed: 1)
var random = SeededRandom(seed: 2)
let order = (0..<rows.rowCount).map { _ in random.nextIndex(below: rows.rowCount) }

let checking = try measure("check-rows", amount: rows.values.count, unit: "non-zeros") {
  try CSRMatrix(
    columnCount: rows.columnCount, rowOffsets: rows.rowOffsets, columns: rows.columns, values: rows.values
  ).values.count
}
print(checking.json)

let copying = measure("select-rows", amount: rows.values.count, unit: "non-zeros") {
  Features.sparse(rows).selectingRows(order).rowCount
}
print(copying.json)
