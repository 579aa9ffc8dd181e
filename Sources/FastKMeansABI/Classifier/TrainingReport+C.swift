import CFastKMeans
import FastKMeansCore

extension TrainingReport {
  /// Fills the caller's report.
  func write(to report: inout fkm_report) {
    report.epochs = Int64(epochs)
    report.merged_count = Int64(mergedCount)
    report.prototype_count = Int64(prototypeCount)
    report.reseeded_count = Int64(reseededCount)
    report.pruned_count = Int64(prunedCount)
    report.new_class_count = Int64(newClasses.count)
    report.empty_row_count = Int64(emptyDocumentCount)
    report.shift = shift
    report.objective = objective
    report.error_before_update = errorBeforeUpdate ?? .nan
    report.refinement_epochs = 0
    report.rate_halvings = 0
    report.held_out_count = 0
    report.held_out_accuracy = .nan
    report.prototype_accuracy = .nan
    report.refinement_bytes_needed = 0
    var recipe = ""
    switch refinement {
    case .off: report.refinement = Int32(FKM_REFINEMENT_OFF)
    case .done(let done):
      report.refinement = Int32(FKM_REFINEMENT_DONE)
      report.refinement_epochs = Int64(done.epochs)
      report.rate_halvings = Int64(done.rateHalvings)
      report.held_out_count = Int64(done.heldOutCount)
      report.held_out_accuracy = done.heldOutAccuracy
      report.prototype_accuracy = done.prototypeAccuracy
      recipe = done.recipe
    case .noBetter(let heldOut, let prototypes):
      report.refinement = Int32(FKM_REFINEMENT_NO_BETTER)
      report.held_out_accuracy = heldOut
      report.prototype_accuracy = prototypes
    case .skipped(let bytes):
      report.refinement = Int32(FKM_REFINEMENT_SKIPPED)
      report.refinement_bytes_needed = Int64(bytes)
    }
    withUnsafeMutableBytes(of: &report.refinement_recipe) { recipe.copy(to: $0) }
  }
}
