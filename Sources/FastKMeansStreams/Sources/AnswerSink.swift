import FastKMeansCore

/// Receives the model's answer to each row of a stream, given before the model learns from that row.
///
/// The stream sends answers when their batch is in the log. After a crash it may send some again; it leaves none out.
package protocol AnswerSink: AnyObject {
  /// Takes the answers of one batch.
  ///
  /// - Parameters:
  ///   - answers: one for each row of the batch, in its order; rejected rows have none.
  ///   - position: the source's position after the batch.
  func send(_ answers: [Answer<Label>], upTo position: SourcePosition) throws

  /// Waits until all that was sent has arrived; a checkpoint follows.
  func flush() throws
}
