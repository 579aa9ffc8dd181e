#if Kafka
  /// Reads records of one topic, either all partitions by itself or as a member of a group.
  ///
  /// It decides nothing: where to begin and what a rebalance means is up to ``KafkaSource``.
  final class KafkaConsumer {
    let client: KafkaClient
    let topic: String
    let keepsKeys: Bool

    /// - Parameter keepsKeys: records come with their keys.
    /// - Throws: ``KafkaError/badProperty(name:reason:)``, ``KafkaError/failed(_:_:)``.
    init(_ address: KafkaAddress, options: KafkaOptions, keepsKeys: Bool) throws {
      topic = address.topic
      self.keepsKeys = keepsKeys
      client = try KafkaClient(.consumer, properties: options.consumerProperties(brokers: address.brokers))
    }

    /// Leaves the group, if it is in one, and frees everything.
    func close() { client.close() }

    func place(_ partition: Int32) -> TopicPartition { TopicPartition(topic: topic, partition: partition) }
  }
#endif
