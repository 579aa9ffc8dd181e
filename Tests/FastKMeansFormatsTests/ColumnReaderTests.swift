import FastKMeansCore
import FastKMeansTestSupport
import FastKMeansText
import Testing

@testable import FastKMeansFormats

/// Documents of several columns, from each format that names them, and in model files.
@Suite struct ColumnReaderTests {
  private static let columns = SampleModels.columns

  private static func options(_ format: RowFormat, labelled: Bool = true) -> ReaderOptions {
    var options = ReaderOptions(format: format)
    options.columns = columns
    options.hasHeader = format == .tsv
    options.requiresLabels = labelled
    return options
  }

  private static let csv = #"""
    price,title,label,product
    10,"screen, ""black""",hardware,phone
    ,,billing,
     2.5 ,refund,billing,laptop

    """#
  private static let tsv = """
    title\tlabel\tprice\tproduct
    screen, "black"\thardware\t10\tphone
    \tbilling\t\t
    refund\tbilling\t 2.5 \tlaptop

    """
  private static let jsonl = """
    {"title":"screen, \\"black\\"","label":"hardware","product":"phone","price":10}
    {"label":"billing","title":null,"product":null,"price":null}
    {"price":" 2.5 ","product":"laptop","label":"billing","title":"refund","more":[1]}

    """

  private static func read(_ text: String, _ options: ReaderOptions) throws -> LabelledData {
    let folder = try ScratchFolder()
    return try LabelledData.read(folder.file("rows", text.utf8), options: options)
  }

  @Test func everyFormatGivesTheSameDocuments() throws {
    for (text, format) in [(Self.csv, RowFormat.csv), (Self.tsv, .tsv), (Self.jsonl, .jsonl)] {
      let data = try Self.read(text, Self.options(format))
      #expect(
        try data.texts == [
          "screen, \"black\"\u{1F}phone\u{1F}10", "\u{1F}\u{1F}", "refund\u{1F}laptop\u{1F} 2.5 ",
        ], "\(format)")
      #expect(data.labels?.rowLabels == ["hardware", "billing", "billing"], "\(format)")
      #expect(try Self.read(text, Self.options(format, labelled: false)).rowCount == 3)
    }
  }

  @Test func jsonValuesBecomeCategories() throws {
    let data = try Self.read(
      #"{"title":"a","product":7,"price":"1"}"# + "\n" + #"{"title":"b","product":true,"price":1e2}"#,
      Self.options(.jsonl, labelled: false))
    #expect(try data.texts == ["a\u{1F}7\u{1F}1", "b\u{1F}true\u{1F}1e2"])
  }

  @Test(arguments: [
    ("cheap", "a number, or empty", "'cheap'"), ("inf", "a number up to 3.4e38, or empty", "'inf'"),
    ("-1e999", "a number up to 3.4e38, or empty", "'-1e999'"), ("0x10", "a number, or empty", "'0x10'"),
  ])
  func whatIsNoNumberIsNamedWithItsRow(_ number: String, _ expected: String, _ found: String) throws {
    let problem = FormatError.Problem.badField(name: "price", expected: expected, found: found)
    let csv = "label,title,product,price\na,x,y,1\nb,x,y,\(number)\na,x,y,2\n"
    let jsonl = """
      {"label":"a","title":"x","product":"y","price":1}
      {"label":"b","title":"x","product":"y","price":"\(number)"}
      {"label":"a","title":"x","product":"y","price":2}

