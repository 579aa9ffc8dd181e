import FastKMeansCore
import FastKMeansFormats

/// Where the rows of a stream come from: a file, a pipe, a topic.
///
/// The life of a source: it is made, asked for its ``identity``, told to ``seek(to:)`` the position that was saved
/// under that identity, if any, and, if the log holds batches after that position, asked to read these again with
/// ``reread(to:)``. Then ``next(_:waiting:stop:)`` is called until it says ``SourceEvent/end`` or the stream stops.
/// ``didSave(upTo:)`` comes after every checkpoint, ``close()`` at the end. All calls come from one thread.
///
/// A position is saved together with what was learned from the rows before it, in one file that appears whole or
/// not at all. So each row is learned exactly once, whatever a broker believes to have been read.
package protocol RowSource: AnyObject {
  /// How messages name it, such as a path or `kafka://host:9092/topic`; one line.
  var name: String { get }

  /// The key under which the position is kept, the same for each later call that means the same source. One model
  /// may learn from several sources, one after the other.
  var identity: String { get }

  /// Whether the rows between two positions can be read again, to the bit, after a crash.
  ///
  /// If so, the log keeps a batch's end position and a checksum of its rows, and ``reread(to:)`` brings the rows
  /// back. If not (a pipe), the log keeps the rows themselves.
  var isRereadable: Bool { get }

  /// The place after the rows that were handed out last.
  var position: SourcePosition { get }

  /// Whether the indices of svmlight rows start at 0, once rows have shown it; nil for other formats.
  var zeroBased: Bool? { get }

  /// Goes to a position that ``position`` gave, in this run or in one before. Called before any row is read.
  ///
  /// - Parameter position: from the checkpoint.
  /// - Throws: what tells the user that the source is no longer what it was.
  func seek(to position: SourcePosition) throws

  /// What the model says about its rows, where the format leaves it open. Called before rows are read, and again
  /// when the first batch has shown it.
  ///
  /// - Parameter expectation: number of features and type of the labels.
  func expect(_ expectation: RowExpectation)

  /// The next batch.
  ///
  /// Returns as soon as ``BatchLimits/maxRows`` or ``BatchLimits/maxBytes`` is reached, or
  /// ``BatchLimits/maxDelay`` has passed since the batch's first row came, or the source has ended.
  ///
  /// A stop is looked for at least every tenth of a second. When it comes, a source that can be read again says
  /// ``SourceEvent/nothing`` and leaves its position before the rows it has gathered, so that batches fall where
  /// they would have fallen without the stop; one that cannot hands out what it has gathered.
  ///
  /// - Parameters:
  ///   - limits: of this batch.
  ///   - wait: seconds after which it says ``SourceEvent/nothing`` if no row came.
  ///   - stop: to be looked at while waiting.
  /// - Throws: errors of the source that end the stream; a row that cannot be read is no error, it is in
  ///   `RowBatch.rejected`.
  func next(_ limits: BatchLimits, waiting wait: Double, stop: StopSignal) throws -> SourceEvent

  /// The rows from here to a later position, as they were handed out before. Called only if ``isRereadable``.
  ///
  /// - Parameter end: where the batch ended.
  /// - Throws: what tells the user that these rows are gone.
  func reread(to end: SourcePosition) throws -> RowBatch

  /// All before this position is durable; a broker may be told.
  ///
  /// - Parameter position: the one in the newest checkpoint.
  func didSave(upTo position: SourcePosition) throws

  /// Takes back rows that could not be read, as for a dead-letter topic. Comes after their batch has been learned
  /// and logged; after a crash it may come twice for the same rows.
  ///
  /// - Parameter rejected: with the line numbers or record numbers that the source gave them.
  func setAside(_ rejected: [RejectedRow]) throws

  /// Lets go of everything; nothing is called after it.
  func close()
}

extension RowSource {
  package var zeroBased: Bool? { nil }
  package func expect(_ expectation: RowExpectation) {}
  package func didSave(upTo position: SourcePosition) throws {}
  package func setAside(_ rejected: [RejectedRow]) throws {}
  package func close() {}
}

/// What a source answers when it is asked for rows.
package enum SourceEvent: Sendable, Equatable {
  /// A batch; it may hold rejected rows only.
  case rows(RowBatch)
  /// No row has come in the time allowed, or the stream is to stop.
  case nothing
  /// Before anything else, all that was handed out must be saved: part of the source is about to go to another
  /// reader. ``RowSource/didSave(upTo:)`` tells when it is done.
  case saveFirst
  /// There will be no more rows.
  case end
}

/// When a batch is complete.
public struct BatchLimits: Sendable, Equatable {
  /// The most rows of a batch, at least 1.
  public var maxRows: Int
  /// The batch ends with the row that reaches this many bytes of the source.
  public var maxBytes: Int
  /// Seconds after a batch's first row in which it must be complete; what waits for nothing need not look at it.
  public var maxDelay: Double

  package init(maxRows: Int, maxBytes: Int, maxDelay: Double) {
    self.maxRows = maxRows
    self.maxBytes = maxBytes
    self.maxDelay = maxDelay
  }
}

/// What a model says about the rows that it can learn from.
package struct RowExpectation: Sendable, Equatable {
  /// The number of features of rows that are vectors; nil while it is open, and for text.
  package var featureCount: Int?
  /// The type that labels must have; nil while integers may still turn out to be texts.
  package var labelKind: Label.Kind?
  /// Whether the indices of svmlight rows start at 0; nil while it is open, and for other formats.
  package var zeroBased: Bool?

  package init(featureCount: Int? = nil, labelKind: Label.Kind? = nil, zeroBased: Bool? = nil) {
    self.featureCount = featureCount
    self.labelKind = labelKind
    self.zeroBased = zeroBased
  }
}

/// A place between two rows of a source, to go on from: bytes that only the source itself understands.
///
/// They go into the checkpoint and into the log of batches as they are, so they must not change their meaning from
/// one version of a source to the next: begin them with a version byte, or make them a text with names.
package struct SourcePosition: Sendable, Equatable {
  /// At most ``maxByteCount``.
  package var bytes: [UInt8]

  /// A position that is longer is refused when it is to be saved.
  package static let maxByteCount = 1 << 20

  /// - Parameter bytes: the source's own coding; empty stands for the beginning.
  package init(bytes: [UInt8] = []) { self.bytes = bytes }

  /// The beginning of a source.
  package static let beginning = SourcePosition()
}
