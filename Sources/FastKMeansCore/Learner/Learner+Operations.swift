extension Learner {
  /// - Throws: ``InputError/unknownClass(label:)``.
  private func index(of label: Label) throws -> Int {
    guard let index = classes.index(of: label) else {
      throw InputError.unknownClass(label: label.description)
    }
    return index
  }

  /// Refined weights as a stream keeps them, taken out of the learner so that they change where they lie.
  private mutating func takeStreamWeights() -> StreamWeights? {
    if let fittedWeights {
      streamWeights = StreamWeights(
        fittedWeights, members: members.map(\.ids), width: shape?.width)
      self.fittedWeights = nil
    }
    defer { streamWeights = nil }
    return streamWeights
  }

  package mutating func removeClass(_ label: Label) throws {
    let index = try index(of: label)
    guard classes.count > 1 else {
      throw ClassifierError.unsupported(
        "'\(label)' is the only class; a classifier without classes is a new one, so make one instead")
    }
    var remaining = classes.labels
    remaining.remove(at: index)
    let dictionary = try ClassDictionary(labels: remaining)
    let kept = try renumberedOpenSet(classCount: remaining.count) {
      $0 == index ? nil : $0 - ($0 > index ? 1 : 0)
    }
    var weights = takeStreamWeights()
    weights?.removeClass(index)
    streamWeights = weights
    members.remove(at: index)
    classes = dictionary
    openSet = kept
    calibration = calibration?.renumbered { $0 == index ? nil : $0 - ($0 > index ? 1 : 0) }
  }

  /// What tells unknown classes, after classes have moved.
  ///
  /// - Throws: ``ClassifierError/unsupported(_:)`` if too little of it is left for the rule that the model rejects by.
  private func renumberedOpenSet(classCount: Int, _ index: (Int) -> Int?) throws -> OpenSet? {
    let kept = openSet?.renumbered(index)
    guard let rejection else { return kept }
    guard let kept, (try? kept.thresholds(for: rejection, classCount: classCount)) != nil else {
      throw ClassifierError.unsupported(
        "too few held-out documents would be left for the rule that the model rejects by; take the rule back first"
      )
    }
    return kept
  }

  /// - Throws: ``ClassifierError`` for a label that a class has, or one of another type than theirs.
  private func checkFree(_ new: Label, _ advice: String) throws {
    guard classes.index(of: new) == nil else {
      throw ClassifierError.unsupported("there is a class '\(new)' already; \(advice), or take another name")
    }
    if let kind = classes.kind, kind != new.kind {
      throw ClassifierError.labelTypeChanged(expected: kind.rawValue, found: new.kind.rawValue)
    }
  }

  package mutating func renameClass(_ label: Label, to new: Label) throws {
    let index = try index(of: label)
    guard new != label else { return }
    try checkFree(new, "merge '\(label)' into it")
    var labels = classes.labels
    labels[index] = new
    classes = try ClassDictionary(labels: labels)
  }

  package mutating func mergeClasses(_ sources: [Label], into target: Label) throws {
    let targetIndex = try index(of: target)
    let indices = try sources.map { try index(of: $0) }
    guard Set(indices).count == indices.count, !indices.contains(targetIndex) else {
      throw ClassifierError.unsupported("each class can be merged once, and not into itself")
    }
    var next = self
    next.streamWeights = nil
    let refined = self.refined
    var vectors = refined.map { $0.weights.byClass($0.vectors, classCount: classes.count) }
    var biases = refined?.biases.map { refined?.weights.byClass($0, classCount: classes.count) ?? [] }
    var prototypes = members[targetIndex].prototypes(precision: settings.precision)
    for index in indices { prototypes += members[index].prototypes(precision: settings.precision) }
    next.members[targetIndex] = ClassPrototypes(prototypes)
    for index in indices {
      let (moved, movedBiases) = (vectors?[index] ?? [], biases?[index] ?? [])
      vectors?[targetIndex] += moved
      biases?[targetIndex] += movedBiases
    }
    var labels = classes.labels
    for index in indices.sorted(by: >) {
      labels.remove(at: index)
      next.members.remove(at: index)
      vectors?.remove(at: index)
      biases?.remove(at: index)
    }
    next.classes = try ClassDictionary(labels: labels)
    let renumbered = { (old: Int) -> Int? in
      let new = indices.contains(old) ? targetIndex : old
      return new - indices.count { $0 < new }
    }
    next.openSet = try renumberedOpenSet(classCount: labels.count, renumbered)
    next.calibration = calibration?.renumbered(renumbered)
    next.fittedWeights = nil
    if let refined, let vectors, let shape {
      next.fittedWeights = RefinedWeights(
        vectors, biases: biases?.flatMap { $0 }, unit: refined.unit, shape: shape,
        precision: settings.precision)
    }
    self = next
  }

  package mutating func splitPrototypes(_ ids: Set<UInt64>, of label: Label, into new: Label) throws {
    let index = try index(of: label)
    try checkFree(new, "split them off under another name and merge that class into it")
    let own = members[index].ids
    guard ids.isSubset(of: own) else {
      throw ClassifierError.unsupported(
        "class '\(label)' has no prototype \(ids.subtracting(own).min() ?? 0); they may have changed meanwhile"
      )
    }
    guard !ids.isEmpty, ids.count < own.count else {
      throw ClassifierError.unsupported(
        "\(ids.count) of the \(own.count) prototypes of class '\(label)' are to be split off; allowed: some, not all"
      )
    }
    /// What stays, and what goes.
    func parts<Value>(_ values: [Value]) -> ([Value], [Value]) {
      let pairs = zip(own, values)
      return (pairs.filter { !ids.contains($0.0) }.map(\.1), pairs.filter { ids.contains($0.0) }.map(\.1))
    }
    var next = self
    next.classes = try ClassDictionary(labels: classes.labels + [new])
    let (stays, goes) = parts(members[index].prototypes(precision: settings.precision))
    next.members[index] = ClassPrototypes(stays)
    next.members.append(ClassPrototypes(goes))
    if let refined, let shape {
      /// Values by class, with the new class at the end.
      func split<Value>(_ values: [Value]) -> [[Value]] {
        var byClass = refined.weights.byClass(values, classCount: classes.count)
        let (stays, goes) = parts(byClass[index])
        byClass[index] = stays
        return byClass + [goes]
      }
      next.streamWeights = nil
      next.fittedWeights = RefinedWeights(
        split(refined.vectors), biases: refined.biases.map { split($0).flatMap { $0 } }, unit: refined.unit,
        shape: shape, precision: settings.precision)
    }
    self = next
  }

  package mutating func setFrozen(_ isFrozen: Bool, _ ids: Set<UInt64>) throws {
    var missing = ids
    for id in members.flatMap(\.ids) { missing.remove(id) }
    guard let first = missing.min() else {
      for index in members.indices { freeze(isFrozen, ids, in: index) }
      return
    }
    throw ClassifierError.unsupported("there is no prototype \(first); see prototypeIDs for those there are")
  }

  private mutating func freeze(_ isFrozen: Bool, _ ids: Set<UInt64>, in index: Int) {
    guard settings.mode.keepsSums, members[index].ids.contains(where: ids.contains) else { return }
    // As sums, so that a batch that comes to the class rounds nothing of it.
    var sums = members[index].asSums(width: shape?.width, distance: settings.distance)
    for position in sums.entries.indices where ids.contains(sums.entries[position].id) {
      sums.entries[position].isFrozen = isFrozen
    }
    members[index] = ClassPrototypes(sums)
  }

  package mutating func forget(_ rows: FeatureRows, label: Label) throws {
    guard settings.mode.keepsSums else {
      throw ClassifierError.unsupported("forgetting documents is defined for the default mode only")
    }
    let index = try index(of: label)
    guard let shape else { throw ClassifierError.notFitted }
    guard rows.rowCount > 0 else { throw InputError.noRows }
    try shape.check(rows)
    let rows = rows.relative(to: frame)
    let documents = TrainingSet(
      rows, norms: try RowNorms(of: rows, distance: settings.distance, workers: 1),
      classes: [Int32](repeating: 0, count: rows.rowCount), classCount: 1)
    var sums = members[index].asSums(width: shape.width, distance: settings.distance)
    try sums.forget(documents, label: label, options: settings)
    members[index] = ClassPrototypes(sums)
  }
}

