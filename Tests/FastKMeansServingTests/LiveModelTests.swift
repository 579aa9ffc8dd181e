import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams
import FastKMeansText
import Foundation
import Synchronization
import Testing

@testable import FastKMeansServing

@Suite("Live model")
struct LiveModelTests {
  private final class Newest: Sendable {
    let model = Mutex<ServedModel?>(nil)
  }

  @Test func callsOfManyTasksAreLearnedOnceWhileOthersAreAnswered() async throws {
    let folder = "\(NSTemporaryDirectory())fastkmeans-live-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var options = StreamOptions(modelPath: "\(folder)/model")
    options.text = TextOptions()
    options.vocabularyDocuments = 8
    options.checkpointBatches = 3
    options.training.threadCount = 2

    let newest = Newest()
    let live = try LiveModel(
      options, waitingLimit: 10_000, log: { _, _ in },
      publish: { snapshot in
        let model = try ServedModel(
          name: "model", version: "1", snapshot.contents(), prototypeIDs: snapshot.prototypeIDs)
        newest.model.withLock { $0 = model }
        return model
      })
    try await withThrowingTaskGroup(of: Void.self) { group in
      for caller in 0..<4 {
        group.addTask {
          for number in 0..<25 {
            _ = try await live.carryOut(Self.call(caller, number))
            let answers = try newest.model.withLock { $0 }?.classify(
              .text(UTF8Documents(["goal", "bank"]), labels: nil), falseAcceptRate: nil)
            #expect(answers.map { $0.count == 2 } ?? true)
            #expect(!live.metrics.isEmpty)
          }
        }
      }
      try await group.waitForAll()
    }
    live.stop()

    let stream = try LiveStream(options) { _ in }
    defer { stream.close() }
    let outcome = try #require(stream.learn([Self.call(3, 24)]).first).get()
    #expect(outcome.isRepeated)
    #expect(outcome.totalDocuments == 200)
  }

  private static func call(_ caller: Int, _ number: Int) -> LiveStream.Call {
    let documents = UTF8Documents(["goal match cup \(caller)", "bank rates shares \(number)"])
    return LiveStream.Call(
      .rows(.text(documents, labels: LabelColumn(["sport", "money"]))), key: "\(caller)-\(number)")
  }
}
