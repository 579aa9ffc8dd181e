/// A partition with an offset and, where it comes from a commit, what was noted with it.
struct PartitionOffset: Equatable, Sendable {
  var place: TopicPartition
  /// `nil`: none is known.
  var offset: Int64?
  var note: String?
}
