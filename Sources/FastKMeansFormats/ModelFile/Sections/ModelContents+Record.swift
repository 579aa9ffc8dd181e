import FastKMeansCore
import FastKMeansText

extension ModelContents {
  private static let zeroBasedKey = "svmlight_zero_based"

  /// The sections of a file in their order. A new, optional section gets its own file beside this one, a line
  /// here and one below, and raises the minor version.
  func record() throws -> ContainerRecord {
    try checkBeforeWriting()
    var record = ContainerRecord()
    PrototypeSection.encode(model.storage, into: &record)
    LabelSection.encode(model.storage.classes.labels, into: &record)
    if let refined = model.storage.refined { RefinedSection.encode(refined, into: &record) }
    if let calibration = model.storage.calibration { CalibrationSection.encode(calibration, into: &record) }
    if let openSet = model.storage.openSet { OpenSetSection.encode(openSet, model.rejection, into: &record) }
    if let vectorizer { VectorizerSection.encode(vectorizer, into: &record) }
    if isZeroBased { record.add(Self.zeroBasedKey, .bool(true)) }
    record.add(StoredOptions.trainingKey, StoredOptions.json(of: model.storage.settings))
    return record
  }

  /// - Throws: ``ModelFileError/Problem``.
  init(_ file: TensorFile, threadCount: Int) throws {
    let options = try StoredOptions.training(file, threadCount: threadCount)
    let classes = try LabelSection.decode(file)
    let prototypes = try PrototypeSection.decode(file, classCount: classes.count)
    let openSet = try OpenSetSection.decode(file, classCount: classes.count)
    let storage = ModelStorage(
      options: options, classes: classes, prototypes: prototypes,
      batchCount: try PrototypeSection.batchCount(file),
      calibration: try CalibrationSection.decode(file, classCount: classes.count),
      refined: try RefinedSection.decode(file, of: prototypes), openSet: openSet,
      rejection: try OpenSetSection.decodeRejection(file, openSet, classCount: classes.count),
      frame: try PrototypeSection.frame(file, of: prototypes))
    let vectorizer = try VectorizerSection.decode(file)
    let zeroBased = file.metadata[Self.zeroBasedKey] ?? "false"
    guard let isZeroBased = Bool(zeroBased) else {
      throw ModelFileError.Problem.badMetadata(
        key: Self.zeroBasedKey, expected: "true or false", found: "'\(zeroBased.prefix(40))'")
    }
    try self.init(
      model: ClassifierModel<Label>(storage: storage), vectorizer: vectorizer, isZeroBased: isZeroBased)
    try checkParts { .badContent(reason: $0) }
  }

  /// Refuses now what could not be read again.
  private func checkBeforeWriting() throws {
    let storage = model.storage
    let set = storage.prototypes
    do {
      _ = try PrototypeSet(
        validating: set.featureCount, rows: set.rows, classIndices: set.classIndices, masses: set.masses,
        sumScales: set.sumScales, classCount: storage.classes.count)
    } catch let error as PrototypeSetError {
      throw ModelFileError.Problem.cannotBeWritten(reason: error.description)
    }
    try checkParts { .cannotBeWritten(reason: $0) }
  }

  /// Checks that the parts belong together.
  private func checkParts(_ problem: (String) -> ModelFileError.Problem) throws {
    guard model.storage.classes.count > 0 else { throw problem("it has no classes") }
    let (stored, wanted) = (model.storage.prototypes.precision, model.options.precision)
    guard stored == wanted else {
      throw problem("its prototypes are \(stored.rawValue), its option dtype is \(wanted.rawValue)")
    }
    if let fault = model.storage.refined.flatMap({ RefinedSection.fault($0, model.storage) }) {
      throw problem(fault)
    }
    guard let vectorizer else { return }
    guard vectorizer.isFitted else { throw problem("its vectoriser has not been fitted") }
    guard vectorizer.columnCount == model.featureCount else {
      throw problem(
        "its vectoriser makes \(vectorizer.columnCount) features, its prototypes have \(model.featureCount)")
    }
  }
}
