import ArgumentParser
import FastKMeansCore
import FastKMeansFormats
import FastKMeansKafka
import FastKMeansText

/// A file of rows and how it is to be read: the same options for every command that reads one.
struct InputArguments: ParsableArguments {
  @Option(help: "The rows; '-' is standard input.")
  var input: String

  @OptionGroup var rows: RowArguments

  /// The format by option or by name.
  ///
  /// - Throws: ``CallError`` where nothing tells the format, or labels of a separate file have no place.
  func resolvedFormat() throws -> RowFormat { try rows.resolvedFormat(of: input) }

  /// What the reader is told.
  func readerOptions(requiresLabels: Bool) throws -> ReaderOptions {
    try rows.readerOptions(of: input, requiresLabels: requiresLabels)
  }
}

/// How a file of rows is to be read.
struct RowArguments: ParsableArguments {
  @Option(help: "The format of the rows. (default: by the file's ending, without .gz, .bz2, .zst or .xz)")
  var format: RowFormat?

  @Option("Labels of npz and npy rows: .npy of integers, or text with one label a line.", "file")
  var labels: String?

  @Option(
    "The column or field with the text, for csv and jsonl. title:2,body reads two, and title counts twice.",
    "names")
  var textColumn = "text"

  @Option("Columns of categories, such as product,region: each value is a feature.", "names")
  var categoryColumn: String?

  @Option(
    "Columns of numbers, such as price,age: each is a feature, standardised by the rows of the training.",
    "names")
  var numberColumn: String?

  @Option("The column or field with the label, for csv and jsonl.", "name")
  var labelColumn = "label"

  @Option(
    help: "The type of labels; auto: integers where all are written as integers, else texts.")
  var labelType = LabelType.auto

  @Option(
    help: ArgumentHelp("What stands between the fields of csv; tab stands for a tab.", valueName: "letter"),
    transform: OptionValue.delimiter)
  var delimiter = UInt8(ascii: ",")

  @Flag(help: "A tsv file begins with the names of its columns.")
  var header = false

  @Option(
    "A longer row is an error; stream rejects it. (default: \(ReaderOptions.defaultMaxRecordBytes))", "bytes")
  var maxRecordBytes = ReaderOptions.defaultMaxRecordBytes

  @Option(
    help:
      "Whether svmlight indices start at 0; auto: as the model says; without one, where an index 0 occurs.")
  var zeroBased = ReaderOptions.ZeroBased.auto

  func validate() throws {
    try OptionValue.check("--max-record-bytes", maxRecordBytes, from: 1, to: 1 << 30)
  }

  /// The columns that a document has, those of text first.
  ///
  /// - Throws: `OptionsError` for a column that is named twice, and for a weight out of range; ``CallError`` for none.
  private func columns() throws -> [DocumentColumn] {
    let columns =
      ColumnList.columns(textColumn, .text) + ColumnList.columns(categoryColumn ?? "", .category)
      + ColumnList.columns(numberColumn ?? "", .number)
    guard !columns.isEmpty else {
      throw CallError("--text-column names no column; name one, or a --category-column or --number-column")
    }
    try DocumentColumn.check(columns)
    return columns
  }

  /// The format by option or by name.
  ///
  /// - Throws: ``CallError`` where nothing tells the format, or labels of a separate file have no place.
  func resolvedFormat(of input: String) throws -> RowFormat {
    if KafkaAddress.isAddress(input) {
      throw CallError("\(input): topics are read by 'fastkmeans stream' only; name a file here")
    }
    if let format { return try checked(format) }
    if input == "-" { throw CallError("standard input has no name to tell its format; pass --format") }
    guard let format = RowFormat(path: input) else {
      throw CallError("\(input): \(FormatError.Problem.unknownFormat)")
    }
    return try checked(format)
  }

  private func checked(_ format: RowFormat) throws -> RowFormat {
    guard delimiter == UInt8(ascii: ",") || format == .csv else {
      throw CallError(
        "--delimiter is for csv rows, these are \(format.rawValue); pass --format csv or leave it out")
    }
    guard !header || format == .tsv else {
      throw CallError("--header is for tsv rows, these are \(format.rawValue); leave it out")
    }
    guard labels == nil || !format.isText else {
      throw CallError("--labels is for npz and npy rows; \(format.rawValue) rows bring their own labels")
    }
    return format
  }

  /// What the reader is told.
  func readerOptions(of input: String, requiresLabels: Bool) throws -> ReaderOptions {
    try readerOptions(format: resolvedFormat(of: input), requiresLabels: requiresLabels)
  }

  func readerOptions(format: RowFormat, requiresLabels: Bool) throws -> ReaderOptions {
    var options = ReaderOptions(format: format)
    let columns = try columns()
    if columns.count == 1, columns[0].kind == .text, columns[0].weight == 1 {
      options.textColumn = columns[0].name
    } else {
      options.columns = columns
    }
    options.labelColumn = labelColumn
    options.labelKind = labelType.kind
    options.delimiter = delimiter
    options.hasHeader = header
    options.maxRecordBytes = maxRecordBytes
    options.zeroBased = zeroBased
    options.labelsFile = labels
    options.requiresLabels = requiresLabels
    return options
  }
}
