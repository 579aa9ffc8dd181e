import FastKMeansFormats

/// One partition of a topic.
package struct TopicPartition: Hashable, Sendable, Codable {
  package var topic: String
  /// From 0 on.
  package var partition: Int32

  package init(topic: String, partition: Int32) {
    self.topic = topic
    self.partition = partition
  }
}

extension TopicPartition: Comparable {
  package static func < (left: TopicPartition, right: TopicPartition) -> Bool {
    (left.topic, left.partition) < (right.topic, right.partition)
  }
}

extension TopicPartition: CustomStringConvertible {
  package var description: String { "topic '\(topic)', partition \(partition)" }
}

/// One record of a topic.
package struct KafkaRecord: Equatable, Sendable {
  package var place: TopicPartition
  /// Counts from 0 in each partition.
  package var offset: Int64
  /// Milliseconds since 1970, as the producer or the broker set it; `nil` if neither did.
  package var timestamp: Int64?
  /// `nil` if it has none.
  package var key: [UInt8]?
  /// `nil` for a tombstone.
  package var value: [UInt8]?
}

/// A record that could not be read, and why.
struct RejectedRecord: Equatable, Sendable {
  var record: KafkaRecord
  var reason: FormatError.Problem

  /// As the stream reports it; the message names partition and offset.
  func row(of address: String) -> RejectedRow {
    let name = "\(address), partition \(record.place.partition), offset \(record.offset)"
    return RejectedRow(
      bytes: record.value ?? [], reason: FormatError(path: name, place: .file, problem: reason))
  }
}

/// A message to be written to a topic.
package struct KafkaMessage: Equatable, Sendable {
  package struct Header: Equatable, Sendable {
    package var name: String
    package var value: [UInt8]

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = Array(value.utf8)
    }
  }

  /// Messages with the same key go to the same partition; `nil`: to any.
  package var key: [UInt8]?
  /// `nil` writes a tombstone.
  package var value: [UInt8]?
  package var headers: [Header]

  package init(key: [UInt8]? = nil, value: [UInt8]?, headers: [Header] = []) {
    self.key = key
    self.value = value
    self.headers = headers
  }
}
