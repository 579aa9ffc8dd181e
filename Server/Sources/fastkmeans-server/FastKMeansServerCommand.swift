import ArgumentParser
import Configuration
import FastKMeansServer
import FastKMeansServing
import Foundation
import Hummingbird
import Logging
import SystemPackage

@main
struct FastKMeansServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fastkmeans-server",
    abstract: "Answer with models over HTTP, and show what they are made of.",
    discussion: """
      Prints the address and the page's URL. Speaks the Open Inference Protocol (Triton, KServe), Hugging Face's text \
      classification, and its own JSON dialect, which /openapi.json describes. Without --model it serves the demo's model.

      Every option may also stand in a JSON file (--config) or in the environment: --request-seconds is \
      FASTKMEANS_SERVER_REQUEST_SECONDS there, and {"request": {"seconds": 30}} in the file. The command line goes \
      before the environment, and that before the file.

      Examples:
        fastkmeans-server --model tickets.safetensors
        fastkmeans-server --model tickets.safetensors --learn
        fastkmeans-server --models models --host 0.0.0.0 --tokens tokens.txt --certificate chain.pem --key key.pem
      """
  )

  @Option(
    help: ArgumentHelp(
      "A model file; several may be named. The first answers where none is asked for.", valueName: "file"))
  var model: [String] = []

  @Option("A folder with NAME.safetensors and NAME/VERSION.safetensors.", "folder")
  var models: String?

  @Flag(help: "Learn from requests into the first model; its state is that of fastkmeans stream.")
  var learn = false

  @Flag(help: "A model that --learn makes anew takes vectors instead of texts.")
  var vectors = false

  @Option("Texts from which a model that --learn makes anew learns its vocabulary. (default: 1000)", "count")
  var vocabularyDocuments: Int?

  @Option("The address to listen at. (default: 127.0.0.1)", "address")
  var host: String?

  @Option("The port; 0 for any that is free. (default: 8080)", "port")
  var port: Int?

  @Option("A file with 'read TOKEN' and 'write TOKEN' lines: who may call.", "file")
  var tokens: String?

  @Flag(help: "Listen for other machines without tokens.")
  var insecure = false

  @Option("The certificate chain for TLS (PEM).", "file")
  var certificate: String?

  @Option("The certificate's key (PEM).", "file")
  var key: String?

  @Option("Threads that one request may use. (default: 1)", "count")
  var threads: Int?

  @Option("The largest body in bytes. (default: 16777216)", "count")
  var bodyBytes: Int?

  @Option("The most documents of a request. (default: 4096)", "count")
  var rows: Int?

  @Option("The longest text in bytes. (default: 1048576)", "count")
  var textBytes: Int?

  @Option("The most connections at once. (default: 4096)", "count")
  var connections: Int?

  @Option("The most requests that are answered at once. (default: 512)", "count")
  var requests: Int?

  @Option("Seconds in which a request must come to its end. (default: 30)", "count")
  var requestSeconds: Int?

  @Option("Seconds between two checkpoints of what was learned. (default: 30)", "count")
  var checkpointSeconds: Int?

  @Option("A JSON file with any of these options.", "file")
  var config: String?

  func run() async throws {
    var logger = Logger(label: "fastkmeans-server", factory: { LineLogHandler(label: $0) })
    logger.logLevel = .info
    let settings = try await Settings(file: config)
    var options = Serving.Options()
    options.files = model.isEmpty ? settings.list("model") : model
    options.folder = models ?? settings.text("models")
    options.learns = learn || settings.flag("learn")
    options.takesVectors = vectors || settings.flag("vectors")
    try settings.take(vocabularyDocuments, "vocabulary.documents", into: &options.vocabularyDocuments)
    try settings.take(threads, "threads", into: &options.threadCount)
    try settings.take(checkpointSeconds, "checkpoint.seconds", into: &options.checkpointSeconds)
    try settings.take(bodyBytes, "body.bytes", into: &options.limits.bodyBytes)
    try settings.take(rows, "rows", into: &options.limits.rows)
    try settings.take(textBytes, "text.bytes", into: &options.limits.textBytes)
    try settings.take(requests, "requests", into: &options.limits.requests)
    var server = ServerOptions()
    server.host = host ?? settings.text("host") ?? server.host
    try settings.take(port, "port", into: &server.port, from: 0)
    server.tokens = try (tokens ?? settings.text("tokens")).map { try Tokens(contentsOf: $0) }
    server.isInsecure = insecure || settings.flag("insecure")
    try settings.take(connections, "connections", into: &server.connections)
    try settings.take(requestSeconds, "request.seconds", into: &server.requestSeconds)
    switch (certificate ?? settings.text("certificate"), key ?? settings.text("key")) {
    case (let certificate?, let key?): server.tls = (certificate, key)
    case (nil, nil): break
    default: throw ValidationError("--certificate and --key go together")
    }
    if options.files.isEmpty, options.folder == nil {
      options.files = [try Demo.modelFile { logger.info("\($0)") }]
    }
    do {
      let log: ServingLog = { [logger] level, line in
        logger.log(level: level == .error ? .error : .info, "\(line)")
      }
      let serving = try Serving(options, log: log)
      let application = try fastKMeansServer(serving, server, logger: logger) { address in
        print("\(address)\npage: \(address)/")
        fflush(nil)
      }
      try await application.runService()
    } catch let error as ServingError {
      throw ValidationError(error.message)
    }
  }
}

/// Options that stand in the environment or in a file.
private struct Settings {
  private let reader: ConfigReader

  init(file: String?) async throws {
    var providers: [any ConfigProvider] = [
      EnvironmentVariablesProvider().prefixKeys(with: "fastkmeans.server")
    ]
    if let file { providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(file))) }
    reader = ConfigReader(providers: providers)
  }

  func text(_ name: String) -> String? { reader.string(forKey: ConfigKey(name)) }
  func flag(_ name: String) -> Bool { reader.bool(forKey: ConfigKey(name), default: false) }
  func list(_ name: String) -> [String] { reader.stringArray(forKey: ConfigKey(name), default: []) }

  /// Puts a number in its place: that of the command line, or else of the environment or the file. Without any the default
  /// stays.
  func take(_ given: Int?, _ name: String, into place: inout Int, from least: Int = 1) throws {
    guard let value = given ?? reader.int(forKey: ConfigKey(name)) else { return }
    guard value >= least else {
      let option = name.replacingOccurrences(of: ".", with: "-")
      throw ValidationError("--\(option) is \(value); allowed: a whole number from \(least)")
    }
    place = value
  }
}

// What an option does, and what stands for its value in the help.
extension Option {
  fileprivate init(_ help: String, _ unit: String) where Value == String? {
    self.init(help: ArgumentHelp(help, valueName: unit))
  }

  fileprivate init(_ help: String, _ unit: String) where Value == Int? {
    self.init(help: ArgumentHelp(help, valueName: unit))
  }
}
