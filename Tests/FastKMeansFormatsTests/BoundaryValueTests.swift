import FastKMeansCore
import FastKMeansTestSupport
import FastKMeansText
import Testing

@testable import FastKMeansFormats

/// Every number of a file, at the values where arithmetic breaks: an error or rows, never a trap.
@Suite struct BoundaryValueTests {
  /// A model that was read answers, learns and is written.
  private func exercise(_ contents: ModelContents) {
    let width = contents.model.featureCount
    // A model may be as wide as it says; rows as wide are made where that is cheap.
    let columns = Set([0, width / 2, width - 1]).sorted().map(UInt32.init)
    guard
      let rows = try? CSRMatrix(
        columnCount: width, rowOffsets: [0, columns.count, columns.count], columns: columns,
        values: columns.map { _ in 0.5 })
    else { return }
    var features = Features.sparse(rows)
    if !contents.model.storage.prototypes.isSparse {
      guard width < 1 << 16,
        let dense = try? DenseMatrix(
          rowCount: 2, columnCount: width, values: (0..<2 * width).map { Float($0 % 3) })
      else { return }
      features = .dense(dense)
    }
    _ = try? contents.model.classify(features, top: 2)
    _ = try? contents.vectorizer?.transform(UTF8Documents(["the goal", "x"]), workers: 1)
    let labels = LabelColumn([contents.model.classes[0], contents.model.classes[0]])
    var classifier = FastKMeansClassifier<Label>(resuming: contents.model)
    for _ in 0..<2 { _ = try? classifier.fitBatch(features, labels: labels) }
    guard let model = try? classifier.model else { return }
    _ = try? ModelFile.bytes(of: ModelContents(model: model, vectorizer: contents.vectorizer))
  }

  private func sealed(_ header: [UInt8], _ data: [UInt8]) -> [UInt8] {
    let digest = data.withUnsafeBytes { SHA256.hexDigest(of: $0) }
    let text = String(decoding: header, as: UTF8.self).replacing(
      #/"data_sha256":"[0-9a-f]*"/#, with: "\"data_sha256\":\"\(digest)\"")
    return ForgedModel.file(header: text, data: data)
  }

  @Test(arguments: [true, false]) func inModels(_ isText: Bool) throws {
    let contents =
      isText
      ? try SampleModels.ofText(text: TextOptions(maxFeatures: 20))
      : try SampleModels.refined(isSparse: false)
    let whole = try ModelFile.bytes(of: contents)
    var (refused, taken) = (0, 0)
    let parse: ([UInt8]) throws -> JSON = { try JSON.parse($0) }
    try BoundaryValues.forEachNumber(ofContainer: whole, parse: parse) { header, data, place in
      do {
        exercise(try ModelFile.read(bytes: sealed(header, data), threadCount: 1))
        taken += 1
      } catch is ModelFileError {
        refused += 1
      } catch {
        Issue.record("\(place): \(error)")
      }
    }
    #expect(refused > 50 && taken > 50, "\(refused) refused, \(taken) taken")
  }

  @Test func inArrayHeaders() throws {
    let folder = try ScratchFolder()
    let bytes = try ScratchFolder.bytes(fixture("dense-little-f4.npy"))
    let length = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
    try BoundaryValues.forEachNumeral(of: Array(bytes[10..<length])) { text, place in
      let count = [UInt8(truncatingIfNeeded: text.count), UInt8(truncatingIfNeeded: text.count >> 8)]
      let path = try folder.file("a.npy", bytes[..<8] + count + text + bytes[length...])
      #expect(throws: FormatError.self, "\(place)") {
        try LabelledData.read(path, options: unlabelled())
      }
    }
  }

  @Test func inArchives() throws {
    let folder = try ScratchFolder()
    let bytes = try ScratchFolder.bytes(fixture("sparse-compressed.npz"))
    for offset in 0..<bytes.count - 8 {
      // The directory, which has the sizes, is gone through closely.
      for width in [4, 8] where offset % (offset > bytes.count - 400 ? width / 2 : 64) == 0 {
        try BoundaryValues.forEachField(of: bytes, at: offset, width: width) { changed, _ in
          let path = try folder.file("a.npz", changed)
          _ = try? LabelledData.read(path, options: unlabelled())
        }
      }
    }
    #expect(try LabelledData.read(folder.file("whole.npz", bytes), options: unlabelled()).rowCount == 13)
  }
}
