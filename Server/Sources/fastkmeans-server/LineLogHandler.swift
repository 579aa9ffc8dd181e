import Logging

/// Writes lines as `StreamLogHandler` does, and leaves out what is added to each: Hummingbird gives every request a number, and
/// to lay that out for lines that are never written takes longer than to classify a short text.
struct LineLogHandler: LogHandler {
  private var lines: StreamLogHandler

  init(label: String) { lines = .standardError(label: label) }

  var logLevel: Logger.Level {
    get { lines.logLevel }
    set { lines.logLevel = newValue }
  }

  var metadata: Logger.Metadata {
    get { [:] }
    set {}
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { nil }
    set {}
  }

  func log(event: LogEvent) { lines.log(event: event) }
}
