import FastKMeansCore

/// `calibration`: the numbers that turn scores into probabilities, where rows were held out to find them.
enum CalibrationSection {
  private static let key = "calibration"
  private static let probabilities = "calibration.truth_probability"
  private static let classes = "calibration.truth_class"

  static func encode(_ calibration: Calibration, into record: inout ContainerRecord) {
    var values: [String: JSON] = [
      "intercept": .number(calibration.intercept), "slope": .number(calibration.slope),
      "sharpness": .number(calibration.sharpness),
    ]
    if let reach = calibration.reach { values["reach"] = .number(reach) }
    if calibration.crowding != 0 { values["crowding"] = .number(calibration.crowding) }
    record.add(key, .sorted(values))
    guard let truths = calibration.truths else { return }
    record.add(Tensor(probabilities, truths.probabilities))
    record.add(Tensor(classes, truths.classIndices))
  }

  /// - Returns: `nil` if the file has none.
  static func decode(_ file: TensorFile, classCount: Int) throws -> Calibration? {
    guard let fields = try JSONFields(file, key: key) else { return nil }
    do {
      var calibration = try Calibration(
        intercept: fields.double("intercept"), slope: fields.double("slope"),
        sharpness: fields.double("sharpness"), crowding: fields.doubleIfPresent("crowding") ?? 0,
        reach: fields.doubleIfPresent("reach"))
      guard file.has(probabilities) else { return calibration }
      let found = try file.values(probabilities, as: Float.self)
      calibration.truths = try TruthScores(
        found, classIndices: file.values(classes, as: Int32.self, shape: [found.count]),
        classCount: classCount)
      return calibration
    } catch let error as OptionsError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }
}
