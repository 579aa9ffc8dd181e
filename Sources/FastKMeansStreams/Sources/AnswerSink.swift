import FastKMeansCore

/// Where the answers to a stream's rows go: what the model says about each row before it learns from it.
///
/// Answers are sent when their batch has been logged. After a crash some may be sent again, none is left out.
public protocol AnswerSink: AnyObject {
  /// Takes the answers of one batch.
  ///
  /// - Parameters:
  ///   - answers: one for each row of the batch, in its order; rejected rows have none.
  ///   - position: the source's position after the batch.
  func send(_ answers: [Answer<Label>], upTo position: SourcePosition) throws

  /// Waits until all that was sent has arrived; a checkpoint follows.
  func flush() throws
}
