/// The questions that a model asks about documents, whoever answers: ``ScoringIndex`` on the processor,
/// ``DeviceScoring`` elsewhere. See there for the meaning of each.
package protocol DocumentScoring: Sendable {
  func bestPrototypeIndices(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    into prototypes: UnsafeMutableBufferPointer<Int32>) throws

  func topClasses(
    _ k: Int, of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    into hits: UnsafeMutableBufferPointer<PrototypeHit>) throws

  func bestOwnAndOther(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, classes: UnsafeBufferPointer<Int32>,
    margin: Float?, workers: Int, own: UnsafeMutableBufferPointer<PrototypeHit>,
    other: UnsafeMutableBufferPointer<PrototypeHit>) throws

  func forEachAbove(
    threshold: Float, of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    _ body:
      @escaping @Sendable (_ worker: Int, _ row: Int, _ hits: UnsafeBufferPointer<PrototypeHit>) throws ->
      Void) throws

  func forEachScoreBlock(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    _ body:
      @escaping @Sendable (
        _ worker: Int, _ rows: Range<Int>, _ scores: UnsafeMutableBufferPointer<Float>
      ) throws -> Void) throws
}

extension ScoringIndex: DocumentScoring {}
