import FastKMeansCore

/// How a model is made smaller. What a learner needs to go on, the centres of the prototypes, only
/// ``ModelCompaction/precision`` touches.
package struct ModelCompaction: Sendable, Equatable {
  /// `dtype`: the precision of prototypes and refined weights; nil keeps it.
  package var precision: Precision?
  /// `keep`: the share of the refined weights that stay, the largest of all, above 0, at most 1; nil keeps them all.
  package var keptShare: Double?
  /// `weight_bits`: 8 rounds refined weights to 8 bits with a step for each prototype; nil leaves them.
  package var weightBits: Int?

  package init(precision: Precision? = nil, keptShare: Double? = nil, weightBits: Int? = nil) {
    self.precision = precision
    self.keptShare = keptShare
    self.weightBits = weightBits
  }

  /// - Throws: `OptionsError` that names the option, its value and what is allowed.
  func check() throws {
    if let keptShare, !(keptShare > 0 && keptShare <= 1) {
      throw OptionsError(parameter: "keep", value: "\(keptShare)", allowed: "a number above 0, at most 1")
    }
    if let weightBits, weightBits != 8 {
      throw OptionsError(parameter: "weight_bits", value: "\(weightBits)", allowed: "8")
    }
  }
}

extension ModelContents {
  /// The same model made smaller: first weights are left out, then all is rounded.
  ///
  /// - Returns: the model, and what became of its values.
  /// - Throws: `OptionsError`: a share or a number of bits that is not allowed, `keep` or `weight_bits` for a model
  ///   without refined weights, `keep` for one of dense rows.
  /// - Complexity: O(stored values).
  package func compacted(_ compaction: ModelCompaction) throws -> ConvertedModel {
    try compaction.check()
    var contents = self
    var removed = 0
    if let share = compaction.keptShare {
      let before = contents.model.storage.refined?.weights.storedValueCount ?? 0
      contents = try contents.replacingRefined(for: "keep", value: "\(share)") { $0.keepingLargest(share) }
      removed = before - (contents.model.storage.refined?.weights.storedValueCount ?? 0)
    }
    let precision = compaction.precision ?? contents.model.options.precision
    var converted = try contents.converted(to: precision)
    if compaction.weightBits != nil {
      let before = converted.contents
      let after = try before.replacingRefined(for: "weight_bits", value: "8") { $0.roundedToEightBits() }
      var loss = converted.loss
      if let old = contents.model.storage.refined, let new = after.model.storage.refined {
        loss.addReplacing(old.weights.values, new.weights.values)
      }
      converted = ConvertedModel(contents: after, loss: loss)
    }
    var loss = converted.loss
    loss.removedCount = removed
    return ConvertedModel(contents: converted.contents, loss: loss)
  }

  private func replacingRefined(
    for parameter: String, value: String, _ change: (RefinedWeights) -> RefinedWeights?
  ) throws -> ModelContents {
    guard let refined = model.storage.refined else {
      throw OptionsError(parameter: parameter, value: value, allowed: "only for models with refined weights")
    }
    guard let changed = change(refined) else {
      throw OptionsError(parameter: parameter, value: value, allowed: "only for models of sparse rows")
    }
    var contents = self
    contents.model.storage.refined = changed
    return contents
  }
}
