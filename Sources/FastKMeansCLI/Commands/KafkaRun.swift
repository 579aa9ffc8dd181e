import FastKMeansCore
import FastKMeansFormats
import FastKMeansKafka
import FastKMeansStreams

/// The topics that a stream reads from and writes to.
struct KafkaRun {
  var input: KafkaAddress?
  var output: KafkaAddress?
  var deadLetter: KafkaAddress?
  var options: KafkaOptions

  /// Opens the topic to read from.
  ///
  /// - Throws: ``KafkaError``; in a build without Kafka, the error says how to get one.
  func source(format: RowFormat, reader: ReaderOptions, _ progress: ProgressDisplay) throws -> any RowSource {
    #if Kafka
      guard let input else { throw KafkaError.notBuilt }
      return try KafkaSource(
        input, format: format, reader: reader, options: options, deadLetter: deadLetter,
        notice: { Self.tell($0, progress) })
    #else
      throw KafkaError.notBuilt
    #endif
  }

  /// Opens the topic for answers.
  ///
  /// - Returns: `nil` if no topic for answers was named.
  func answers(stop: StopSignal, _ progress: ProgressDisplay) throws -> (any AnswerSink)? {
    guard let output else { return nil }
    #if Kafka
      return try KafkaAnswers(
        output, source: input, options: options, stop: stop, notice: { Self.tell($0, progress) },
        encode: { $0.json.text })
    #else
      throw KafkaError.notBuilt
    #endif
  }

  private static func tell(_ notice: KafkaNotice, _ progress: ProgressDisplay) {
    if case .skipped = notice {
      // A skipped record is reported even with --quiet.
      StandardError.write("fastkmeans: warning: \(notice)\n")
    } else if notice.isImportant {
      progress.note("\(notice)")
    }
  }
}
