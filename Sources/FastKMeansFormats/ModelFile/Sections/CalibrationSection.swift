import FastKMeansCore

/// `calibration`: the numbers that turn scores into probabilities, where rows were held out to find them.
enum CalibrationSection {
  private static let key = "calibration"

  static func encode(_ calibration: Calibration, into record: inout ContainerRecord) {
    var values: [String: JSON] = [
      "intercept": .number(calibration.intercept), "slope": .number(calibration.slope),
      "sharpness": .number(calibration.sharpness),
    ]
    if let reach = calibration.reach { values["reach"] = .number(reach) }
    if calibration.crowding != 0 { values["crowding"] = .number(calibration.crowding) }
    record.add(key, .sorted(values))
  }

  /// - Returns: `nil` if the file has none.
  static func decode(_ file: TensorFile) throws -> Calibration? {
    guard let fields = try JSONFields(file, key: key) else { return nil }
    do {
      return try Calibration(
        intercept: fields.double("intercept"), slope: fields.double("slope"),
        sharpness: fields.double("sharpness"), crowding: fields.doubleIfPresent("crowding") ?? 0,
        reach: fields.doubleIfPresent("reach"))
    } catch let error as OptionsError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }
}
