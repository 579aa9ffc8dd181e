import CFastKMeansKernels

/// Up to 65,536 prototypes of a ``BoundedStorage``. A class, because every document of a search takes it up: a copy would
/// count references to each of its parts.
final class BoundedBlock: Sendable {
  let prototypes: Range<Int>
  /// The number of sums: prototypes, rounded up to whole code blocks.
  let stride: Int
  let features: AlignedMemory<fk_staged_feature>
  /// The rare features' lists.
  let entries: AlignedMemory<UInt32>
  /// The common features' codes, feature by feature.
  let codes: AlignedMemory<Int8>
  /// Whether the rows of codes stay in the cache.
  var hasNearRows: Bool { codes.byteCount <= BoundedStorage.cachedRowBytes }
  /// The same prototype by prototype, `rowCount` for each; its codes have no fractions.
  let transposed: AlignedMemory<Int8>
  let rowCount: Int
  /// The length of each prototype's common part, in units of `normStep`, rounded up.
  let norms: AlignedMemory<UInt16>
  let normStep: Float
  /// As ``norms``, but without an end: for documents whose lengths don't fit.
  let noNorms: AlignedMemory<UInt16>
  let biasCodes: AlignedMemory<Int16>?
  private let biasStep: Float
  private let biasMax: Float
  private let normMax: Float

  var scale: fk_staged_scale {
    fk_staged_scale(features: features.pointer, bias_step: biasStep, bias_max: biasMax, norm_max: normMax)
  }

  var byteCount: Int {
    features.byteCount + entries.byteCount + codes.byteCount + transposed.byteCount + norms.byteCount * 2
      + (biasCodes?.byteCount ?? 0)
  }

  init(
    _ lists: InvertedLists, _ range: Range<Int>, biases: UnsafePointer<Float>, workers: Int
  ) throws {
    let purpose = "the scoring index"
    prototypes = range
    stride = roundedUp(range.count, to: CodedRows.blockSize)
    let parts = try BlockParts(lists, range)
    rowCount = roundedUp(max(parts.commonCount, 1), to: 64)
    features = try AlignedMemory(
      count: lists.directory.count, repeating: fk_staged_feature(), for: purpose)
    guard parts.entryCount <= Int(UInt32.max) else {
      throw InputError.tooLarge(
        what: purpose, neededBytes: parts.entryCount * 4, allowedBytes: Int(UInt32.max) * 4)
    }
    entries = try AlignedMemory(count: parts.entryCount, repeating: 0, for: purpose)
    codes = try AlignedMemory(
      count: try checkedProduct(parts.commonCount, stride, for: purpose), repeating: 0, for: purpose)
    transposed = try AlignedMemory(
      count: try checkedProduct(range.count, rowCount, for: purpose), repeating: 0, for: purpose)
    norms = try AlignedMemory(count: stride, repeating: 0, for: purpose)
    noNorms = try AlignedMemory(count: stride, repeating: .max, for: purpose)
    (biasCodes, biasStep, biasMax) = try CodedRows.code(biases + range.lowerBound, range.count, stride)
    let lengths = parts.lengths(lists)
    normMax = CodedRows.usableNorm(lengths.all)
    let largest = lengths.common.max() ?? 0
    normStep = max(Float(largest * 1.000001 / 65000), .leastNormalMagnitude)
    for (index, length) in lengths.common.enumerated() where normMax.isFinite {
      norms.pointer[index] = UInt16(min(65535, (length * 1.000001 / Double(normStep)).rounded(.up)))
    }
    try fill(lists, parts, workers)
  }

  private func fill(_ lists: InvertedLists, _ parts: BlockParts, _ workers: Int) throws {
    let encoders = WorkerScratch(workers: workers) {
      RowEncoder(prototypeCount: prototypes.count, stride: stride)
    }
    let fillers = self
    Parallel.forEachChunk(count: lists.directory.count, chunk: 256, workers: workers) { worker, range in
      for list in range {
        let part = parts.ranges.pointer[list]
        let place = parts.places.pointer[list]
        fillers.features.pointer[list] =
          parts.isCommon(list)
          ? encoders.with(worker) { fillers.row($0, lists, part.range, place) }
          : fillers.list(lists, part.range, place)
      }
    }
  }

