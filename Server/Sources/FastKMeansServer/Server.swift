import FastKMeansServing
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import ServiceLifecycle

/// How a server listens and who may call it.
public struct ServerOptions: Sendable {
  /// The address to listen at.
  public var host = "127.0.0.1"
  /// The port; 0 for any that is free.
  public var port = 8080
  /// Who may call; nil lets everybody.
  public var tokens: Tokens?
  /// Whether other machines may connect without tokens.
  public var isInsecure = false
  /// The files of a certificate and its key (PEM); nil: no TLS.
  public var tls: (certificate: String, key: String)?
  /// Connections at once; others wait until one ends.
  public var connections = 4096
  /// Seconds that a request may take to come to its end, and that a connection may say nothing.
  public var requestSeconds = 30

  public init() {}
}

/// Looks for new model files while a server runs, and saves what was learned when it ends.
public struct ServingService: Service {
  private let serving: Serving

  public init(_ serving: Serving) { self.serving = serving }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(1))
        serving.refresh()
      }
    }
    serving.stop()
  }
}

/// The whole server: an application that answers all routes.
///
/// - Parameter started: gets the address that it listens at, such as `http://127.0.0.1:8080`.
/// - Throws: ``ServingError`` for an address of the network without tokens; what is wrong with the certificate.
public func fastKMeansServer(
  _ serving: Serving, _ options: ServerOptions, logger: Logger,
  started: @escaping @Sendable (String) -> Void = { _ in }
) throws -> some ApplicationProtocol {
  guard
    ["127.0.0.1", "::1", "localhost"].contains(options.host) || options.tokens != nil || options.isInsecure
  else {
    throw ServingError(
      500, "no_tokens",
      "\(options.host) is open to other machines: name a file of tokens with --tokens, or say --insecure")
  }
  let router = Router()
  FastKMeansRoutes(serving, tokens: options.tokens).add(to: router)
  let limit = TimeAmount.seconds(Int64(options.requestSeconds))
  // A little longer than a request may take, so that a slow one gets its reply before the connection ends.
  let idle = limit + .seconds(1)
  var http = HTTPServerBuilder.http1(
    configuration: .init(additionalChannelHandlers: [RequestDeadline(limit: limit)], idleTimeout: idle))
  if let tls = options.tls {
    http = try .tls(
      http,
      tlsConfiguration: .makeServerConfiguration(
        certificateChain: NIOSSLCertificate.fromPEMFile(tls.certificate).map { .certificate($0) },
        privateKey: .privateKey(NIOSSLPrivateKey(file: tls.key, format: .pem))))
  }
  let scheme = options.tls == nil ? "http" : "https"
  var application = Application(
    router: router, server: http,
    configuration: ApplicationConfiguration(
      address: .hostname(options.host, port: options.port), serverName: "fastkmeans-server",
      availableConnectionsDelegate: .maximum(options.connections, logger: logger)),
    onServerRunning: { channel in
      started("\(scheme)://\(options.host):\(channel.localAddress?.port ?? options.port)")
    }, logger: logger)
  application.addServices(ServingService(serving))
  return application
}
