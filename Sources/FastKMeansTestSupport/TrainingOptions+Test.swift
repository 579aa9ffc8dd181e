import FastKMeansCore

extension TrainingOptions {
  /// The defaults without refinement: for tests of what k-means does.
  package static var prototypesOnly: TrainingOptions {
    var options = TrainingOptions()
    options.refinement = .count(0)
    return options
  }
}
