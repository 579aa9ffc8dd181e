/// A place between two rows of a source, to go on from: bytes that only the source itself understands.
///
/// They go into the checkpoint and into the log of batches as they are, so they must not change their meaning from
/// one version of a source to the next: begin them with a version byte, or make them a text with names.
public struct SourcePosition: Sendable, Equatable {
  /// At most ``maxByteCount``.
  public var bytes: [UInt8]

  /// A position that is longer is refused when it is to be saved.
  public static let maxByteCount = 1 << 20

  /// - Parameter bytes: the source's own coding; empty stands for the beginning.
  public init(bytes: [UInt8] = []) { self.bytes = bytes }

  /// The beginning of a source.
  public static let beginning = SourcePosition()
}
