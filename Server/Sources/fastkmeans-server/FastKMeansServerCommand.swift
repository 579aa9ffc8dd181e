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

  @Option(
    help: ArgumentHelp("A folder with NAME.safetensors and NAME/VERSION.safetensors.", valueName: "folder"))
  var models: String?

  @Flag(help: "Learn from requests into the first model; its state is that of fastkmeans stream.")
  var learn = false

  @Flag(help: "A model that --learn makes anew takes vectors instead of texts.")
  var vectors = false

  @Option(
    help: ArgumentHelp(
      "Texts from which a model that --learn makes anew learns its vocabulary. (default: 1000)",
      valueName: "count"))
  var vocabularyDocuments: Int?

  @Option(help: ArgumentHelp("The address to listen at. (default: 127.0.0.1)", valueName: "address"))
  var host: String?

  @Option(help: ArgumentHelp("The port; 0 for any that is free. (default: 8080)", valueName: "port"))
  var port: Int?

  @Option(
    help: ArgumentHelp("A file with 'read TOKEN' and 'write TOKEN' lines: who may call.", valueName: "file"))
  var tokens: String?

  @Flag(help: "Listen for other machines without tokens.")
  var insecure = false

  @Option(help: ArgumentHelp("The certificate chain for TLS (PEM).", valueName: "file"))
  var certificate: String?

  @Option(help: ArgumentHelp("The certificate's key (PEM).", valueName: "file"))
  var key: String?

  @Option(help: ArgumentHelp("Threads that one request may use. (default: 1)", valueName: "count"))
  var threads: Int?

  @Option(help: ArgumentHelp("The largest body in bytes. (default: 16777216)", valueName: "count"))
  var bodyBytes: Int?

  @Option(help: ArgumentHelp("The most documents of a request. (default: 4096)", valueName: "count"))
  var rows: Int?

  @Option(help: ArgumentHelp("The longest text in bytes. (default: 1048576)", valueName: "count"))
  var textBytes: Int?

  @Option(help: ArgumentHelp("The most connections at once. (default: 4096)", valueName: "count"))
  var connections: Int?

  @Option(
    help: ArgumentHelp("The most requests that are answered at once. (default: 512)", valueName: "count"))
  var requests: Int?

  @Option(
    help: ArgumentHelp("Seconds in which a request must come to its end. (default: 30)", valueName: "count"))
  var requestSeconds: Int?

  @Option(
    help: ArgumentHelp(
      "Seconds between two checkpoints of what was learned. (default: 30)", valueName: "count"))
  var checkpointSeconds: Int?

  @Option(help: ArgumentHelp("A JSON file with any of these options.", valueName: "file"))
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
    options.vocabularyDocuments =
      try settings.count("vocabulary.documents", vocabularyDocuments)
      ?? options.vocabularyDocuments
    options.threadCount = try settings.count("threads", threads) ?? options.threadCount
    options.checkpointSeconds =
      try settings.count("checkpoint.seconds", checkpointSeconds).map(Double.init)
      ?? options.checkpointSeconds
    options.limits.bodyBytes = try settings.count("body.bytes", bodyBytes) ?? options.limits.bodyBytes
    options.limits.rows = try settings.count("rows", rows) ?? options.limits.rows
    options.limits.textBytes = try settings.count("text.bytes", textBytes) ?? options.limits.textBytes
    options.limits.requests = try settings.count("requests", requests) ?? options.limits.requests
    var server = ServerOptions()
    server.host = host ?? settings.text("host") ?? server.host
    server.port = try settings.count("port", port, from: 0) ?? server.port
    server.tokens = try (tokens ?? settings.text("tokens")).map { try Tokens(contentsOf: $0) }
    server.isInsecure = insecure || settings.flag("insecure")
    server.connections = try settings.count("connections", connections) ?? server.connections
    server.requestSeconds = try settings.count("request.seconds", requestSeconds) ?? server.requestSeconds
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

  /// A number of the command line, or else of the environment or the file.
  func count(_ name: String, _ given: Int?, from least: Int = 1) throws -> Int? {
    guard let value = given ?? reader.int(forKey: ConfigKey(name)) else { return nil }
    guard value >= least else {
      let option = name.replacingOccurrences(of: ".", with: "-")
      throw ValidationError("--\(option) is \(value); allowed: a whole number from \(least)")
    }
    return value
  }
}
