import FastKMeansCore
import FastKMeansTestSupport
import FastKMeansText
import Testing

/// Several columns against the plain definition: one vectoriser for each column, and everything else by dictionaries.
@Suite struct ColumnTests {
  private static let regions = ["north", "south", " east ", "", "ünï", "new one"]

  /// Rows of fields, and what they are read as.
  private struct Case {
    var options: TextOptions
    var rows: [[[UInt8]]]

    init(seed: UInt64) {
      var generator = TextGenerator(seed: seed)
      options = TextOptions(minDocumentFrequency: 1, sublinearTF: generator.index(below: 2) == 0)
      options.analyzer = [TextAnalyzer.word, .charWB, .wordAndCharWB][generator.index(below: 3)]
      options.norm = [RowNorm.l2, .l2, .l1, nil][generator.index(below: 4)]
      let kinds = (0..<1 + generator.index(below: 4)).map { _ in
        DocumentColumn.Kind.allCases[generator.index(below: 3)]
      }
      options.columns = kinds.enumerated().map { position, kind in
        DocumentColumn("c\(position)", kind, weight: [1, 2, 0.25][generator.index(below: 3)])
      }
      rows = (0..<2 + generator.index(below: 12)).map { _ in
        kinds.map { kind in
          switch kind {
          case .text: generator.brokenUTF8(upTo: 40)
          case .category: Array(ColumnTests.regions[generator.index(below: ColumnTests.regions.count)].utf8)
          case .number: Array(["", "1", " -2.5", "3e2", "nan", "7"][generator.index(below: 6)].utf8)
          }
        }
      }
    }

    func documents(_ rows: some Sequence<[[UInt8]]>) -> UTF8Documents {
      var documents = UTF8Documents()
      for row in rows {
        var document: [UInt8] = []
        for (position, field) in row.enumerated() {
          DocumentColumn.append(field, isFirst: position == 0, to: &document)
        }
        documents.append(utf8: document[...])
      }
      return documents
    }

