import Dispatch
import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams
import Synchronization

/// A model that learns while it answers: one thread takes calls in groups, writes each group to the log with one sync, and
/// makes a new model to answer with now and then.
package final class LiveModel: Sendable {
  private struct Waiting: Sendable {
    var call: LiveStream.Call
    var documentCount: Int
    var done: CheckedContinuation<LiveStream.Outcome, any Error>
  }

  private struct State: Sendable {
    var waiting: [Waiting] = []
    var documentCount = 0
    var isStopping = false
    var metrics: StreamMetrics?
    var history = StreamHistory()
  }

  private let options: StreamOptions
  private let limit: Int
  private let publish: @Sendable (LiveStream.Snapshot) throws -> ServedModel
  private let log: ServingLog
  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// Documents of a group, which share a sync.
  private static let groupDocuments = 1000
  /// Seconds from one group to the next where several calls wait: more of them then share a sync, and the threads that
  /// answer others are not pushed aside.
  private static let groupInterval = 0.025
  /// The least seconds between two models; what was learned waits no longer for the next one.
  private static let publishingInterval = 0.05
  /// A tenth of the time at most goes into making models: answering and learning need the cores, too.
  private static let restPerPublishing = 9

  /// - Parameters:
  ///   - waitingLimit: documents that may wait to be learned.
  ///   - publish: makes each new model and answers with it from then on; on a thread that may take its time.
  /// - Throws: what opening the state throws, such as `StreamError.locked`.
  package init(
    _ options: StreamOptions, waitingLimit: Int, log: @escaping ServingLog,
    publish: @escaping @Sendable (LiveStream.Snapshot) throws -> ServedModel
  ) throws {
    self.options = options
    self.publish = publish
    self.log = log
    limit = waitingLimit
    // Made on the thread that uses it; the caller waits, so that a folder in use is an error of the start.
    let opened = Mutex<Result<Void, any Error>?>(nil)
    let isOpen = DispatchSemaphore(value: 0)
    DispatchQueue(label: "fastkmeans.learning").async { [self] in
      let learning: Learning
      do {
        learning = try Learning(options, log: log)
        if let snapshot = learning.stream?.snapshot() { _ = try publish(snapshot) }
        state.withLock { $0.metrics = learning.stream?.metrics }
        opened.withLock { $0 = .success(()) }
      } catch {
        opened.withLock { $0 = .failure(error) }
        isOpen.signal()
        return
      }
      isOpen.signal()
      run(learning)
      ended.signal()
    }
    isOpen.wait()
    try opened.withLock { try $0?.get() }
  }

  /// Learns or changes something; when it returns, this is in the log on the disk.
  ///
  /// - Throws: ``ServingError`` where too much waits or nothing can be written; `InputError`, `ClassifierError`.
  package func carryOut(_ call: LiveStream.Call) async throws -> LiveStream.Outcome {
    let count = if case .rows(let rows) = call.content { rows.rowCount } else { 1 }
    return try await withCheckedThrowingContinuation { done in
      let refusal: ServingError? = state.withLock { state in
        guard !state.isStopping else {
          return ServingError(503, "stopping", "the server is stopping", retryAfter: 1)
        }
        guard state.documentCount == 0 || state.documentCount + count <= limit else {
          return ServingError(
            429, "busy", "\(state.documentCount) documents wait to be learned; send these again later",
            retryAfter: 1)
        }
        state.documentCount += count
        state.waiting.append(Waiting(call: call, documentCount: count, done: done))
        return nil
      }
      if let refusal { done.resume(throwing: refusal) } else { wake.signal() }
    }
  }

  /// Carries out what waits, saves, and lets others learn into the state.
  package func stop() {
    let wasStopping = state.withLock { state in
      defer { state.isStopping = true }
      return state.isStopping
    }
    guard !wasStopping else { return }
    wake.signal()
    ended.wait()
  }

  /// Counts and times of learning, as Prometheus reads them.
  package var metrics: String { state.withLock { $0.metrics }?.text ?? "" }

  /// What became of the stream over time.
  var history: StreamHistory { state.withLock { $0.history } }

  /// What the learning thread keeps.
  private final class Learning {
    /// nil after an error of the disk, until it could be opened again.
    var stream: LiveStream?
    var hasNews = false
    var lastOpened = ContinuousClock.now
    let publishing = Publishing()

    init(_ options: StreamOptions, log: @escaping ServingLog) throws { stream = try Self.open(options, log) }

    static func open(_ options: StreamOptions, _ log: @escaping ServingLog) throws -> LiveStream {
      try LiveStream(options) { log(.info, $0) }
    }
  }

  /// When the next model may be made, which another thread does; nil while it does.
  private final class Publishing: Sendable {
    let next = Mutex<ContinuousClock.Instant?>(.now)

    /// Whether it is time for one; then nobody else begins one before ``end(begunAt:)``.
    func begin() -> Bool {
      next.withLock { next in
        guard let time = next, time <= .now else { return false }
        next = nil
        return true
      }
    }

    func end(begunAt start: ContinuousClock.Instant) {
      let rest = max(.seconds(publishingInterval), start.duration(to: .now) * restPerPublishing)
      next.withLock { $0 = .now + rest }
    }
  }

  private func run(_ learning: Learning) {
    // Nobody signals it: waiting for it is a rest until the next group may begin.
    let rest = DispatchSemaphore(value: 0)
    var next = DispatchTime.now()
    while true {
      _ = wake.wait(timeout: .now() + (learning.hasNews ? Self.publishingInterval : 0.5))
      _ = rest.wait(timeout: next)
      let (group, isStopping) = takeGroup()
      reopenIfDue(learning)
      if !group.isEmpty {
        next = .now() + (group.count > 1 ? Self.groupInterval : 0)
        carryOut(group, learning)
      }
      attempt(learning) { try $0.keep() }
      publishIfDue(learning)
      if isStopping, group.isEmpty { break }
      // More may wait than a group has.
      if !group.isEmpty { wake.signal() }
    }
    attempt(learning) { try $0.save() }
    learning.stream?.close()
  }

  private func takeGroup() -> ([Waiting], isStopping: Bool) {
    state.withLock { state in
      var (count, documents) = (0, 0)
      while count < state.waiting.count, documents < Self.groupDocuments {
        documents += state.waiting[count].documentCount
        count += 1
      }
      let group = Array(state.waiting.prefix(count))
      state.waiting.removeFirst(count)
      state.documentCount -= documents
      return (group, state.isStopping)
    }
  }

  private func carryOut(_ group: [Waiting], _ learning: Learning) {
    guard let stream = learning.stream else {
      let error = ServingError(
        503, "cannot_write", "learning is interrupted; the server's log says why", retryAfter: 1)
      for entry in group { entry.done.resume(throwing: error) }
      return
    }
    do {
      let results = try stream.learn(group.map(\.call))
      state.withLock { state in
        for case .success(let outcome) in results { outcome.batches.forEach { state.history.add($0) } }
      }
      for (entry, result) in zip(group, results) { entry.done.resume(with: result) }
      learning.hasNews = true
    } catch {
      for entry in group { entry.done.resume(throwing: ServingError(error)) }
      interrupt(learning, error)
    }
  }

  private func attempt(_ learning: Learning, _ body: (LiveStream) throws -> Void) {
    guard let stream = learning.stream else { return }
    do { try body(stream) } catch { interrupt(learning, error) }
  }

  /// After an error of the disk nobody knows what it has: the state in memory is let go, and read again from the disk.
  private func interrupt(_ learning: Learning, _ error: any Error) {
    log(.error, "\(options.modelPath): learning is interrupted: \(error)")
    learning.stream?.close()
    learning.stream = nil
    learning.hasNews = false
    learning.lastOpened = .now
  }

  private func reopenIfDue(_ learning: Learning) {
    guard learning.stream == nil, learning.lastOpened.duration(to: .now) > .seconds(1) else { return }
    learning.lastOpened = .now
    do {
      learning.stream = try Learning.open(options, log)
      learning.hasNews = true
      state.withLock { $0.metrics = learning.stream?.metrics }
      log(.info, "\(options.modelPath): learning goes on")
    } catch {
      log(.error, "\(options.modelPath): learning cannot go on: \(error)")
    }
  }

  private func publishIfDue(_ learning: Learning) {
    let publishing = learning.publishing
    guard learning.hasNews, let stream = learning.stream, publishing.begin() else { return }
    let start = ContinuousClock.now
    guard let snapshot = stream.snapshot() else { return publishing.end(begunAt: start) }
    learning.hasNews = false
    DispatchQueue.global().async { [self] in
      do {
        let model = try publish(snapshot)
        state.withLock { $0.history.note(model.classes) }
      } catch {
        log(.error, "\(options.modelPath): no new model: \(error)")
      }
      publishing.end(begunAt: start)
    }
  }
}