  /// Encodes a common feature twice, by feature and by prototype.
  private func row(
    _ encoder: RowEncoder, _ lists: InvertedLists, _ range: Range<Int>, _ place: Int
  ) -> fk_staged_feature {
    let coded = encoder.encode(
      lists, range, first: prototypes.lowerBound, into: codes.pointer + place * stride)
    let inverse = coded.step > 0 && (1 / coded.step).isFinite ? 1 / coded.step : 0
    func write(_ index: Int, _ value: Float) {
      let code = max(-127, min(127, ((value - coded.base) * inverse).rounded()))
      transposed.pointer[index * rowCount + place] = Int8(code)
    }
    var next = 0
    for position in range {
      let index = Int(lists.prototypes.pointer[position]) - prototypes.lowerBound
      while next < index {
        write(next, 0)
        next += 1
      }
      write(index, lists.values.pointer[position])
      next = index + 1
    }
    while next < prototypes.count {
      write(next, 0)
      next += 1
    }
    return fk_staged_feature(
      place: UInt32(place), length: UInt32(FK_STAGED_ROW), base: coded.base, step: coded.step)
  }

  /// Writes a rare feature's list.
  private func list(_ lists: InvertedLists, _ range: Range<Int>, _ place: Int) -> fk_staged_feature {
    var largest: Float = 0
    for position in range { largest = max(largest, lists.values.pointer[position].magnitude) }
    let step = max(largest / 32767, .leastNormalMagnitude)
    for (index, position) in range.enumerated() {
      let value = lists.values.pointer[position]
      let code = max(-32767, min(32767, (value / step).rounded()))
      let prototype = lists.prototypes.pointer[position] - UInt32(prototypes.lowerBound)
      entries.pointer[place + index] = prototype | UInt32(UInt16(bitPattern: Int16(code))) << 16
    }
    return fk_staged_feature(place: UInt32(place), length: UInt32(range.count), base: 0, step: step)
  }
}

/// What a stage of the search asks a block: which prototypes may still be part of the answer, and how good one is.
///
/// Everything is in units of the document's sums; see `fk_staged.h`.
extension BoundedBlock {
  /// Asks for the beginnings of the first rows of the next stage; `add_rows` fetches on from there.
  @inline(__always)
  func fetchRows(_ done: Int, _ document: fk_staged_document) {
    fk_fetch_rows(
      codes.pointer, stride, document.rows + done,
      min(Self.rowsAhead, document.heavy_count - done), min(stride, 512))
  }

  /// Asks for a prototype's own codes at the heavy terms to come.
  @inline(__always)
  func fetchCodes(_ position: Int, _ document: PlannedDocument, _ done: Int) {
    fk_staged_fetch_codes(document.pointer, done, transposed.pointer + position * rowCount)
  }

  private static var rowsAhead: Int { 8 }

  /// Adds the next rows of codes to the sums.
  ///
  /// - Parameter count: how many at most.
  /// - Returns: how many heavy terms are done then.
  @inline(__always)
  func addRows(
    _ done: Int, _ count: Int, _ document: fk_staged_document, to sums: UnsafeMutablePointer<Int16>,
    kernels: fk_staged_kernels
  ) -> Int {
    let count = min(count, document.heavy_count - done)
    kernels.add_rows(
      codes.pointer, stride, document.rows + done, document.multipliers + done, count, sums, prototypes.count)
    return done + count
  }

  /// One prototype's score after all heavy terms, or something below `lowest` as soon as its bound is.
  @inline(__always)
  func refined(
    _ position: Int, _ document: PlannedDocument, _ done: Int, _ sums: UnsafePointer<Int16>, lowest: Float
  ) -> Float {
    fk_staged_refine(
      document.pointer, done, transposed.pointer + position * rowCount,
      Float(norms.pointer[position]) * normStep, sums[position], lowest)
  }

  /// Writes the prototypes whose bound reaches `lowest`; one more than `limit` if there are more.
  @inline(__always)
  func survivors(
    _ sums: UnsafePointer<Int16>, _ done: Int, _ document: fk_staged_document, _ lowest: Float, _ limit: Int,
    into positions: UnsafeMutablePointer<UInt32>, kernels: fk_staged_kernels
  ) -> Int {
    let rest = document.rest_sums[done]
    var wanted = lowest - document.slack - document.offsets[done] - 1
    if rest < 0 { wanted -= rest }
    let threshold = Int16(max(-32767, min(32767, wanted.rounded(.down))))
    let cap = Int16(max(0, min(32767, rest.rounded(.up) + 1)))
    let byNorm = (document.rest_norms[done] * normStep * 65536 * 1.0001).rounded(.up)
    let fits = byNorm <= 65535
    return Int(
      kernels.reach(
        sums, fits ? norms.pointer : noNorms.pointer, fits ? UInt16(byNorm) : .max, cap, threshold, stride,
        positions, limit))
  }
}
