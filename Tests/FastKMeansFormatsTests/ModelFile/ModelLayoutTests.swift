import FastKMeansCore
import FastKMeansReference
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct ModelLayoutTests {
  @Test(arguments: Precision.allCases) func everyTensorStartsAtAMultipleOfItsElement(precision: Precision)
    throws
  {
    let folder = try ScratchFolder()
    let path = folder.file("model.safetensors")
    try ModelFile.write(SampleModels.ofText(SampleModels.options(precision)), to: path)
    let info = try ModelFile.info(of: path)
    #expect(info.formatVersion == "1.3")
    #expect((info.headerByteCount + 8) % 64 == 0)
    #expect(info.tensors.first?.byteOffset == info.headerByteCount + 8)
    for tensor in info.tensors { #expect(tensor.byteOffset % tensor.type.byteCount == 0, "\(tensor.name)") }
    #expect(info.byteCount == info.headerByteCount + 8 + info.tensors.reduce(0) { $0 + $1.byteCount })
    #expect(
      info.tensors.map(\.name).sorted() == [
        "class.label_bytes", "class.label_offsets", "prototype.class", "prototype.indices",
        "prototype.indptr",
        "prototype.mass", "prototype.sum_scale", "prototype.values", "vocabulary.bytes",
        "vocabulary.document_frequency", "vocabulary.idf", "vocabulary.offsets",
      ])
  }

  @Test func sameInputAndSeedGiveTheSameBytesForAnyThreadCount() throws {
    for isSparse in [true, false] {
      for mode in Mode.allCases {
        let files = try [1, 4].map { threads in
          try ModelFile.bytes(
            of: SampleModels.ofVectors(
              SampleModels.options(mode: mode) { $0.threadCount = threads }, isSparse: isSparse))
        }
        #expect(files[0] == files[1], "sparse: \(isSparse), \(mode)")
      }
    }
  }

  @Test func refusesABadThreadCountByName() throws {
    let bytes = try ModelFile.bytes(of: SampleModels.smallest())
    let error = #expect(throws: OptionsError.self) { try ModelFile.read(bytes: bytes, threadCount: 0) }
    #expect(error?.parameter == "n_threads")
  }
}
