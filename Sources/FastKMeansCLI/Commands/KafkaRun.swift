import FastKMeansCore
import FastKMeansFormats
import FastKMeansKafka
import FastKMeansStreams

/// The topics of a stream; without any it does nothing.
struct KafkaRun {
  var input: KafkaAddress?
  var output: KafkaAddress?
  var deadLetter: KafkaAddress?
  var options: KafkaOptions

  /// - Throws: ``KafkaError``; in a build without Kafka the one that says how to get it.
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

  /// - Returns: `nil` if answers are not wanted.
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
      // Records that nobody learns from are never passed over in silence.
      StandardError.write("fastkmeans: warning: \(notice)\n")
    } else if notice.isImportant {
      progress.note("\(notice)")
    }
  }
}
