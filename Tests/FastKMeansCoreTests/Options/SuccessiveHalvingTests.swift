import FastKMeansCore
import Testing

@Suite struct SuccessiveHalvingTests {
  private struct Broken: Error {}

  @Test func theBestOfManyIsFound() throws {
    let search = SuccessiveHalving(candidateCount: 27, foldCount: 4, rowCount: 100_000)
    var shares: [Double: Int] = [:]
    let outcome = try search.run { job in
      shares[job.share, default: 0] += 1
      return job.candidate == 19 ? 0.9 : Double(job.candidate) / 100
    }
    #expect(outcome.best == 19)
    #expect(!outcome.isCutShort)
    // All on a ninth of the rows; a third of them, and the first, on a third; these again on all rows and folds.
    #expect(shares.sorted { $0.key < $1.key }.map(\.value) == [27, 10, 5 * 4])
    #expect(outcome.trials.count == 27 + 10 + 5)
    #expect(search.taskCount >= 27 + 10 + 5 * 4)
    let best = try #require(outcome.bestTrial)
    #expect(best.share == 1)
    #expect(best.accuracies == [0.9, 0.9, 0.9, 0.9])
  }

  @Test func theFirstCandidateIsThereToTheEnd() throws {
    let search = SuccessiveHalving(candidateCount: 12, foldCount: 2, rowCount: 100_000)
    // Best on all rows, worst on few.
    let outcome = try search.run { job in job.candidate == 0 ? job.share : 0.5 }
    #expect(outcome.best == 0)
    #expect(outcome.trials.contains { $0.candidate == 0 && $0.share == 1 })
  }

  @Test func fewRowsAreUsedWhole() throws {
    let search = SuccessiveHalving(candidateCount: 27, foldCount: 3, rowCount: 1_000)
    let outcome = try search.run { _ in 0.5 }
    #expect(outcome.trials.count == 27)
    #expect(outcome.trials.allSatisfy { $0.share == 1 && $0.accuracies.count == 3 })
    #expect(outcome.best == 0)
  }

  @Test func candidatesThatFailAreLeftOut() throws {
    let search = SuccessiveHalving(candidateCount: 3, foldCount: 2, rowCount: 10)
    let outcome = try search.run { job in
      if job.candidate == 2 { throw InputError.noRows }
      return Double(job.candidate)
    }
    #expect(outcome.best == 1)
    #expect(outcome.trials[2].failure == InputError.noRows.description)
    #expect(outcome.trials[2].accuracy == 0)
    #expect(throws: InputError.noRows) { try search.run { _ in throw InputError.noRows } }
    #expect(throws: Broken.self) { try search.run { _ in throw Broken() } }
  }

  @Test func timeThatIsUpEndsWithTheBestSoFar() throws {
    let search = SuccessiveHalving(candidateCount: 9, foldCount: 2, rowCount: 100_000)
    for limit in [0, 1, 5, 9, 11, 13] {
      var calls = 0
      let outcome = try search.run { job in
        if calls == limit { throw SuccessiveHalving.TimeIsUp() }
        calls += 1
        return Double(job.candidate)
      }
      #expect(outcome.isCutShort, "after \(limit)")
      let expected = limit == 0 ? 0 : limit < 9 ? limit - 1 : outcome.best
      #expect(outcome.best == expected, "after \(limit)")
      #expect((outcome.bestTrial == nil) == (limit == 0))
    }
  }

  @Test func oneCandidateIsCrossValidated() throws {
    let search = SuccessiveHalving(candidateCount: 1, foldCount: 5, rowCount: 100_000)
    let outcome = try search.run { Double($0.fold) / 4 }
    #expect(outcome.bestTrial?.accuracies == [0, 0.25, 0.5, 0.75, 1])
    #expect(outcome.bestTrial?.accuracy == 0.5)
    #expect(search.taskCount == 5)
  }
}