      """
    let folder = try ScratchFolder()
    for (text, format, line) in [(csv, RowFormat.csv, 3), (jsonl, .jsonl, 2)] {
      var options = Self.options(format)
      let path = try folder.file("rows.\(format)", text.utf8)
      let error = formatError(path, options)
      #expect(error?.place == .line(line) && error?.problem == problem, "\(format)")
      options.setsBadRowsAside = true
      let batch = try #require(try RowReader(path: path, options: options).next())
      #expect(batch.data.rowCount == 2 && batch.rejected.map(\.reason) == [error], "\(format)")
    }
  }

  @Test func missingColumnsAreNamedWithTheNearest() throws {
    let csv = #expect(throws: FormatError.self) {
      try Self.read("label,title,products,price\na,b,c,1\n", Self.options(.csv))
    }
    #expect(csv?.description.contains("no column 'product' (did you mean 'products'?)") == true)
    let jsonl = #expect(throws: FormatError.self) {
      try Self.read(#"{"label":"a","title":"b","products":"c","price":1}"#, Self.options(.jsonl))
    }
    #expect(
      jsonl?.description.contains("field 'product' must be there, found only the fields") == true
        && jsonl?.description.contains("did you mean 'products'?") == true, "\(jsonl.debugDescription)")
    let twice = #expect(throws: FormatError.self) {
      try Self.read("label,title,product,price,title\na,b,c,1,d\n", Self.options(.csv))
    }
    #expect(twice?.problem == .duplicateName("title"))
  }

  @Test(arguments: [
    #""title":1,"product":"c","price":1"#, #""title":"b","product":[],"price":1"#,
    #""title":"b","product":"c","price":{}"#, #""title":"b","product":"c","price":true"#,
  ])
  func otherTypesAreRefused(_ fields: String) throws {
    let error = #expect(throws: FormatError.self) {
      try Self.read("{\"label\":\"a\",\(fields)}", Self.options(.jsonl))
    }
    guard case .badField? = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func formatsWithoutNamesAndTheLabelAreRefused() throws {
    for format in [RowFormat.svmlight, .npz, .npy] {
      let error = formatError("nowhere", Self.options(format))
      #expect(error?.description.contains("no named columns") == true, "\(format)")
    }
    var options = Self.options(.tsv)
    options.hasHeader = false
    #expect(formatError("nowhere", options)?.description.contains("--header") == true)
    options = Self.options(.csv)
    options.labelColumn = "product"
    #expect(formatError("nowhere", options)?.description.contains("'product' is the label") == true)
    options.columns = []
    options.textColumn = "product"
    #expect(formatError("nowhere", options)?.description.contains("'product' is the label") == true)
    #expect(throws: FormatError.self) {
      try RecordParser(format: .tsv, name: "topic", options: Self.options(.csv))
    }
  }

  // MARK: - Model files

  @Test func aModelFileKeepsTheColumns() throws {
    for bits in [nil, 8] {
      let contents = try SampleModels.ofColumns {
        $0.hashingBits = bits
        $0.analyzer = .wordAndCharWB
      }
      let bytes = try ModelFile.bytes(of: contents)
      let again = try ModelFile.read(bytes: bytes)
      #expect(again.vectorizer == contents.vectorizer && again.vectorizer?.options.columns == Self.columns)
      #expect(try ModelFile.bytes(of: again) == bytes)
      let reader = try again.readerOptions(unlabelled(.csv), labelKind: .text)
      #expect(reader.columns == Self.columns)
    }
  }

  @Test func aColumnWithoutTermsIsKept() throws {
    var options = TextOptions()
    options.columns = [DocumentColumn("a"), DocumentColumn("b"), DocumentColumn("c", .category)]
    let texts = SampleModels.texts.map { $0 + "\u{1F}\u{1F}" }
    let fitted = try TFIDFVectorizer.fitTransform(UTF8Documents(texts), options: options)
    var classifier = try FastKMeansClassifier<Label>(SampleModels.options())
    try classifier.fit(.sparse(fitted.rows), labels: LabelColumn(SampleModels.textLabels.map(Label.text)))
    let contents = try ModelContents(model: classifier.model, vectorizer: fitted.vectorizer)
    #expect(try ModelFile.read(bytes: ModelFile.bytes(of: contents)).vectorizer == fitted.vectorizer)
  }

  @Test func otherColumnsThanTheModelsAreRefused() throws {
    let contents = try SampleModels.ofColumns()
    var options = Self.options(.csv, labelled: false)
    options.columns.removeLast()
    let error = #expect(throws: InputError.self) { try contents.readerOptions(options, labelKind: nil) }
    #expect(
      error?.description.contains("'title' (text, weight 2), 'product' (category), 'price' (number)") == true)
    options.columns = []
    options.textColumn = "body"
    #expect(throws: InputError.self) { try contents.readerOptions(options, labelKind: nil) }
    let plain = try SampleModels.ofText()
    #expect(throws: InputError.self) {
      try plain.readerOptions(Self.options(.csv, labelled: false), labelKind: nil)
    }
    #expect(throws: TextError.self) { try contents.features(of: .text(UTF8Documents(["text"]), labels: nil)) }
  }

  @Test func forgedColumnsAreRefused() throws {
    let contents = try SampleModels.ofColumns()
    let sound = try ForgedModel(contents)
    #expect(throws: Never.self) { try ModelFile.read(bytes: sound.bytes()) }
    guard case .string(let text)? = sound.metadata["vectorizer"] else {
      throw Mismatch(description: "no text")
    }
    for (old, new) in [
      (#""kind":"number""#, #""kind":"date""#), (#""weight":2.0"#, #""weight":0"#),
      (#""weight":2.0"#, #""weight":1e9"#),
      (#""deviation":"#, #""deviation":-"#), (#""mean":"#, #""median":"#),
      (#""name":"product""#, #""name":"title""#),
      (#""name":"product""#, #""name":7"#), (#""columns":["#, #""columns":[1,"#),
      (#""kind":"category""#, #""kind":"text""#), (#""kind":"text""#, #""kind":"number""#),
      (#""count":7"#, #""count":700"#), (#""count":7"#, #""count":-1"#),
      (#""document_count":8"#, #""document_count":1"#),
    ] {
      var forged = sound
      let changed = text.replacing(old, with: new)
      #expect(changed != text, "\(old)")
      forged.metadata["vectorizer"] = .string(changed)
      #expect(throws: ModelFileError.self, "\(old) -> \(new)") { try ModelFile.read(bytes: forged.bytes()) }
    }
    for name in sound.tensors.keys where name.hasPrefix("column.") {
      var forged = sound
      forged.tensors[name] = nil
      #expect(throws: ModelFileError.self, "\(name)") { try ModelFile.read(bytes: forged.bytes()) }
    }
  }
}