extension ClassSums {
  /// Takes documents out of the prototypes that serve them best.
  mutating func forget(_ documents: TrainingSet, label: Label, options: TrainingOptions) throws {
    let batch = StreamBatch(documents, prototypeLimit: max(1, entries.count), isSoft: options.isSoft)
    var scratch: [Float] = []
    for row in documents.partition.order {
      guard documents.moves(Int(row), distance) else { continue }
      _ = [row].withUnsafeBufferPointer { assign($0, batch, options: options, scratch: &scratch) }
      for lane in entries.indices where !entries[lane].isFrozen {
        let share =
          options.isSoft
          ? Double(batch.shares[Int(row) * batch.prototypeLimit + lane])
          : batch.nearest[Int(row)] == Int32(lane) ? 1 : 0
        guard share > 0 else { continue }
        guard entries[lane].mass >= share - 1e-9, entries[lane].unit > 0 else {
          throw ClassifierError.unsupported(
            "class '\(label)' stands for fewer documents than are to be forgotten; row \(row) was not among them"
          )
        }
        _ = addRow(Int(row), batch, factor: -share / entries[lane].unit, lane)
        entries[lane].mass = max(0, entries[lane].mass - share)
      }
    }
    sortAndMeasure()
    // What has no document left has no place either; rounding would leave a shadow of one.
    for lane in entries.indices where entries[lane].mass < 1e-9 && !entries[lane].isFrozen {
      clear(lane: lane)
      entries[lane].mass = 0
      entries[lane].unit = 0
    }
    let kept = entries.indices.filter { entries[$0].mass > 0 || entries[$0].isFrozen }
    if kept.isEmpty { rearrange(keeping: [0], adding: 0) } else { rearrange(keeping: kept, adding: 0) }
    for lane in entries.indices { settleUnit(lane) }
  }
}
