import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansKafka
import FastKMeansStreams

struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Learn from rows as they come, and survive any crash.",
    discussion: """
      Prints a JSON object for each batch that was learned and is on the disk. State and log lie in MODEL.state. From \
      a file it remembers the position: killed and started again with the same call it goes on, and ends with the \
      model that one call would have written. SIGTERM and SIGINT finish the batch, save, and end with exit code 0.

      A model that is there goes on with the options that it was made with. The vocabulary of a new model is learned \
      from its first documents; with --hashing none is needed.

      Examples:
        fastkmeans stream --model tickets.safetensors --input tickets.tsv
        tail -n 0 -F tickets.tsv | fastkmeans stream --model tickets.safetensors --input - --format tsv
        fastkmeans stream --model tickets.safetensors --input kafka://host:9092/tickets --format jsonl
      """
  )

  @OptionGroup(title: "Input") var input: InputArguments
  @OptionGroup(title: "Stream") var stream: StreamArguments
  @OptionGroup(title: "Kafka") var kafka: KafkaArguments

  @Option(help: ArgumentHelp("The model file; made if it is not there.", valueName: "file"))
  var model: String

  @OptionGroup(title: "Training") var training: TrainingArguments
  @OptionGroup(title: "Text (tsv, csv and jsonl)") var text: TextArguments
  @OptionGroup(title: "Display") var display: DisplayArguments

  func validate() throws {
    guard model != "-" else { throw ValidationError("--model needs the name of a file, not -") }
    try stream.check()
  }

  func run() throws {
    let format = try isTopic ? kafka.format(input.rows) : input.resolvedFormat()
    guard format.holdsDocuments || !text.isGiven && !stream.updateIdf else {
      throw CallError(
        "options of text do not go with \(format.rawValue) rows, which are vectors already; leave them out")
    }
    guard stream.features == nil || format == .svmlight else {
      throw CallError("--features is for svmlight rows; \(format.rawValue) rows say it themselves")
    }
    var options = try stream.options(modelPath: model, training: training.options())
    options.text = format.holdsDocuments ? try text.options() : nil
    try StreamRun(
      options: options, input: input.input, follow: stream.follow, format: format,
      reader: readerOptions(format),
      kafka: kafka.options(input: input.input, model: model, maxRecordBytes: stream.maxRecordBytes),
      metricsAddress: stream.metricsPort.map { (stream.metricsHost, $0) }, isQuiet: display.quiet
    ).run()
  }

  private var isTopic: Bool { KafkaAddress.isAddress(input.input) }

  private func readerOptions(_ format: RowFormat) -> ReaderOptions {
    var options = input.rows.readerOptions(format: format, requiresLabels: true)
    options.workers = training.nThreads
    options.maxRecordBytes = stream.maxRecordBytes
    options.featureCount = stream.features
    return options
  }
}
