import CFastKMeansKernels

/// Refined weights of sparse documents: memory by what documents touch, not by features times prototypes.
///
/// The few features that many prototypes have are common and have a weight for each prototype; every other feature has a
/// list of the prototypes with a weight, those of a class side by side. Bounds on the common part spare most prototypes of
/// a large model from being scored; the answers are the same bits with and without. `@unchecked Sendable`: workers move
/// disjoint features.
package final class WeightLists: @unchecked Sendable {
  let featureCount: Int
  let laneCount: Int
  let largestClass: Int
  private var view: fk_weight_lists
  private let slots: AlignedMemory<UInt32>
  private let lists: AlignedMemory<fk_weight_list>
  private let cells: AlignedMemory<Float>
  private let bounds: AlignedMemory<Float>
  private let magnitudes: AlignedMemory<Float>
  private let classOfLane: AlignedMemory<Int32>
  private let classStarts: AlignedMemory<Int64>
  /// Euclidean: whether the last common feature is one that every document has, whose weights are the biases.
  let hasBiases: Bool

  /// Up to this many lanes lie in one tile, so that the lanes that a document moves at a feature lie near each other.
  private static let oneTile = 512
  /// What the weights of common features may take.
  private static let commonByteLimit = 48 << 20
  /// A feature is common if more prototypes than this have it: then a cell for each prototype is faster than a list. Small
  /// models, where cells cost little memory, have more common features.
  private static func leastCommon(lanes: Int) -> Int { min(200, max(8, lanes / 8)) }

  /// - Parameters:
  ///   - lanes: the weights that each prototype starts with: a sparse vector times a factor. Class after class.
  ///   - classStarts: class `c` has the lanes `classStarts[c] ..< classStarts[c + 1]`.
  ///   - biases: Euclidean: added to each lane's score, as the weight of one more feature.
  /// - Throws: ``InputError/tooLarge(what:neededBytes:allowedBytes:)``.
  /// - Complexity: O(features + weights).
  package init(
    _ lanes: [(vector: PrototypeVector, factor: Double)], classStarts: [Int64], featureCount: Int,
    biases: [Float]?
  ) throws {
    let what = "the refinement's weights"
    self.featureCount = featureCount
    laneCount = lanes.count
    let ranges = classStarts.indices.dropLast().map { Int(classStarts[$0])..<Int(classStarts[$0 + 1]) }
    largestClass = ranges.reduce(0) { max($0, $1.count) }
    // How many lanes would have a cell of each feature.
    var counts = [Int32](repeating: 0, count: featureCount)
    var lastClass = [Int32](repeating: -1, count: featureCount)
    for (classIndex, range) in ranges.enumerated() {
      for lane in range {
        for column in lanes[lane].vector.columns where lastClass[Int(column)] != Int32(classIndex) {
          lastClass[Int(column)] = Int32(classIndex)
          counts[Int(column)] += Int32(range.count)
        }
      }
    }
    let stride = max(Int(FK_LISTS_TILE), roundedUp(lanes.count, to: Int(FK_LISTS_TILE)))
    let least = Self.leastCommon(lanes: lanes.count)
    var common = (0..<UInt32(featureCount)).filter { counts[Int($0)] > least }
    let room = Self.commonByteLimit / (stride * MemoryLayout<Float>.stride)
    if common.count > room {
      common.sort { (-counts[Int($0)], $0) < (-counts[Int($1)], $1) }
      common = common[..<room].sorted()
    }
    if biases != nil { common.append(UInt32(featureCount)) }
    hasBiases = biases != nil
    let slots = try AlignedMemory<UInt32>(count: featureCount + 1, repeating: .max, for: what)
    self.slots = slots
    for (number, feature) in common.enumerated() { slots.pointer[Int(feature)] = UInt32(number) }
    let listed = (0..<featureCount).filter { slots.pointer[$0] == .max }
    for (number, feature) in listed.enumerated() {
      slots.pointer[feature] = UInt32(common.count + number)
    }
    lists = try AlignedMemory(count: listed.count, repeating: fk_weight_list(), for: what)
    cells = try AlignedMemory(count: checkedProduct(common.count, stride, for: what), repeating: 0, for: what)
    let blocks = stride / Int(FK_LISTS_BLOCK)
    bounds = try AlignedMemory(count: common.count * blocks, repeating: 0, for: what)
    magnitudes = try AlignedMemory(count: common.count, repeating: 0, for: what)
    classOfLane = try AlignedMemory(count: stride, repeating: -1, for: what)
    self.classStarts = try AlignedMemory(count: classStarts.count, repeating: 0, for: what)
    for (index, start) in classStarts.enumerated() { self.classStarts.pointer[index] = start }
    for (classIndex, range) in ranges.enumerated() {
      for lane in range { classOfLane.pointer[lane] = Int32(classIndex) }
    }
    view = fk_weight_lists(
      lanes: lanes.count, stride: stride, tile: stride <= Self.oneTile ? stride : Int(FK_LISTS_TILE),
      common: common.count, slot: slots.pointer, cells: cells.pointer,
      block_largest: bounds.pointer, magnitude: magnitudes.pointer, list: lists.pointer,
      class_of: classOfLane.pointer, class_start: self.classStarts.pointer)
    for (number, feature) in listed.enumerated() where counts[feature] > 0 {
      Self.reserve(Int(counts[feature]), in: lists.pointer + number)
    }
    for range in ranges {
      for lane in range {
        let (vector, factor) = lanes[lane]
        for (column, value) in zip(vector.columns, vector.values) {
          set(Int(column), lane, within: range, to: Float(value * factor))
        }
      }
    }
    for (lane, bias) in (biases ?? []).enumerated() { cells.pointer[cell(common.count - 1, lane)] = bias }
    tighten(workers: 1)
  }

  deinit { for number in 0..<lists.count { free(lists.pointer[number]) } }

  private func free(_ list: fk_weight_list) { UnsafeMutableRawPointer(list.lane)?.deallocate() }

  /// Lanes of a document's scores.
  package var stride: Int { view.stride }

  /// Makes room for `capacity` weights in a list, and keeps those that it has.
  private static func reserve(_ capacity: Int, in list: UnsafeMutablePointer<fk_weight_list>) {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: capacity * 8, alignment: 16)
    let lane = raw.bindMemory(to: UInt32.self, capacity: capacity)
    let weight = (raw + capacity * 4).bindMemory(to: Float.self, capacity: capacity)
    let old = list.pointee
    if old.count > 0 {
      lane.update(from: old.lane, count: Int(old.count))
      weight.update(from: old.weight, count: Int(old.count))
    }
    UnsafeMutableRawPointer(old.lane)?.deallocate()
    list.pointee = fk_weight_list(
      lane: lane, weight: weight, count: old.count, capacity: UInt32(capacity))
  }

  private func cell(_ number: Int, _ lane: Int) -> Int {
    (lane / view.tile * view.common + number) * view.tile + lane % view.tile
  }

  /// Sets a weight where lists have room; the lanes of a class are set one class after the other.
  private func set(_ feature: Int, _ lane: Int, within members: Range<Int>, to weight: Float) {
    let slot = Int(slots.pointer[feature])
    guard slot >= view.common else {
      cells.pointer[cell(slot, lane)] = weight
      return
    }
    let list = lists.pointer + (slot - view.common)
    let begin = Int(list.pointee.count) - members.count
    if begin < 0 || Int(list.pointee.lane[begin]) != members.lowerBound {
      for member in members {
        list.pointee.lane[Int(list.pointee.count)] = UInt32(member)
        list.pointee.weight[Int(list.pointee.count)] = 0
        list.pointee.count += 1
      }
    }
    list.pointee.weight[Int(list.pointee.count) - members.count + lane - members.lowerBound] = weight
  }

  /// Leaves the bounds alone from now on: rivals are found among all scores.
  func giveBoundsUp() { view.block_largest = nil }
  var hasBounds: Bool { view.block_largest != nil }

  /// Makes the bounds as small as the weights allow; moves only raise them.
  ///
  /// - Complexity: O(common features x lanes).
  package func tighten(workers: Int) {
    Parallel.forEachChunk(count: view.common, chunk: 16, workers: workers) { _, range in
      var weights = view
      fk_lists_bound(&weights, range.lowerBound, range.upperBound)
    }
  }
}

