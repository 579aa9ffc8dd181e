import FastKMeansCore

/// One combination of options: how text becomes rows, and how these are learned from.
package struct TextCandidate: Sendable, Equatable {
  package var text: TextOptions
  package var training: TrainingOptions

  package init(text: TextOptions, training: TrainingOptions) {
    (self.text, self.training) = (text, training)
  }
}

extension TunerSettings {
  /// As for rows. The vocabulary too is learned from the training rows of a fold alone: held-out documents bring unknown
  /// words, as new documents do.
  ///
  /// - Throws: ``OptionsError``, ``InputError``, ``TextError``; whatever `progress` throws.
  package func search(
    _ documents: UTF8Documents, labels: LabelColumn, base: TextCandidate, space: TextTuningSpace,
    progress: ((TuningProgress) throws -> Void)? = nil
  ) throws -> TuningResult<TextCandidate> {
    guard labels.count == documents.count else {
      throw InputError.lengthMismatch(what: "labels", expected: documents.count, found: labels.count)
    }
    _ = try base.training.validated()
    _ = try base.text.validated()
    let candidates = candidates(base, space)
    var last: (text: TextOptions, training: [Int], fitted: VectorizedText, heldOut: CSRMatrix)?
    let outcome = try Tuner(self, labels: labels).run(
      candidateCount: candidates.count, progress: progress
    ) { index, training, heldOut, handler in
      let candidate = candidates[index]
      // Candidates that differ in training alone share their rows.
      if last?.text != candidate.text || last?.training != training {
        let fitted = try TFIDFVectorizer.fitTransform(
          documents.selecting(training), options: candidate.text, workers: candidate.training.threadCount)
        let rows = try fitted.vectorizer.transform(
          documents.selecting(heldOut), workers: candidate.training.threadCount)
        last = (candidate.text, training, fitted, rows.rows)
      }
      guard let last else { return 0 }
      return try HeldOutAccuracy.measure(
        candidate.training, .sparse(last.fitted.rows), labels.selectingRows(training), .sparse(last.heldOut),
        labels.selectingRows(heldOut), handler)
    }
    return TuningResult(candidates: candidates, outcome: outcome)
  }

  /// Drawn without repetition from all combinations of both spaces; sorted so that those with the same text follow one
  /// another.
  private func candidates(_ base: TextCandidate, _ space: TextTuningSpace) -> [TextCandidate] {
    var drawn: [(textIndex: Int, candidate: TextCandidate)] = []
    for index in TuningDraw.order(of: TuningSpace.size * space.size, seed: seed)
    where drawn.count + 1 < trialCount {
      let candidate = TextCandidate(
        text: space.options(at: index / TuningSpace.size, base.text),
        training: TuningSpace.options(at: index % TuningSpace.size, base.training))
      if candidate != base { drawn.append((index / TuningSpace.size, candidate)) }
    }
    return [base] + drawn.sorted { $0.textIndex < $1.textIndex }.map(\.candidate)
  }
}

/// The values that a search draws options of text from.
package struct TextTuningSpace: Sendable, Equatable {
  /// `ngrams`
  package var ngrams: [ClosedRange<Int>] = [1...1, 1...2]
  /// `min_df`
  package var minDocumentFrequencies = [1, 2, 3]
  /// `sublinear_tf`
  package var sublinearTFs = [true, false]

  package init() {}

  var size: Int { ngrams.count * minDocumentFrequencies.count * sublinearTFs.count }

  func options(at index: Int, _ base: TextOptions) -> TextOptions {
    var (options, rest) = (base, index)
    func next<Value>(_ values: [Value]) -> Value {
      defer { rest /= values.count }
      return values[rest % values.count]
    }
    options.ngrams = next(ngrams)
    options.minDocumentFrequency = next(minDocumentFrequencies)
    options.sublinearTF = next(sublinearTFs)
    return options
  }
}

extension UTF8Documents {
  /// As ``DocumentBytes/selecting(_:)``.
  package func selecting(_ positions: [Int]) -> UTF8Documents { withDocuments { $0.selecting(positions) } }
}
