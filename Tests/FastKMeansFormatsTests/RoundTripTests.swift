import FastKMeansCore
import FastKMeansTestSupport
import FastKMeansText
import Testing

@testable import FastKMeansFormats

@Suite struct RoundTripTests {
  private func labels(_ rows: Int, _ kind: Int, _ random: inout CounterRandom) -> LabelColumn? {
    switch kind {
    case 0: nil
    case 1: LabelColumn((0..<rows).map { _ in Label.integer(Int64(random.nextIndex(below: 5)) - 2) })
    default: LabelColumn((0..<rows).map { _ in Label.text("läbel-\(random.nextIndex(below: 5))") })
    }
  }

  private func options(_ data: LabelledData) -> ReaderOptions {
    var options = unlabelled()
    options.zeroBased = .false
    options.featureCount = if case .features(let features, _) = data { features.columnCount } else { nil }
    return options
  }

  @Test(arguments: ["x.tsv", "x.tsv.gz", "x.csv", "x.csv.gz", "x.jsonl", "x.jsonl.gz"])
  func textsComeBackAsTheyWere(_ name: String) throws {
    let folder = try ScratchFolder()
    for seed in UInt64(0)..<15 {
      var random = CounterRandom(seed: seed)
      let rows = 1 + random.nextIndex(below: 60)
      var documents = UTF8Documents()
      let extra = name.contains("tsv") ? [] : ["\n", "\r", "\t", "\u{1}", "\u{1F}"]
      for _ in 0..<rows { documents.append(RandomRows.text(maxLength: 20, extra: extra, &random)) }
      let data = LabelledData.text(documents, labels: labels(rows, Int(seed % 3), &random))
      try RowWriter.write(data, to: folder.file(name))
      #expect(try LabelledData.read(folder.file(name), options: options(data)) == data, "seed \(seed)")
    }
  }

  @Test(arguments: ["x.svmlight", "x.svmlight.gz", "x.npz"])
  func sparseRowsComeBackAsTheyWere(_ name: String) throws {
    let folder = try ScratchFolder()
    for seed in UInt64(0)..<15 {
      var random = CounterRandom(seed: seed)
      let rows = 1 + random.nextIndex(below: 60)
      let matrix = try RandomRows.sparse(rows: rows, columns: 1 + random.nextIndex(below: 40), &random)
      let data = LabelledData.features(.sparse(matrix), labels: labels(rows, 1 + Int(seed % 2), &random))
      try RowWriter.write(data, to: folder.file(name), labelsPath: folder.file("y.txt"))
      var options = options(data)
      options.labelsFile = folder.file("y.txt")
      #expect(try LabelledData.read(folder.file(name), options: options) == data, "seed \(seed)")
    }
  }

  @Test func storedArchivesComeBackToo() throws {
    let folder = try ScratchFolder()
    var random = CounterRandom(seed: 3)
    let matrix = try RandomRows.sparse(rows: 50, columns: 30, &random)
    try OutputFile.write(to: folder.file("x.npz")) { sink in
      try NpzWriter(path: "x.npz", sink: sink, isCompressed: false).write(matrix)
    }
    #expect(try LabelledData.read(folder.file("x.npz"), options: unlabelled()).sparse == matrix)
  }

  @Test func denseRowsComeBackAsTheyWere() throws {
    let folder = try ScratchFolder()
    for seed in UInt64(0)..<15 {
      var random = CounterRandom(seed: seed)
      let rows = 1 + random.nextIndex(below: 60)
      let matrix = try RandomRows.dense(rows: rows, columns: 1 + random.nextIndex(below: 9), &random)
      let data = LabelledData.features(.dense(matrix), labels: nil)
      try RowWriter.write(data, to: folder.file("x.npy"))
      #expect(try LabelledData.read(folder.file("x.npy"), options: unlabelled()) == data, "seed \(seed)")
      #expect(try ScratchFolder.bytes(folder.file("x.npy")).count % 64 == rows * matrix.columnCount * 4 % 64)
    }
  }

  @Test func sameRowsGiveTheSameBytes() throws {
    let folder = try ScratchFolder()
    var random = CounterRandom(seed: 9)
    let data = LabelledData.features(
      .sparse(try RandomRows.sparse(rows: 9, columns: 9, &random)), labels: labels(9, 2, &random))
    for name in ["x.npz", "x.svm.gz"] {
      try RowWriter.write(data, to: folder.file(name), labelsPath: folder.file("y.txt"))
      let first = try ScratchFolder.bytes(folder.file(name))
      try RowWriter.write(data, to: folder.file(name), labelsPath: folder.file("y.txt"))
      #expect(try ScratchFolder.bytes(folder.file(name)) == first)
    }
  }

  @Test func refusesWhatAFormatCannotSayAndLeavesNothingBehind() throws {
    let folder = try ScratchFolder()
    func refused(_ name: String, _ data: LabelledData) throws {
      #expect(throws: FormatError.self) { try RowWriter.write(data, to: folder.file(name)) }
      #expect(try folder.names == [])
    }
    func text(_ text: String, _ label: Label?) -> LabelledData {
      var documents = UTF8Documents()
      documents.append(text)
      return .text(documents, labels: label.map { LabelColumn([$0]) })
    }
    try refused("x.tsv", text("a\nb", "x"))
    try refused("x.tsv", text("a\tb", nil))
    try refused("x.tsv", text("a", "x\ty"))
    try refused("x.npy", text("a", "x"))
    let matrix = try CSRMatrix(columnCount: 1, rowOffsets: [0, 1], columns: [0], values: [1])
    try refused("x.svm", .features(.sparse(matrix), labels: LabelColumn(["two words"])))
    try refused("x.npz", .features(.sparse(matrix), labels: LabelColumn(["x"])))
    try refused("x.npy", .features(.sparse(matrix), labels: nil))
    let empty = try CSRMatrix(columnCount: 1, rowOffsets: [0, 0], columns: [], values: [])
    try refused("x.svm", .features(.sparse(empty), labels: nil))
  }
}
