import FastKMeansCore
import FastKMeansTestSupport
import Testing

/// What held-out documents make of a calibration.
@Suite struct CalibrationFitTests {
  /// Documents whose chance to be right is the logistic of their margin; the true class is among the shown ones with
  /// the chances that a softmax gives.
  static func simulated(
    _ count: Int, intercept: Double, slope: Double, seed: UInt64, meanMargin: Double = 1
  ) -> HeldOutScores {
    var random = CounterRandom(seed: seed, stream: 7)
    var scores = HeldOutScores()
    for _ in 0..<count {
      let margin = random.nextUnit() * 2 * meanMargin
      let chance = 1 / (1 + naturalExponential(-(intercept + slope * margin)))
      let isRight = random.nextUnit() < chance
      scores.margins.append(margin)
      scores.isRight.append(isRight)
      scores.weights.append(1)
      scores.topScores.append([Float(margin), 0])
      scores.truePlaces.append(isRight ? 0 : 1)
    }
    return scores
  }

  @Test func knownParametersAreFoundAgain() throws {
    for (intercept, slope, unit) in [
      (-1.0, 3.0, 1.0), (0.5, 1.0, 1.0), (-1, 0.003, 1_000), (-0.5, 2e6, 1e-6),
    ] {
      let fitted = try #require(
        Calibration.fitted(
          to: Self.simulated(20_000, intercept: intercept, slope: slope, seed: 1, meanMargin: unit)))
      // Standard errors at 20,000 documents are about 0.04 and, for a unit margin, 0.05.
      #expect(abs(fitted.intercept - intercept) < 0.16, "\(fitted)")
      #expect(abs(fitted.slope - slope) * unit < 0.2, "\(fitted)")
    }
  }

  @Test func sharpnessIsFoundAgain() throws {
    for sharpness in [0.3, 2.0, 20] {
      var random = CounterRandom(seed: 5, stream: 8)
      var scores = HeldOutScores()
      for _ in 0..<6_000 {
        let top = (0..<4).map { _ in Float(random.nextUnit() / sharpness * 3) }.sorted(by: >)
        let shares = top.map { naturalExponential(sharpness * Double($0)) }
        var left = random.nextUnit() * shares.reduce(0, +)
        let place = shares.firstIndex { share in
          left -= share
          return left < 0
        }
        scores.margins.append(Double(top[0] - top[1]))
        scores.isRight.append(place == 0)
        scores.weights.append(1)
        scores.topScores.append(top)
        scores.truePlaces.append(place)
      }
      let fitted = try #require(Calibration.fitted(to: scores))
      #expect(abs(fitted.sharpness / sharpness - 1) < 0.12, "\(fitted), wanted \(sharpness)")
    }
  }

  @Test func degenerateDocumentsGiveFiniteNumbers() throws {
    for rightShare in [0.0, 1.0] {
      for margin in [0.0, 1e-30, 1, 1e30] {
        var scores = HeldOutScores()
        for index in 0..<40 {
          let isRight = rightShare > 0
          scores.margins.append(margin * (1 + Double(index % 3)))
          scores.isRight.append(isRight)
          scores.weights.append(1)
          scores.topScores.append([Float(margin), 0])
          scores.truePlaces.append(isRight ? 0 : 1)
        }
        let fitted = try #require(Calibration.fitted(to: scores))
        #expect(fitted.intercept.isFinite && fitted.slope.isFinite && fitted.sharpness.isFinite, "\(fitted)")
        #expect(fitted.slope > 0 && fitted.sharpness > 0, "\(fitted)")
        // 40 of 40 right, or wrong: the chance is near 1, or 0, and not at it; but two classes that tie share it.
        let confidence = CalibrationTests.apply(fitted, to: [Float(margin), 0, -1])[0]
        #expect(
          rightShare == 0 || margin == 0 ? confidence <= 0.51 : confidence > 0.8, "\(fitted): \(confidence)")
      }
    }
  }

  @Test func fewerThanTwentyDocumentsSayNothing() {
    #expect(Calibration.fitted(to: HeldOutScores()) == nil)
    #expect(Calibration.fitted(to: Self.simulated(19, intercept: 0, slope: 1, seed: 2)) == nil)
    #expect(Calibration.fitted(to: Self.simulated(20, intercept: 0, slope: 1, seed: 2)) != nil)
  }

  /// The order of confidences must not turn round, but their mean must still be the share that was right.
  @Test func marginsThatSayTheOppositeKeepTheMeanConfidence() throws {
    let scores = Self.simulated(2_000, intercept: 3, slope: -2, seed: 3)
    let fitted = try #require(Calibration.fitted(to: scores))
    #expect(fitted.slope > 0)
    let mean =
      scores.margins.reduce(0.0) {
        $0 + 1 / (1 + naturalExponential(-(fitted.intercept + fitted.slope * $1)))
      } / Double(scores.margins.count)
    #expect(abs(mean - scores.accuracy) < 0.01, "\(fitted): \(mean), right \(scores.accuracy)")
  }

  @Test func placesThatAreUnknownAreLeftOut() throws {
    var scores = Self.simulated(100, intercept: 0, slope: 1, seed: 4)
    scores.truePlaces = scores.truePlaces.map { _ in nil }
    let fitted = try #require(Calibration.fitted(to: scores))
    #expect(fitted.sharpness.isFinite && fitted.sharpness > 0)
  }

  /// 600 new documents in 15 ranges of some 40: chance alone gives |accuracy - confidence| of about
  /// 0.8 sqrt(p (1 - p) / 40) <= 0.06, the fit on some 100 held-out documents another 0.05.
  @Test(arguments: Distance.allCases) func confidencesOfADefaultFitMeanWhatTheySay(distance: Distance) throws
  {
    var problem = RefinementProblem.separable(rows: 850, distance: distance, seed: 51)
    var random = CounterRandom(seed: 51, stream: 9)
    // A fifth of the labels by lot, so that there is something to be unsure of.
    problem.classes = problem.classes.map { random.nextUnit() < 0.2 ? random.nextIndex(below: 3) : $0 }
    let (rows, classes) = (problem.rows, problem.classes)
    problem.rows = Array(rows[..<250])
    problem.classes = Array(classes[..<250])
    let model = try problem.fitted().classifier.model
    #expect(model.storage.calibration != nil)
    let answers = try model.classify(TestRows.features(Array(rows[250...]), isSparse: problem.isSparse))
    let report = try ConfidenceReport(
      confidences: answers.map(\.best.confidence),
      isCorrect: zip(answers, classes[250...]).map { $0.best.label == $1 })
    #expect(report.expectedCalibrationError < 0.11, "\(report.expectedCalibrationError)")
  }
}