    /// The rows by definition: dense, in double precision; `nil` where no column has a term.
    func expected(training: Int) throws -> [[Double]]? {
      var blocks: [[[Double]]] = []
      for (position, column) in options.columns.enumerated() {
        let fields = rows.map { $0[position].map { $0 == 0x1F ? 0x20 : $0 } }
        switch column.kind {
        case .text:
          var own = options
          own.columns = []
          do {
            let vectorizer = try TFIDFVectorizer.fit(
              to: TwinTests.batch(Array(fields[..<training])), options: own)
            let rows = try vectorizer.transform(TwinTests.batch(fields)).rows
            blocks.append((0..<rows.rowCount).map { Self.dense(rows, $0) })
          } catch is TextError {
            blocks.append(fields.map { _ in [] })
          }
        case .category:
          let values = fields.map { Self.trimmed(String(decoding: $0, as: UTF8.self)) }
          let known = Set(values[..<training]).subtracting([""]).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
          }
          blocks.append(values.map { value in known.map { $0 == value ? 1 : 0 } })
        case .number:
          let values = fields.map { field in
            Double(Self.trimmed(String(decoding: field, as: UTF8.self))).flatMap { $0.isNaN ? nil : $0 }
          }
          let seen = values[..<training].compactMap { $0 }
          let mean = seen.reduce(0, +) / Double(max(1, seen.count))
          let variance = seen.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, seen.count))
          blocks.append(
            values.map { value in [variance > 1e-18 ? ((value ?? mean) - mean) / variance.squareRoot() : 0] })
        }
      }
      guard
        zip(blocks, options.columns).contains(where: { block, column in
          column.kind == .number
            ? rows[..<training].contains {
              Double(Self.trimmed(String(decoding: $0[index(of: column)], as: UTF8.self)))?.isNaN == false
            }
            : !block[0].isEmpty
        })
      else { return nil }
      return rows.indices.map { row in
        let whole = zip(blocks, options.columns).flatMap { block, column in
          block[row].map { $0 * column.weight }
        }
        let length =
          switch options.norm {
          case .l2: whole.reduce(0) { $0 + $1 * $1 }.squareRoot()
          case .l1: whole.reduce(0) { $0 + $1.magnitude }
          case nil: 1.0
          }
        return length == 0 ? whole : whole.map { $0 / length }
      }
    }

    private func index(of column: DocumentColumn) -> Int { options.columns.firstIndex(of: column) ?? 0 }

    static func trimmed(_ text: String) -> String {
      String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    static func dense(_ rows: CSRMatrix, _ row: Int) -> [Double] {
      var values = [Double](repeating: 0, count: rows.columnCount)
      for position in rows.rowOffsets[row]..<rows.rowOffsets[row + 1] {
        values[Int(rows.columns[position])] = Double(rows.values[position])
      }
      return values
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func rowsAreTheJoinedRowsOfEachColumn(_ seed: UInt64) throws {
    let sample = Case(seed: seed)
    let training = max(1, sample.rows.count / 2)
    guard let expected = try sample.expected(training: training) else {
      let error = #expect(throws: TextError.self, "seed \(seed)") {
        try TFIDFVectorizer.fitTransform(sample.documents(sample.rows[..<training]), options: sample.options)
      }
      guard case .noValues? = error else {
        Issue.record("seed \(seed): \(String(describing: error))")
        return
      }
      return
    }
    let fitted = try TFIDFVectorizer.fitTransform(
      sample.documents(sample.rows[..<training]), options: sample.options, workers: 2)
    let again = try fitted.vectorizer.transform(sample.documents(sample.rows[..<training]), workers: 1)
    #expect(again.rows == fitted.rows && again.repairCount == fitted.repairCount, "seed \(seed)")
    let rows = try fitted.vectorizer.transform(sample.documents(sample.rows)).rows
    #expect(rows.columnCount == expected[0].count, "seed \(seed)")
    _ = try CSRMatrix(
      columnCount: rows.columnCount, rowOffsets: rows.rowOffsets, columns: rows.columns, values: rows.values)
    for (row, wanted) in expected.enumerated() {
      // Single precision, of rows that were rounded once before.
      let isNear = zip(Case.dense(rows, row), wanted).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) }
      #expect(isNear, "seed \(seed), row \(row)")
    }
  }

  private static func tickets(_ change: (inout TextOptions) -> Void = { _ in }) -> TextOptions {
    var options = TextOptions()
    options.columns = [
      DocumentColumn("title", weight: 2), DocumentColumn("product", .category),
      DocumentColumn("price", .number),
    ]
    change(&options)
    return options
  }

  private static func document(_ title: String, _ product: String, _ price: String, _ options: TextOptions)
    throws
    -> String
  {
    try options.document(["title": title, "product": product, "price": price, "ignored": "x"])
  }

  @Test func featuresHaveTheNamesOfTheirColumns() throws {
    let options = Self.tickets()
    let texts = try [
      Self.document("screen black", "phone", "10", options),
      Self.document("battery", "laptop", "30", options),
    ]
    let vectorizer = try TFIDFVectorizer.fit(to: texts, options: options)
    let names = (0..<vectorizer.columnCount).map { vectorizer.term(at: $0) }
    #expect(
      names == [
        "title: battery", "title: black", "title: screen", "product=laptop", "product=phone", "price",
      ])
    let words = vectorizer.words(of: try Self.document("Battery unknown", "phone", "", options)).map(\.text)
    #expect(words == ["title: battery", "product=phone", "price"])
    let names2 = FeatureNames(vectorizer, document: texts[0])
    #expect(names2[4].map(\.word) == ["product=phone"])
    let row = try vectorizer.transform(Self.document("nothing", "tablet", "20", options))
    #expect(row.nonZeroCount == 0)
  }

  @Test func aHashingVectoriserNeedsNoDocumentsButForNumbers() throws {
    var options = Self.tickets { $0.hashingBits = 6 }
    let error = #expect(throws: OptionsError.self) { try TFIDFVectorizer(options) }
    #expect(error?.parameter == "hashing" && error?.allowed.contains("price") == true)
    options.columns.removeLast()
    let vectorizer = try TFIDFVectorizer(options)
    #expect(vectorizer.columnCount == 128 && vectorizer.term(at: 3) == nil)
    let text = try options.document(["title": "screen", "product": "phone"])
    let row = try vectorizer.transform(text)
    #expect(row.nonZeroCount == 2 && row.columns[0] < 64 && row.columns[1] >= 64)
    #expect(FeatureNames(vectorizer, document: text)[Int(row.columns[1])].map(\.word) == ["product=phone"])
    let fitted = try TFIDFVectorizer.fit(
      to: [text], options: Self.tickets { $0.hashingBits = 6 }.droppingNumbers)
    #expect(fitted.documentFrequencies.count == 128 && fitted.documentFrequencies.reduce(0, +) == 2)
    options.hashingBits = 30
    #expect(throws: OptionsError.self) { try TFIDFVectorizer(options) }
  }

  @Test func countedFrequenciesAreThoseOfAllDocuments() throws {
    let options = Self.tickets()
    let first = try [Self.document("a1 b1", "x", "1", options), Self.document("b1", "y", "2", options)]
    let second = try [Self.document("b1 b1", "x", "4", options), Self.document("b1 c1", "z", "", options)]
    let vectorizer = try TFIDFVectorizer.fit(to: first, options: options)
    let counted = try vectorizer.counting(vectorizer.transform(second))
    #expect(counted.documentCount == 4)
    #expect(counted.documentFrequencies[0..<4] == [1, 4, 2, 1])
    #expect(counted.columnBlocks.last == vectorizer.columnBlocks.last)
  }

  @Test func plainTextsAndOtherFieldsAreRefused() throws {
    let options = Self.tickets()
    let texts = try [Self.document("a1", "x", "1", options), Self.document("b1", "y", "2", options)]
    let vectorizer = try TFIDFVectorizer.fit(to: texts, options: options)
    #expect(
      throws: TextError.fieldCount(document: 0, columns: ["title", "product", "price"], found: 1)
    ) { try vectorizer.transform("just a text") }
    #expect(throws: TextError.missingField(name: "price", found: ["prices", "product", "title"])) {
      try options.document(["title": "", "product": "", "prices": "1"])
    }
    #expect("\(TextError.missingField(name: "price", found: ["prices"]))".contains("did you mean 'prices'?"))
    for (number, expected) in [
      ("cheap", "a number"), ("inf", "a number up to 3.4e38"), ("1e39", "a number up to 3.4e38"),
      ("0x10", "a number"),
      ("1,5", "a number"), ("1 2", "a number"),
    ] {
      #expect(
        throws: TextError.column(
          name: "price", error: .badNumber(document: nil, expected: expected, found: number))
      ) { try Self.document("", "", number, options) }
      #expect(
        throws: TextError.column(
          name: "price", error: .badNumber(document: 0, expected: expected, found: number))
      ) { try vectorizer.transform("a\u{1F}b\u{1F}\(number)") }
    }
  }

  @Test func aSeparatorInAFieldIsABlank() throws {
    let options = Self.tickets()
    #expect(try Self.document("a\u{1F}b", "x", "1", options) == "a b\u{1F}x\u{1F}1")
    #expect(UTF8Documents(["a b\u{1F}x\u{1F}1"]).readableText(at: 0) == "a b | x | 1")
  }

  @Test func badColumnsAreNamed() {
    func refused(_ columns: [DocumentColumn]) -> OptionsError? {
      var options = TextOptions()
      options.columns = columns
      return #expect(throws: OptionsError.self) { try options.validated() }
    }
    #expect(refused([DocumentColumn("a"), DocumentColumn("a", .number)])?.value == "a list with 'a' twice")
    #expect(refused([DocumentColumn("")])?.allowed == "names of columns")
    for weight in [0, -1, .nan, .infinity, 1e7] {
      #expect(refused([DocumentColumn("a", weight: weight)])?.parameter == "the weight of the column 'a'")
    }
    #expect(refused((0...1000).map { DocumentColumn("\($0)") })?.value == "a list of 1001")
  }

  @Test func aColumnWithoutValuesIsFound() throws {
    let options = Self.tickets()
    let vectorizer = try TFIDFVectorizer.fit(
      to: [Self.document("a1", " ", "", options), Self.document("b1", "", "NaN", options)], options: options)
    #expect(throws: TextError.noValues(columns: ["product", "price"], documents: 2)) {
      try vectorizer.checkColumns()
    }
    #expect(throws: TextError.noValues(columns: ["title", "product", "price"], documents: 1)) {
      try TFIDFVectorizer.fit(to: [Self.document("", "", "", options)], options: options)
    }
  }

  @Test func numbersOfAnySizeKeepRowsFinite() throws {
    let options = Self.tickets()
    let numbers = ["1e-300", "3e38", "-3e38", "0", "1e-320"]
    let texts = try numbers.map { try Self.document("a1", "x", $0, options) }
    let rows = try TFIDFVectorizer.fitTransform(UTF8Documents(texts), options: options).rows
    #expect(rows.values.allSatisfy { $0.isFinite })
    // Equal numbers have no deviation, whatever their mean is rounded to.
    let equal = try TFIDFVectorizer.fitTransform(
      UTF8Documents([String](repeating: texts[0].replacing("1e-300", with: "0.1"), count: 7)),
      options: options)
    #expect(!equal.rows.columns.contains(UInt32(equal.rows.columnCount - 1)))
    let near = try TFIDFVectorizer.fit(
      to: [Self.document("a1", "x", "1", options), Self.document("a1", "x", "1.0000000000000002", options)],
      options: options)
    let far = try near.transform(Self.document("a1", "x", "3e38", options))
    #expect(far.values.allSatisfy { $0.isFinite })
  }
}

extension TextOptions {
  fileprivate var droppingNumbers: TextOptions {
    var options = self
    options.columns.removeAll { $0.kind == .number }
    return options
  }
}