extension WeightLists {
  /// Memory of one worker, and the rows that it is at.
  package final class Scratch {
    private let weights: WeightLists
    private let sum: AlignedMemory<Float>
    private let bound: AlignedMemory<Float>
    private let touched: AlignedMemory<UInt32>
    private let own: AlignedMemory<Float>
    private var entries: [UInt32] = []
    private var values: [Float] = []
    private var rows: [fk_lists_row] = []
    package private(set) var scores: [Float] = []

    package init(_ weights: WeightLists) throws {
      let what = "a document's scores"
      self.weights = weights
      sum = try AlignedMemory(count: weights.stride, repeating: 0, for: what)
      bound = try AlignedMemory(count: weights.stride / Int(FK_LISTS_BLOCK), repeating: 0, for: what)
      touched = try AlignedMemory(count: weights.stride + 16, repeating: 0, for: what)
      own = try AlignedMemory(count: max(1, weights.largestClass), repeating: 0, for: what)
    }

    private var view: fk_lists_scratch {
      fk_lists_scratch(sum: sum.pointer, bound: bound.pointer, touched: touched.pointer, own: own.pointer)
    }

    /// Calls `body` with documents of a set, their entries sorted into listed and common ones.
    private func withRows(
      _ documents: ArraySlice<Int32>, of set: TrainingSet,
      _ body: (UnsafePointer<fk_lists_row>, UnsafePointer<fk_weight_lists>) -> Void
    ) {
      // A bias is the weight of one more feature, whose value the scale of the row makes 1.
      let more = weights.hasBiases ? 1 : 0
      let needed = documents.reduce(0) { $0 + set.valueCount(of: Int($1)) + more }
      if entries.count < needed {
        entries = [UInt32](repeating: 0, count: needed + needed / 2)
        values = [Float](repeating: 0, count: entries.count)
      }
      rows.removeAll(keepingCapacity: true)
      entries.withUnsafeMutableBufferPointer { entries in
        values.withUnsafeMutableBufferPointer { values in
          guard var entry = entries.baseAddress, var value = values.baseAddress else { return }
          withUnsafePointer(to: weights.view) { weights in
            for document in documents {
              var row = set.withRow(Int(document)) {
                fk_lists_split(weights, $0.baseAddress, $1.baseAddress, $1.count, entry, value)
              }
              if more > 0 {
                entry[row.count] = UInt32(weights.pointee.common - 1)
                value[row.count] = 1 / set.scale(of: Int(document))
                row.count += 1
              }
              rows.append(row)
              entry += row.count
              value += row.count
            }
            rows.withUnsafeBufferPointer { rows in if let rows = rows.baseAddress { body(rows, weights) } }
          }
        }
      }
    }

    /// Fills ``scores`` with the score of every lane for some documents, not scaled; a document has `stride`.
    ///
    /// - Parameter least: weights of a smaller magnitude count as 0.
    package func score(_ documents: ArraySlice<Int32>, of set: TrainingSet, least: Float = 0) {
      let needed = documents.count * weights.stride
      if scores.count < needed { scores = [Float](repeating: 0, count: needed) }
      var scratch = view
      scores.withUnsafeMutableBufferPointer { scores in
        withRows(documents, of: set) {
          fk_lists_scores($1, $0, documents.count, least, &scratch, scores.baseAddress)
        }
      }
    }

    /// A document's rivals by bounds; the values of its row are 0 or more.
    ///
    /// - Returns: how many lanes were scored.
    package func find(
      _ document: Int32, of set: TrainingSet, _ question: inout fk_refine_document, _ loss: fk_refine_loss,
      _ contest: UnsafeMutablePointer<fk_refine_contest>
    ) -> Int {
      var (scratch, loss, scored) = (view, loss, 0)
      withRows([document], of: set) { scored = fk_lists_find($1, $0, &question, &loss, &scratch, contest) }
      return scored
    }
  }
}