/// One score drives prediction and probabilities.
@Suite struct ConfidenceAnswerTests {
  @Test(arguments: Distance.allCases, [0, 2])
  func theMostProbableClassIsThePrediction(distance: Distance, epochs: Int) throws {
    for (seed, isSparse) in [(61, true), (62, false)] as [(UInt64, Bool)] {
      var problem = RefinementProblem.separable(rows: 100, isSparse: isSparse, distance: distance, seed: seed)
      problem.options.refinement = .count(epochs)
      let model = try problem.fitted().classifier.model
      // Rows like those of training, and rows of noise.
      var random = CounterRandom(seed: seed, stream: 10)
      let noise = (0..<60).map { _ in (0..<problem.rows[0].count).map { _ in Float(random.nextUnit()) } }
      let rows = try TestRows.features(problem.rows + noise, isSparse: isSparse)
      let predictions = try model.predictedClassIndices(rows)
      let table = try model.probabilities(of: rows)
      let answers = try model.classify(rows, top: 3)
      for row in predictions.indices {
        let values = Array(table.values[row * table.columnCount..<(row + 1) * table.columnCount])
        #expect(CalibrationTests.best(values) == predictions[row], "seed \(seed), row \(row)")
        #expect(abs(values.reduce(0, +) - 1) < 1e-5)
        #expect(answers[row].best.label == model.classes[predictions[row]])
        #expect(answers[row].best.confidence == values[predictions[row]])
      }
    }
  }
}
