import FastKMeansCore
import FastKMeansFormats
import FastKMeansTestSupport
import FastKMeansText
import Testing

/// Small models for tests, all drawn from seeds.
enum SampleModels {
  static let texts = [
    "the striker scored a late goal in the final match", "the keeper saved a penalty in the match",
    "a goal and a penalty decided the cup final", "shares fell as the bank raised interest rates",
    "the bank lent money at higher interest", "markets and shares rose after the bank spoke",
    "naïve Bayes and the Straße: ünïcode words, the match of both",
    "rates and markets fell, money and shares too",
  ]
  static let textLabels = ["sport", "sport", "sport", "money", "money", "money", "ünïcode", "money"]

  static func options(
    _ precision: Precision = .float32, mode: Mode = .default, distance: Distance = .cosine,
    change: (inout TrainingOptions) -> Void = { _ in }
  ) -> TrainingOptions {
    var options = TrainingOptions()
    options.prototypesPerClass = 2
    options.precision = precision
    options.mode = mode
    options.distance = distance
    options.maxEpochs = 5
    options.refinement = .count(0)
    change(&options)
    return options
  }

  /// Options of text of which none has its default, except for `hashing`.
  static func everyTextOption(hashingBits: Int?) -> TextOptions {
    var options = TextOptions(
      lowercase: false, ngrams: 1...2, minDocumentFrequency: 2, maxFeatures: 50, sublinearTF: false,
      stopWords: .custom(["the"]), hashingBits: hashingBits)
    options.analyzer = .wordAndCharWB
    options.characterNGrams = 3...4
    options.characterWeight = 0.75
    options.maxDocumentFrequency = 7
    options.isBinary = true
    options.usesInverseDocumentFrequency = false
    options.smoothsInverseDocumentFrequency = false
    options.norm = nil
    return options
  }

  static let columns = [
    DocumentColumn("title", weight: 2), DocumentColumn("product", .category),
    DocumentColumn("price", .number),
  ]

  /// ``texts`` as titles of rows with a product, which some lack, and a price, which one lacks.
  static func columnTexts(_ options: TextOptions) throws -> [String] {
    try texts.enumerated().map { row, text in
      try options.document([
        "title": text, "product": row % 3 == 0 ? "" : "p\(row % 3)", "price": row == 5 ? "" : "\(row)",
      ])
    }
  }

  /// A model of ``columnTexts(_:)``.
  static func ofColumns(change: (inout TextOptions) -> Void = { _ in }) throws -> ModelContents {
    var options = TextOptions()
    options.columns = columns
    change(&options)
    let fitted = try TFIDFVectorizer.fitTransform(UTF8Documents(columnTexts(options)), options: options)
    var classifier = try FastKMeansClassifier<Label>(self.options())
    try classifier.fit(.sparse(fitted.rows), labels: LabelColumn(textLabels.map(Label.text)))
    return try ModelContents(model: classifier.model, vectorizer: fitted.vectorizer)
  }

  /// A model of text, with its vectoriser.
  static func ofText(
    _ options: TrainingOptions = options(),
    text textOptions: TextOptions = TextOptions(ngrams: 1...2, minDocumentFrequency: 1, maxFeatures: 100_000)
  ) throws -> ModelContents {
    let vectorizer = try TFIDFVectorizer.fit(to: texts, options: textOptions)
    let rows = try vectorizer.transform(UTF8Documents(texts)).rows
    var classifier = try FastKMeansClassifier<String>(options)
    try classifier.fit(.sparse(rows), labels: textLabels)
    return try ModelContents(model: classifier.model, vectorizer: vectorizer)
  }

  /// Rows of three classes, as ``classifier(_:isSparse:rows:)`` learns them.
  static func rows(_ count: Int = 40, isSparse: Bool, seed: UInt64 = 7) throws -> (Features, [Int]) {
    let drawn = TestRows.clustered(
      rows: count, width: 12, classes: 3, density: isSparse ? 0.4 : 1, seed: seed)
    return (try TestRows.features(drawn.rows, isSparse: isSparse), drawn.classes)
  }

  /// A model of vectors with integer labels, negative and large ones among them.
  static func ofVectors(_ options: TrainingOptions = options(), isSparse: Bool) throws -> ModelContents {
    let (rows, classes) = try rows(isSparse: isSparse)
    var classifier = try FastKMeansClassifier<Int>(options)
    try classifier.fit(rows, labels: classes.map { [-5, 0, Int.max][$0] })
    return try ModelContents(model: classifier.model)
  }

  /// A model whose prototypes were refined, and its probabilities calibrated.
  static func refined(
    _ precision: Precision = .float32, distance: Distance = .cosine, isSparse: Bool
  ) throws -> ModelContents {
    let (rows, classes) = try rows(60, isSparse: isSparse)
    var classifier = try FastKMeansClassifier<Int>(
      options(precision, distance: distance) { $0.refinement = .count(3) })
    try classifier.fit(rows, labels: classes)
    var contents = try ModelContents(model: classifier.model)
    // Whether refinement is kept, and calibrated, depends on the data; these tests are about the file.
    let prototypes = contents.model.prototypes
    contents.model.storage.refined =
      contents.model.storage.refined
      ?? RefinedWeights(
        weights: prototypes,
        biases: distance == .euclidean ? prototypes.masses.map { Float(-$0) / 3 } : nil,
        unit: distance == .euclidean ? 0.3 : 1)
    contents.model.storage.calibration = try Calibration(intercept: -0.25, slope: 1.0 / 3, sharpness: 12.5)
    (contents.model.storage.openSet, contents.model.storage.rejection) = (nil, nil)
    return contents
  }

  /// The smallest model that there is: two classes of one dense prototype each, with one feature.
  static func smallest() throws -> ModelContents {
    let options = options(distance: .euclidean) { $0.prototypesPerClass = 1 }
    var classifier = try FastKMeansClassifier<Int>(options)
    try classifier.fit(TestRows.features([[1], [2]], isSparse: false), labels: [0, 1])
    return try ModelContents(model: classifier.model)
  }
}

/// Everything that two models can differ in but the number of threads.
func expectSame(_ one: ModelContents, _ other: ModelContents, _ note: String = "") {
  var options = one.model.options
  options.threadCount = other.model.options.threadCount
  #expect(options == other.model.options, "\(note)")
  #expect(one.model.classes == other.model.classes, "\(note)")
  #expect(one.model.prototypes == other.model.prototypes, "\(note)")
  #expect(one.model.storage.batchCount == other.model.storage.batchCount, "\(note)")
  #expect(one.model.storage.refined == other.model.storage.refined, "\(note)")
  #expect(one.model.storage.calibration == other.model.storage.calibration, "\(note)")
  #expect(one.vectorizer == other.vectorizer, "\(note)")
}
