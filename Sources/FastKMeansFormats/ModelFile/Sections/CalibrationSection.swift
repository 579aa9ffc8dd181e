import FastKMeansCore

/// `calibration`: the numbers that turn scores into probabilities, where rows were held out to find them.
enum CalibrationSection {
  private static let key = "calibration"

  static func encode(_ calibration: Calibration, into record: inout ModelRecord) {
    var values: [String: JSONValue] = [
      "intercept": .double(calibration.intercept), "slope": .double(calibration.slope),
      "sharpness": .double(calibration.sharpness),
    ]
    if calibration.crowding != 0 { values["crowding"] = .double(calibration.crowding) }
    record.add(key, .object(JSONObject(sorting: values)))
  }

  /// - Returns: `nil` if the file has none.
  static func decode(_ file: TensorFile) throws -> Calibration? {
    guard let fields = try JSONFields(file, key: key) else { return nil }
    do {
      return try Calibration(
        intercept: fields.double("intercept"), slope: fields.double("slope"),
        sharpness: fields.double("sharpness"), crowding: fields.doubleIfPresent("crowding") ?? 0)
    } catch let error as OptionsError {
      throw ModelFileError.Problem.badContent(reason: error.description)
    }
  }
}
