import Testing

/// Calls that name topics wrongly, or in a build that has no Kafka: exit code 2 and one line.
@Suite("Calls with topics")
struct KafkaCallTests {
  private static let stream = ["stream", "--model", "m.safetensors", "--input"]
  private static let topic = "kafka://127.0.0.1:1/docs"

  private func refuses(_ arguments: [String], mentioning words: [String]) throws {
    let folder = try Workspace()
    let outcome = try Tool.run(arguments, in: folder)
    #expect(outcome.status == 2, "\(arguments): \(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.split(separator: "\n").count == 1)
    for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
  }

  @Test(arguments: [
    (["train", "--model", "m", "--input", topic], ["stream"]),
    (["predict", "--model", "m", "--input", topic], ["stream"]),
    (stream + ["rows.tsv", "--group", "g"], ["--group", "kafka://host:port/topic"]),
    (stream + ["rows.tsv", "--dead-letter", topic], ["--dead-letter"]),
    (stream + ["rows.tsv", "--until-end"], ["--until-end"]),
    (stream + ["rows.tsv", "--kafka-property", "a=b"], ["--kafka-property"]),
    (stream + [topic, "--format", "tsv", "--offset-reset", "now"], ["--offset-reset", "earliest"]),
  ])
  func optionsThatDoNotGoTogetherAreNamed(arguments: [String], words: [String]) throws {
    try refuses(arguments, mentioning: words)
  }

  #if Kafka
    @Test(arguments: [
      (stream + [topic], ["--format"]),
      (stream + [topic, "--format", "npz", "--labels", "y.npy"], ["--labels"]),
      (stream + ["kafka://a b/docs", "--format", "tsv"], ["kafka://host:port/topic"]),
      (stream + [topic, "--format", "tsv", "--output", "answers.jsonl"], ["answers.jsonl", "kafka://"]),
      (stream + [topic, "--format", "tsv", "--follow"], ["--follow"]),
      (stream + [topic, "--format", "tsv", "--kafka-property", "acks"], ["--kafka-property", "name=value"]),
    ])
    func wrongTopicsAreNamed(arguments: [String], words: [String]) throws {
      try refuses(arguments, mentioning: words)
    }

    @Test func aBrokerThatDoesNotAnswerEndsTheCallInTime() throws {
      let folder = try Workspace()
      let outcome = try Tool.run(
        Self.stream + [Self.topic, "--format", "tsv", "--kafka-timeout", "1"], in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("no Kafka broker at 127.0.0.1:1 answered in 1 s"), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  #else
    @Test(arguments: [
      stream + [topic], stream + [topic, "--format", "tsv"], stream + ["rows.tsv", "--output", topic],
    ])
    func aBuildWithoutKafkaNamesTheCommandThatBuildsIt(arguments: [String]) throws {
      try refuses(
        arguments, mentioning: ["swift build -c release --product fastkmeans --traits Kafka"])
    }
  #endif
}
