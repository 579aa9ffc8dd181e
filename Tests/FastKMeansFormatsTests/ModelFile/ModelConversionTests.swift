import FastKMeansCore
import FastKMeansTestSupport
import Testing

@testable import FastKMeansFormats

@Suite struct ModelConversionTests {
  @Test(arguments: Precision.allCases, Precision.allCases)
  func namesTheLargestRoundingErrors(from: Precision, to: Precision) throws {
    for isSparse in [true, false] {
      let contents = try SampleModels.ofVectors(SampleModels.options(from), isSparse: isSparse)
      let converted = try contents.converted(to: to)
      let (before, after) = (contents.model.prototypes.values, converted.contents.model.prototypes.values)
      let errors = (0..<before.count).map { abs(before[$0] - after[$0]) }
      let relative = (0..<before.count).map { before[$0] == 0 ? 0 : errors[$0] / abs(before[$0]) }
      #expect(after == StoredValues((0..<before.count).map { before[$0] }, precision: to))
      #expect(converted.loss.largestAbsoluteError == errors.max())
      #expect(converted.loss.largestRelativeError == relative.max())
      #expect(converted.loss.changedCount == errors.count { $0 > 0 })
      #expect(converted.loss.valueCount == before.count)
      if to == from || to == .float64 { #expect(converted.loss.changedCount == 0) }
      // Unit rows: no value is above 1, and half a unit in the last place of 8 or 11 bits is at most this.
      if to == .bfloat16 { #expect(converted.loss.largestAbsoluteError <= 0x1p-9) }
      if to == .float16 { #expect(converted.loss.largestAbsoluteError <= 0x1p-12) }
      #expect(converted.contents.model.options.precision == to)
      expectSame(converted.contents, try ModelFile.read(bytes: ModelFile.bytes(of: converted.contents)))
    }
  }

  @Test func makesTheFileSmaller() throws {
    let contents = try SampleModels.ofVectors(isSparse: false)
    let small = try ModelFile.bytes(of: contents.converted(to: .float16).contents)
    let saved = contents.model.prototypes.storedValueCount * 2
    // Headers are padded to 64 bytes.
    #expect(abs(try ModelFile.bytes(of: contents).count - small.count - saved) <= 64)
  }

  @Test func countsAValueThatVanishesAsLostWhole() {
    let before = StoredValues([0, 1e-9, 1], precision: .float64)
    var loss = PrecisionLoss()
    loss.add(from: before, to: StoredValues([0, 0, 1], precision: .float64))
    #expect(loss.changedCount == 1)
    #expect(loss.largestAbsoluteError == 1e-9)
    #expect(loss.largestRelativeError == 1)
  }
}