extension WeightLists {
  /// Moves the lanes along one document, at some of the features: those whose number leaves `part` when divided by `parts`.
  ///
  /// - Parameter rate: what the document's values are multiplied with.
  package func move(
    _ moves: UnsafePointer<fk_refine_move>, _ count: Int, along columns: UnsafeBufferPointer<UInt32>,
    _ values: UnsafeBufferPointer<Float>, rate: Float, rates: UnsafePointer<Float>?, part: Int, parts: Int
  ) {
    var weights = view
    var entry = 0
    while true {
      entry = fk_lists_move(
        &weights, columns.baseAddress, values.baseAddress, rates, entry, values.count, moves, count, rate,
        UInt32(part), UInt32(parts))
      guard entry < values.count else { return }
      let list = lists.pointer + (Int(slots.pointer[Int(columns[entry])]) - view.common)
      Self.reserve(Int(list.pointee.capacity) + max(Int(list.pointee.capacity) / 2, count), in: list)
    }
  }

  /// Calls `body` with every weight that is not 0, feature after feature; biases are no weights.
  private func forEachWeight(_ body: (_ feature: Int, _ lane: Int, _ weight: Float) -> Void) {
    for feature in 0..<featureCount {
      let slot = Int(slots.pointer[feature])
      if slot < view.common {
        for lane in 0..<laneCount {
          let weight = cells.pointer[cell(slot, lane)]
          if weight != 0 { body(feature, lane, weight) }
        }
      } else {
        let list = lists.pointer[slot - view.common]
        for place in 0..<Int(list.count) where list.weight[place] != 0 {
          body(feature, Int(list.lane[place]), list.weight[place])
        }
      }
    }
  }

