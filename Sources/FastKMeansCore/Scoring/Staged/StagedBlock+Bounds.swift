import CFastKMeansKernels

/// What a stage of the search asks a block: which prototypes may still be part of the answer, and how good one is.
///
/// Everything is in units of the document's sums; see `fk_staged.h`.
extension StagedBlock {
  /// Asks for the beginnings of the rows of the next stage; `add_rows` fetches on from there.
  @inline(__always)
  func fetchRows(_ done: Int, _ document: fk_staged_document) {
    fk_fetch_rows(
      codes.pointer, stride, document.rows + done,
      min(StagedSearch.stageLength, document.heavy_count - done), min(stride, 512))
  }

  /// Asks for a prototype's own codes at the heavy terms to come.
  @inline(__always)
  func fetchCodes(_ position: Int, _ document: StagedDocument, _ done: Int) {
    fk_staged_fetch_codes(document.pointer, done, transposed.pointer + position * rowCount)
  }

  /// Adds the next rows of codes to the sums.
  ///
  /// - Returns: how many heavy terms are done then.
  @inline(__always)
  func addRows(
    _ done: Int, _ document: fk_staged_document, to sums: UnsafeMutablePointer<Int16>,
    kernels: fk_staged_kernels
  ) -> Int {
    let count = min(StagedSearch.stageLength, document.heavy_count - done)
    kernels.add_rows(
      codes.pointer, stride, document.rows + done, document.multipliers + done, count, sums, prototypes.count)
    return done + count
  }

  /// One prototype's score after all heavy terms, or something below `lowest` as soon as its bound is.
  @inline(__always)
  func refined(
    _ position: Int, _ document: StagedDocument, _ done: Int, _ sums: UnsafePointer<Int16>, lowest: Float
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
