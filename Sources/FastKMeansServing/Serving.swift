import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams
import FastKMeansText
import Synchronization

/// Answers requests with models, whatever brings the requests: a server's routes call it.
public final class Serving: Sendable {
  /// Where models come from and what a server may do with them.
  public struct Options: Sendable {
    /// Model files; the first one answers where a request names no model.
    public var files: [String] = []
    /// A folder with `NAME.safetensors` and `NAME/VERSION.safetensors`; nil for none.
    public var folder: String?
    /// Whether the first file learns from requests, into the state that `fastkmeans stream` uses too.
    public var learns = false
    /// Whether a new model that learns takes vectors; else it takes texts.
    public var takesVectors = false
    /// The number of texts from which a new model learns its vocabulary; they wait until then.
    public var vocabularyDocuments = 1000
    /// The seconds between two checkpoints of what was learned.
    public var checkpointSeconds = 30
    /// How many threads one request may use.
    public var threadCount = 1
    /// What is taken at most.
    public var limits = ServingLimits()

    /// Makes options without a model.
    public init() {}
  }

  /// What is taken at most.
  public let limits: ServingLimits
  let shelf: ModelShelf
  let metrics = ServingMetrics()
  let log: ServingLog
  private let inFlight = Atomic<Int>(0)

  /// Loads the models.
  ///
  /// - Parameter log: gets one line about each event that is worth knowing.
  /// - Throws: ``ServingError``; what is wrong with a model file; `StreamError` where another process learns.
  public init(_ options: Options, log: @escaping ServingLog) throws {
    limits = options.limits
    self.log = log
    guard !options.learns || !options.files.isEmpty else {
      throw ServingError(500, "no_model", "learning needs the file of a model")
    }
    var learning: StreamOptions?
    if options.learns, let path = options.files.first {
      var stream = StreamOptions(modelPath: path)
      stream.checkpointSeconds = Double(options.checkpointSeconds)
      stream.training.threadCount = options.threadCount
      stream.vocabularyDocuments = options.vocabularyDocuments
      let takesText =
        try System.status(at: path) == nil ? !options.takesVectors : ModelFile.read(path).vectorizer != nil
      stream.text = takesText ? TextOptions() : nil
      learning = stream
    }
    shelf = try ModelShelf(
      files: options.files, folder: options.folder, learning: learning, limits: options.limits,
      threadCount: options.threadCount, log: log)
  }

  /// Looks for model files that are new, replaced or gone; to be called every second or so.
  public func refresh() { shelf.refresh() }

  /// Carries out what was taken, and saves; nothing is learned after it.
  public func stop() { shelf.stop() }

  /// Answers a request; every error becomes a reply.
  public func answer(_ route: ServingRoute, _ request: ServingRequest) async -> ServingReply {
    let start = ContinuousClock.now
    var reply: ServingReply
    do {
      defer { inFlight.subtract(1, ordering: .relaxed) }
      let count = inFlight.add(1, ordering: .relaxed).newValue
      guard count <= limits.requests || route.access == .open else {
        throw ServingError(
          429, "busy", "\(limits.requests) requests are being answered; try again", retryAfter: 1)
      }
      reply = try await route.handle(self, request)
    } catch {
      let known = ServingError(error)
      if known.status == 500 { log(.error, "\(route.method) \(route.path): \(error)") }
      reply = known.reply
    }
    let seconds = start.duration(to: .now).components
    metrics.request(
      route.path, status: reply.status, seconds: Double(seconds.seconds) + Double(seconds.attoseconds) * 1e-18
    )
    return reply
  }

  var metricsText: String {
    metrics.text(inFlight: inFlight.load(ordering: .relaxed))
      + ServingMetrics.classMasses(of: shelf.entries.compactMap(\.model))
      + (shelf.learner?.metrics ?? "")
  }

  /// Runs what takes longer with a larger body; for one from 64 KB on apart from the threads that answer requests.
  func compute<Result: Sendable>(
    _ request: ServingRequest, _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    request.body.count < 1 << 16 ? try body() : try await BackgroundWork.run { _ in try body() }
  }

  func classify(
    _ model: ServedModel, _ rows: LabelledData, top: Int, reasons: Int = 0, falseAcceptRate: Double? = nil
  ) throws -> [Answer<Label>] {
    let answers = try model.classify(rows, top: top, reasons: reasons, falseAcceptRate: falseAcceptRate)
    metrics.batch(model.name, answers)
    return answers
  }
}
