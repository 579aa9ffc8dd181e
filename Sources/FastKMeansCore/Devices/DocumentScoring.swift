/// What can be asked about documents: ``ScoringIndex`` on the processor, ``DeviceScoring`` elsewhere.
///
/// `rows` must have at most as many columns as there are features (dense rows exactly), `scales` (nil: all 1) one value
/// for each row, and the answers lie row after row. `workers` is the number of threads; it changes no bit.
package protocol DocumentScoring: Sendable {
  /// The best prototype of each row, -1 where no score is a number; equal scores go to the lowest prototype.
  func bestPrototypes(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    into prototypes: UnsafeMutableBufferPointer<Int32>) throws

  /// The best prototypes of the best classes of each row with their exact scores, best first, padded with -1; equal
  /// scores go to the lowest prototype. `hits` has room for the question's ``ClassQuestion/most`` a row.
  func bestClasses(
    _ question: ClassQuestion, of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    into hits: UnsafeMutableBufferPointer<PrototypeHit>) throws

  /// Every score, streamed: `body` gets blocks of rows with a score of each prototype, row-major. It may write to the
  /// block. Blocks come in no fixed order and are small; the whole table never exists.
  func forEachScoreBlock(
    of rows: FeatureRows, scales: UnsafeBufferPointer<Float>?, workers: Int,
    _ body: @escaping ScoreBlockBody) throws
}

/// Takes a block of scores: its rows, and for each row a score of every prototype.
package typealias ScoreBlockBody =
  @Sendable (_ worker: Int, _ rows: Range<Int>, _ scores: UnsafeMutableBufferPointer<Float>) throws -> Void