  var biases: [Float]? {
    hasBiases ? (0..<laneCount).map { cells.pointer[cell(view.common - 1, $0)] } : nil
  }

  /// Weights that are not 0.
  ///
  /// - Complexity: O(features + weights).
  package var weightCount: Int {
    var count = 0
    forEachWeight { _, _, _ in count += 1 }
    return count
  }

  /// The magnitude that a share of the weights that are not 0 reach.
  ///
  /// - Complexity: O(features + weights).
  package func least(keeping share: Double) -> Float {
    MagnitudeSelection.threshold(keeping: share) { body in forEachWeight { body($2) } }
  }

  /// Drops weights of a smaller magnitude, and classes at features where nothing is left of them.
  ///
  /// - Complexity: O(features + weights).
  package func drop(below least: Float) {
    for number in 0..<view.common - (hasBiases ? 1 : 0) {
      for lane in 0..<laneCount where cells.pointer[cell(number, lane)].magnitude < least {
        cells.pointer[cell(number, lane)] = 0
      }
    }
    for number in 0..<lists.count {
      let list = lists.pointer + number
      var kept = 0
      var place = 0
      while place < Int(list.pointee.count) {
        let classIndex = Int(classOfLane.pointer[Int(list.pointee.lane[place])])
        let members = Int(classStarts.pointer[classIndex + 1] - classStarts.pointer[classIndex])
        let isKept = (place..<place + members).contains { list.pointee.weight[$0].magnitude >= least }
        for member in 0..<(isKept ? members : 0) {
          let weight = list.pointee.weight[place + member]
          list.pointee.lane[kept] = list.pointee.lane[place + member]
          list.pointee.weight[kept] = weight.magnitude < least ? 0 : weight
          kept += 1
        }
        place += members
      }
      list.pointee.count = UInt32(kept)
    }
  }

  /// Whether all weights are numbers.
  var isFinite: Bool {
    var sum: Float = 0
    // 0 times a number is 0, and anything else stays in the sum.
    forEachWeight { sum += 0 * $2 }
    for lane in 0..<laneCount where hasBiases { sum += 0 * cells.pointer[cell(view.common - 1, lane)] }
    return sum == 0
  }

  /// Each lane's weights as a sparse vector.
  ///
  /// - Parameters:
  ///   - factor: what weights are multiplied with.
  ///   - truncation: weights up to it in magnitude are left out.
  /// - Complexity: O(features + weights).
  func vectors(times factor: Float, truncation: Float) -> [PrototypeVector] {
    var counts = [Int](repeating: 0, count: laneCount)
    forEachWeight { if $2.magnitude > truncation { counts[$1] += 1 } }
    var vectors = counts.map { count in
      var vector = PrototypeVector(columns: [], values: [])
      vector.columns.reserveCapacity(count)
      vector.values.reserveCapacity(count)
      return vector
    }
    forEachWeight { feature, lane, weight in
      guard weight.magnitude > truncation else { return }
      vectors[lane].columns.append(UInt32(feature))
      vectors[lane].values.append(Double(weight * factor))
    }
    return vectors
  }

  /// One weight.
  ///
  /// - Complexity: O(weights of the feature).
  package func weight(feature: Int, lane: Int) -> Float {
    let slot = Int(slots.pointer[feature])
    guard slot >= view.common else { return cells.pointer[cell(slot, lane)] }
    let list = lists.pointer[slot - view.common]
    let place = (0..<Int(list.count)).first { Int(list.lane[$0]) == lane }
    return place.map { list.weight[$0] } ?? 0
  }
}
