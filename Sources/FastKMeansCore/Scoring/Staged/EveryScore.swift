import CFastKMeansKernels

/// What a staged search falls back on: every score of a document by its definition.
struct EveryScore: Sendable {
  let lists: DeferredLists
  let biases: AlignedMemory<Float>
  let prototypeCount: Int
  private let kernels = fk_scoring_for(fk_simd_level()).pointee

  init(lists: DeferredLists, biases: AlignedMemory<Float>, prototypeCount: Int) {
    self.lists = lists
    self.biases = biases
    self.prototypeCount = prototypeCount
  }

  /// - Parameters:
  ///   - terms: of the document; without any known feature, every score is the prototype's bias.
  ///   - scores: room for one of each prototype.
  @inline(never)
  func hand<Consumer: ScoreConsumer>(
    _ terms: Terms, row: Int, worker: Int, through scores: UnsafeMutablePointer<Float>, to consumer: Consumer
  ) throws {
    var all = UnsafePointer(biases.pointer)
    if terms.count > 0 {
      try lists.made().score(
        terms, biases: biases.pointer, into: scores, count: prototypeCount, kernels: kernels)
      all = UnsafePointer(scores)
    }
    consumer.take(
      worker: worker, row: row, first: 0, scores: all, count: prototypeCount, kernels: kernels)
  }
}
