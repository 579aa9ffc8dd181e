/// Where a partition is read from: the one place where checkpoint, group and topic are weighed against each other.
struct StartRule: Sendable {
  /// Whose commits are this reader's own.
  var member: String
  var reset: KafkaOptions.OffsetReset

  struct Decision: Equatable, Sendable {
    var offset: Int64
    var reason: KafkaNotice.Start
    /// What is not read, and was to be.
    var skippedFrom: Int64?
  }

  /// Decides.
  ///
  /// The checkpoint's offset counts, for it was saved together with what was learned. What the group has committed
  /// counts only where somebody else has committed it, further on: then that member has learned the records up to
  /// there, while the partition was his. What this reader has committed itself is information only, also where its
  /// state was taken away since.
  ///
  /// - Parameters:
  ///   - place: for the error.
  ///   - own: the checkpoint's offset; `nil` if it knows nothing of this partition.
  ///   - committed: the group's offset with the member that committed it; `nil` without a group.
  ///   - bounds: the first offset that is there, and the next that will be.
  /// - Throws: ``KafkaError/offsetOutOfRange(_:offset:earliest:latest:)``.
  func start(
    _ place: TopicPartition, own: Int64?, committed: PartitionOffset?,
    bounds: (earliest: Int64, latest: Int64)
  ) throws -> Decision {
    let (wanted, reason) = wanted(own: own, committed: committed)
    guard let wanted else {
      return reset == .latest
        ? Decision(offset: bounds.latest, reason: .latest)
        : Decision(offset: bounds.earliest, reason: .beginning)
    }
    guard wanted < bounds.earliest || wanted > bounds.latest else {
      return Decision(offset: wanted, reason: reason)
    }
    let offset = try resetOffset(place, wanted: wanted, bounds: bounds)
    return Decision(offset: offset, reason: reset == .latest ? .latest : .beginning, skippedFrom: wanted)
  }

  private func wanted(own: Int64?, committed: PartitionOffset?) -> (Int64?, KafkaNotice.Start) {
    let author = Self.member(in: committed?.note)
    guard let offset = committed?.offset, author != member else { return (own, .checkpoint) }
    guard let own, own >= offset else { return (offset, .committed(by: author)) }
    return (own, .checkpoint)
  }

  private func resetOffset(
    _ place: TopicPartition, wanted: Int64, bounds: (earliest: Int64, latest: Int64)
  ) throws -> Int64 {
    switch reset {
    case .earliest: return bounds.earliest
    case .latest: return bounds.latest
    case .error:
      throw KafkaError.offsetOutOfRange(
        place, offset: wanted, earliest: bounds.earliest, latest: bounds.latest)
    }
  }

  /// What is committed beside an offset.
  static func note(member: String) -> String { notePrefix + member }

  /// Who committed; `nil` if it was no stream of this kind.
  static func member(in note: String?) -> String? {
    guard let note, note.hasPrefix(notePrefix) else { return nil }
    return String(note.dropFirst(notePrefix.count))
  }

  private static let notePrefix = "fastkmeans/1 "
}
