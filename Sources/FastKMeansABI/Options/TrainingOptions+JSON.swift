import FastKMeansCore
import FastKMeansFormats
import FastKMeansReference

extension TrainingOptions {
  /// Sets the options that are named; the others stay.
  ///
  /// - Throws: `OptionsError`; whether numbers lie where they may is for ``validated()``.
  mutating func set(_ fields: [OptionField]) throws(OptionsError) {
    for field in fields { try set(field) }
  }

  private mutating func set(_ field: OptionField) throws(OptionsError) {
    switch field.name {
    case "k_init":
      isPrototypeCountAutomatic = field.isText("auto")
      if !isPrototypeCountAutomatic {
        prototypesPerClass = try field.whole(allowed: "a whole number from 1, or auto")
      }
    case "k_list": prototypeCounts = try Self.prototypeCounts(field)
    case "init_method": initialization = try Self.initialization(field)
    case "distance": distance = try field.choice()
    case "dtype": precision = try field.choice()
    case "soft": isSoft = try field.truth()
    case "soft_type": softAssignment = try field.choice()
    case "mode": mode = try field.choice()
    case "relative_merge": isMergeRelative = try field.truth()
    case "warm_start": isWarmStart = try field.truth()
    case "refine":
      refinement =
        field.isText("auto")
        ? .automatic : .count(try field.whole(allowed: "auto, or a whole number from 0 to 1000"))
    case "device":
      guard case .string(let name) = field.value else { throw field.error(allowed: Device.allowed) }
      device = try Device(name: name)
    default: try setNumber(field)
    }
  }

  private mutating func setNumber(_ field: OptionField) throws(OptionsError) {
    switch field.name {
    case "temperature": temperature = try field.number(allowed: "a number above 0")
    case "lambda_penalty": otherClassPenalty = try field.number(allowed: "a number from 0")
    case "merge_threshold":
      mergeThreshold = field.isNull ? nil : try field.number(allowed: "a number from 0, or null")
    case "percentile_threshold":
      percentileThreshold = field.isNull ? nil : try field.number(allowed: "0 to 1, or null")
    case "batch_size": batchSize = try field.whole(allowed: "a whole number from 1")
    case "n_threads": threadCount = try field.whole(allowed: "-1 (all cores) or 1 to 4096")
    case "min_weight": minimumMass = try field.number(allowed: "a number from 0")
    case "truncation_threshold": truncationThreshold = try field.number(allowed: "a number from 0")
    case "max_iters": maxEpochs = try field.whole(allowed: "a whole number from 1")
    case "tol": tolerance = try field.number(allowed: "a number from 0")
    case "random_state": seed = try field.whole(allowed: "a whole number from 0 to 2^64 - 1")
    case "decay": decay = try field.number(allowed: "above 0, at most 1")
    case "half_life": halfLife = field.isNull ? nil : try field.number(allowed: "a number above 0, or null")
    case "k_bytes":
      automaticByteLimit = field.isNull ? nil : try field.whole(allowed: "a whole number from 1, or null")
    default:
      throw OptionsError(
        parameter: field.name, value: field.value.summary,
        allowed: "no such option; the names are in fastkmeans.h")
    }
  }

  private static func initialization(_ field: OptionField) throws(OptionsError) -> Initialization {
    switch field.value {
    case .string("kmeans++"): .kMeansPlusPlus
    case .string("random"): .random
    default:
      throw field.error(allowed: "kmeans++, random; prototypes to start from are an argument of their own")
    }
  }

  private static func prototypeCounts(_ field: OptionField) throws(OptionsError) -> PrototypeCounts {
    let wrong = field.error(
      allowed: "whole numbers from 1: a list, an object by label, or a list of pairs of label and number")
    switch field.value {
    case .null: return .none
    case .object(let members):
      var table: [Label: Int] = [:]
      for member in members {
        guard let count = member.value.integer(Int.self) else { throw wrong }
        table[.text(member.name)] = count
      }
      return table.isEmpty ? .none : .byLabel(table)
    case .array(let values):
      let list = values.compactMap { $0.integer(Int.self) }
      if list.count == values.count { return list.isEmpty ? .none : .byPosition(list) }
      var table: [Label: Int] = [:]
      for value in values {
        guard case .array(let pair) = value, pair.count == 2, let label = label(pair[0]),
          let count = pair[1].integer(Int.self), table.updateValue(count, forKey: label) == nil
        else { throw wrong }
      }
      return .byLabel(table)
    default: throw wrong
    }
  }

  private static func label(_ value: JSON) -> Label? {
    if case .string(let text) = value { return .text(text) }
    return value.integer(Int64.self).map(Label.integer)
  }

  /// All options by name, in alphabetic order.
  var json: String {
    guard case .object(let members) = OptionsSection.encode(self) else { return "{}" }
    // Files leave out the number of threads, the device, and what is not used of what came later.
    var complete = ["half_life": JSON.null, "k_bytes": .null]
    for member in members { complete[member.name] = member.value }
    complete["n_threads"] = .integer(threadCount)
    complete["device"] = .string(device.name)
    return JSON.sorted(complete).compactText
  }
}
