import FastKMeansTestSupport
import Testing

@testable import FastKMeansCore

@Suite struct PartialProductTests {
  /// Rows that are mixtures of a few directions.
  private func rows(_ count: Int, features: Int, rank: Int, seed: UInt64) -> [Float] {
    var random = CounterRandom(seed: seed)
    let directions = (0..<rank * features).map { _ in Float(random.nextUnit()) - 0.5 }
    return (0..<count).flatMap { _ in
      let shares = (0..<rank).map { _ in Float(random.nextUnit()) - 0.5 }
      return (0..<features).map { feature in
        (0..<rank).reduce(Float(0)) { $0 + shares[$1] * directions[$1 * features + feature] }
      }
    }
  }

  private func set(_ values: [Float], features: Int) -> PrototypeSet {
    let count = values.count / features
    return PrototypeSet(
      featureCount: features, rows: .dense(values: .float32(values)),
      classIndices: (0..<count).map { Int32($0) }, masses: [Double](repeating: 1, count: count))
  }

  private func product(_ values: [Float], features: Int) throws -> PartialProduct {
    let biases = [Float](repeating: 0, count: roundedUp(values.count / features, to: 64))
    return try PartialProduct(set(values, features: features), biases: biases, truncation: 0)
  }

  @Test func directionsOfFewAreFoundAndNothingIsLeft() throws {
    let product = try product(rows(300, features: 80, rank: 20, seed: 1), features: 80)
    #expect(product.basis.count == 32)
    #expect(product.basis.defect < 1e-4)
    for prototype in 0..<300 { #expect(product.restNorms.pointer[prototype] < 0.1) }
  }

  @Test func rowsOfFullRankKeepTheirRest() throws {
    let product = try product(rows(300, features: 80, rank: 80, seed: 2), features: 80)
    #expect(product.basis.defect < 1e-4)
    #expect((0..<300).contains { product.restNorms.pointer[$0] > 0.3 })
  }

  @Test func aBasisOfNothingIsNothing() throws {
    let product = try product([Float](repeating: 0, count: 40 * 30), features: 30)
    #expect(product.basis.defect == 0)
    let limits = product.limits(squares: 4, headSquares: 0)
    #expect(limits.rest >= 2)
  }

  /// Documents like the prototypes leave few of them open, and the index finds it worth going on.
  @Test func fewPrototypesStayOpen() throws {
    let features = 80
    let values = rows(700, features: features, rank: 24, seed: 3)
    let index = try ScoringIndex(
      prototypes: set(values, features: features), classCount: 700, method: .partialProduct)
    let matrix = try DenseMatrix(rowCount: 700, columnCount: features, values: values)
    var best = [Int32](repeating: -1, count: 700)
    try Features.dense(matrix).withRows { rows in
      try best.withUnsafeMutableBufferPointer {
        try index.bestPrototypes(of: rows, scales: nil, workers: 1, into: $0)
      }
    }
    let product = try #require(try index.denseStorage().product(forRows: 1))
    #expect(
      product.record.isWorthwhile(
        leaders: 1, prototypeCount: 700, featureCount: features, headCount: product.basis.count))
  }

  @Test func aRecordOfTooManyEndsIt() {
    let record = PruningRecord()
    func pays(_ leaders: Int) -> Bool {
      record.isWorthwhile(leaders: leaders, prototypeCount: 1000, featureCount: 400, headCount: 160)
    }
    record.add(rows: 50, survivors: 50 * 1000, leaders: 1)
    #expect(pays(1), "too few rows to conclude anything")
    record.add(rows: 50, survivors: 50 * 1000, leaders: 1)
    #expect(!pays(1))
    #expect(pays(5), "another question has its own record")
    record.add(rows: 100_000, survivors: 100_000, leaders: 1)
    #expect(pays(1))
  }
}
