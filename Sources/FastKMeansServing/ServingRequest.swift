import FastKMeansCore

/// A request without its transport: what a route needs of it.
public struct ServingRequest: Sendable {
  /// The body as it came.
  public var body: [UInt8] = []
  /// The values of the path's names in braces and of the query, percent-decoded.
  public var parameters: [String: String] = [:]
  /// How many bytes of the body are JSON where tensors follow (`Inference-Header-Content-Length`); nil: all.
  public var jsonByteCount: Int?
  /// The key by which a repeated request is known (`Idempotency-Key`); nil: it has none.
  public var idempotencyKey: String?

  /// Makes a request without a body.
  public init() {}
}

/// What a request is answered with.
public struct ServingReply: Sendable {
  /// The status of HTTP.
  public var status = 200
  /// The type of the body.
  public var contentType: String
  /// Further headers.
  public var headers: [(name: String, value: String)] = []
  /// The body as it is sent.
  public var body: [UInt8]
}

extension ServingReply {
  package init(_ json: JSON, status: Int = 200) {
    self.init(status: status, contentType: "application/json", body: json.compactBytes)
  }

  /// The body as JSON.
  ///
  /// - Throws: `JSONError` for a reply of another kind.
  package var json: JSON { get throws { try JSON.parse(body) } }
}

/// What a server takes at most; a request beyond it is refused with a separate status.
public struct ServingLimits: Sendable {
  /// The bytes of a body (413).
  public var bodyBytes = 16 << 20
  /// The texts or vectors of a request (413).
  public var rows = 4096
  /// The bytes of a text (413).
  public var textBytes = 1 << 20
  /// The bytes of a label (413).
  package var labelBytes = 1024
  /// The levels of lists and objects in a body (400).
  package var depth = 16
  /// The classes of an answer and the reasons for it (422).
  package var answers = 1000
  /// The requests that are answered at once; further ones are told to come again (429).
  public var requests = 512
  /// The documents that wait to be learned; further ones are told to come again (429).
  package var waitingDocuments = 65_536

  /// Makes the limits that a server has by default.
  public init() {}
}
