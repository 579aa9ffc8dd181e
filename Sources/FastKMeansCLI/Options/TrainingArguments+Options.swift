import FastKMeans

extension TrainingArguments {
  /// The library's options, checked before any file is opened, but for `--k-list`.
  ///
  /// - Throws: `OptionsError`, ``CallError``, `FileError`.
  func options() throws -> TrainingOptions {
    var options = TrainingOptions()
    options.prototypesPerClass = kInit
    options.initialization = initMethod.initialization
    options.distance = distance
    options.precision = dtype
    options.isSoft = soft
    options.softAssignment = softType
    options.temperature = temperature
    options.otherClassPenalty = lambdaPenalty
    options.mergeThreshold = mergeThreshold.value
    options.isMergeRelative = relativeMerge
    options.percentileThreshold = percentileThreshold.value
    options.batchSize = batchSize
    options.threadCount = nThreads
    options.minimumMass = minWeight
    options.truncationThreshold = truncationThreshold
    options.maxEpochs = maxIters
    options.tolerance = tol
    options.seed = randomState
    options.decay = decay
    options.mode = mode
    try refine.apply(to: &options)
    if let kList { options.prototypeCounts = try PrototypeCountsFile(path: kList).read() }
    _ = try options.validated()
    return options
  }
}
