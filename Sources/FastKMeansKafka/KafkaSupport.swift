/// Whether this build can talk to Kafka, and how to get one that can.
public enum KafkaSupport {
  /// Whether the package was built with the trait `Kafka`.
  public static var isBuilt: Bool {
    #if Kafka
      true
    #else
      false
    #endif
  }

  /// The command that builds the program with Kafka; it needs librdkafka's headers.
  public static let buildCommand = "swift build -c release --product fastkmeans --traits Kafka"
}
