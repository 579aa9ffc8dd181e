import ArgumentParser
import FastKMeansFormats
import FastKMeansKafka
import Foundation

/// How a stream reads topics and writes to them.
struct KafkaArguments: ParsableArguments {
  private static let defaults = KafkaOptions()

  @Option(
    "The topic for what the model says about each row before it learns from it.", "kafka://host:port/topic")
  var output: String?

  @Option("The topic for records that cannot be read.", "kafka://host:port/topic")
  var deadLetter: String?

  @Option(
    "The consumer group to share the topic's partitions with. (default: all partitions are read)", "name")
  var group: String?

  @Option(
    "What this member of the group is called in its commits. (default: the host and the model's path)", "name"
  )
  var member: String?

  @Option(help: "What to do where the next record was deleted before it was read.")
  var offsetReset = defaults.offsetReset

  @Flag(help: "End when all was read that the topic holds.")
  var untilEnd = false

  @Option("Seconds to wait for a broker at the start. (default: \(defaults.firstContact))", "seconds")
  var kafkaTimeout = defaults.firstContact

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A property of librdkafka; again for each one.", valueName: "name=value"))
  var kafkaProperty: [String] = []

  @Option("Properties of librdkafka, a name=value a line.", "file")
  var kafkaConfig: String?

  /// The format of records, which no file's ending tells.
  ///
  /// - Throws: ``CallError`` without one, and in a build without Kafka.
  func format(_ rows: RowArguments) throws -> RowFormat {
    guard KafkaError.isBuilt else { throw CallError("\(KafkaError.notBuilt)") }
    guard let format = rows.format else {
      throw CallError(
        "a topic's name does not tell the format of its records; pass --format jsonl, tsv or svmlight")
    }
    guard rows.labels == nil else {
      throw CallError("--labels is for npz and npy rows; records bring their own labels")
    }
    return format
  }

  /// What a run needs of it.
  ///
  /// - Throws: ``CallError`` for options that do not go together, ``KafkaError`` for malformed addresses.
  func options(input: String, model: String, maxRecordBytes: Int) throws -> KafkaRun {
    let isTopic = KafkaAddress.isAddress(input)
    guard isTopic || group == nil && deadLetter == nil && member == nil && !untilEnd else {
      throw CallError(
        "--group, --member, --dead-letter and --until-end go with --input kafka://host:port/topic")
    }
    guard isTopic || output != nil || kafkaProperty.isEmpty && kafkaConfig == nil else {
      throw CallError(
        "--kafka-property and --kafka-config go with --input or --output kafka://host:port/topic")
    }
    guard KafkaError.isBuilt || !isTopic && output == nil else { throw CallError("\(KafkaError.notBuilt)") }
    var options = KafkaOptions()
    options.group = group
    options.member = member ?? Self.memberName(model: model)
    options.offsetReset = offsetReset
    options.stopsAtEnd = untilEnd
    options.firstContact = kafkaTimeout
    options.maxRecordBytes = maxRecordBytes
    options.namesRecords = output != nil
    options.properties = try properties()
    return KafkaRun(
      input: isTopic ? try address(input) : nil, output: try output.map(address),
      deadLetter: try deadLetter.map(address), options: options)
  }

  private func address(_ text: String) throws -> KafkaAddress {
    do {
      return try KafkaAddress(text)
    } catch let error as KafkaError {
      throw CallError("\(error)")
    }
  }

  /// Those of the file, then those of the call, which win.
  private func properties() throws -> [String: String] {
    var all: [String: String] = [:]
    if let kafkaConfig {
      for (index, line) in try SideFile.lines(of: kafkaConfig).enumerated() {
        let line = line.trimmingCharacters(in: .whitespaces)
        if line.isEmpty || line.hasPrefix("#") { continue }
        guard let (name, value) = Self.pair(line) else {
          // The line may hold a password, so it is not shown.
          throw CallError("\(kafkaConfig), line \(index + 1): expected name=value")
        }
        all[name] = value
      }
    }
    for text in kafkaProperty {
      guard let (name, value) = Self.pair(text) else {
        throw CallError("--kafka-property is '\(text)'; allowed: name=value")
      }
      all[name] = value
    }
    return all
  }

  private static func pair(_ text: String) -> (name: String, value: String)? {
    guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
    func trimmed(_ part: Substring) -> String { part.trimmingCharacters(in: .whitespaces) }
    return (trimmed(text[..<sign]), trimmed(text[text.index(after: sign)...]))
  }

  /// The same at each start, and another one for each model on each machine.
  private static func memberName(model: String) -> String {
    let path = URL(fileURLWithPath: model).standardizedFileURL.path
    return String("\(ProcessInfo.processInfo.hostName):\(path)".suffix(400))
  }
}

extension KafkaOptions.OffsetReset: ExpressibleByArgument {}
