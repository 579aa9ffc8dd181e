/// A seeded, stratified choice of rows that training does not see.
package struct HeldOutSplit: Sendable {
  package let training: [Int32]
  package let heldOut: [Int32]

  init(training: [Int32], heldOut: [Int32]) {
    self.training = training
    self.heldOut = heldOut
  }

  /// - Parameters:
  ///   - share: of each class's rows, rounded at random; a class keeps at least one row for training.
  package init(
    _ documents: TrainingSet, share: Double, seed: UInt64, step: UInt64
  ) {
    let partition = documents.partition
    var training: [Int32] = []
    var heldOut: [Int32] = []
    for classIndex in 0..<partition.classCount {
      var random = CounterRandom(seed: seed, stream: UInt64(classIndex) ^ 0xA11_0000_0000, step: step)
      var members = partition.order[partition.starts[classIndex]..<partition.starts[classIndex + 1]]
        .filter { !documents.isEmpty(Int($0)) }
      random.shuffle(&members)
      let wanted = Int(share * Double(members.count) + random.nextUnit())
      let count = max(0, min(wanted, members.count - 1))
      heldOut.append(contentsOf: members[..<count])
      training.append(contentsOf: members[count...])
    }
    self.training = training.sorted()
    self.heldOut = heldOut.sorted()
  }
}
