import FastKMeansCore

extension TrainingArguments {
  /// The library's options, checked before any file is opened, but for `--k-list`.
  ///
  /// - Throws: `OptionsError`; for `--k-list` `FileError`, ``DataError``.
  func options() throws -> TrainingOptions {
    var options = TrainingOptions()
    switch kInit {
    case .auto: options.isPrototypeCountAutomatic = true
    case .count(let count): options.prototypesPerClass = count
    }
    options.automaticByteLimit = kBytes.value
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
    options.halfLife = halfLife.value
    options.mode = mode
    options.device = device
    options.refinement = refine.epochs
    if let kList { options.prototypeCounts = try PrototypeCountsFile(path: kList).read() }
    _ = try options.validated()
    return options
  }
}
