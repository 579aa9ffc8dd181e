@_exported import FastKMeansServing
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Adds the routes of a server to a router, also to one of an application of your own.
///
/// ```swift
/// var options = Serving.Options()
/// options.files = ["tickets.safetensors"]
/// let serving = try Serving(options) { _, line in logger.info("\(line)") }
/// FastKMeansRoutes(serving).add(to: router)
/// ```
///
/// Add ``ServingService`` to the application's services: it looks for new model files and saves at the end.
public struct FastKMeansRoutes: Sendable {
  private let serving: Serving
  private let tokens: Tokens?
  private static let idempotencyKey = HTTPField.Name("Idempotency-Key")
  private static let inferenceLength = HTTPField.Name("Inference-Header-Content-Length")

  /// - Parameters:
  ///   - serving: what answers.
  ///   - tokens: who may call; nil lets everybody.
  public init(_ serving: Serving, tokens: Tokens? = nil) {
    self.serving = serving
    self.tokens = tokens
  }

  /// Adds every route, and an answer for paths that no route has.
  public func add<Context: RequestContext>(to router: Router<Context>) {
    router.add(middleware: JSONErrors<Context>())
    for route in Serving.routes {
      router.on(RouterPath(route.path), method: route.method == "GET" ? .get : .post) { request, context in
        try await respond(route, request, context)
      }
    }
  }

  private func respond(
    _ route: ServingRoute, _ request: Request, _ context: some RequestContext
  ) async throws -> Response {
    do {
      if let tokens { try tokens.check(request.headers[.authorization], for: route.access) }
      // A page of another site may send a form without asking; browsers say where it comes from.
      if route.access == .write, let origin = request.headers[.origin],
        !origin.hasSuffix("//" + (request.head.authority ?? ""))
      {
        throw ServingError(403, "other_origin", "a page of another site must not change anything here")
      }
      let call = try await self.request(request, context, hasBody: route.method == "POST")
      return Response(await serving.answer(route, call))
    } catch let error as ServingError {
      return Response(error.reply)
    }
  }

  private func request(
    _ request: Request, _ context: some RequestContext, hasBody: Bool
  ) async throws -> ServingRequest {
    var call = ServingRequest()
    if request.uri.query != nil {
      for (name, value) in request.uri.queryParameters { call.parameters[String(name)] = String(value) }
    }
    for (name, value) in context.parameters {
      call.parameters[String(name)] =
        (value.utf8.contains(UInt8(ascii: "%")) ? value.removingPercentEncoding : nil) ?? String(value)
    }
    guard hasBody else { return call }
    if let coding = request.headers[.contentEncoding], coding != "identity" {
      throw ServingError(415, "unsupported_encoding", "the body is compressed; send it as it is")
    }
    let limit = serving.limits.bodyBytes
    let tooLarge = ServingError(413, "too_large", "the body has more than \(limit) bytes")
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
    var request = request
    do {
      call.body = Array(buffer: try await request.collectBody(upTo: limit))
    } catch is NIOTooManyBytesError {
      throw tooLarge
    }
    call.idempotencyKey = request.headers.value(Self.idempotencyKey)
    if let length = request.headers.value(Self.inferenceLength) {
      guard let count = Int(length) else {
        throw ServingError(
          400, "invalid_length", "Inference-Header-Content-Length must be a whole number")
      }
      call.jsonByteCount = count
    }
    return call
  }
}

extension HTTPFields {
  fileprivate func value(_ name: HTTPField.Name?) -> String? { name.flatMap { self[$0] } }
}

extension Response {
  /// The reply as HTTP has it.
  init(_ reply: ServingReply) {
    var headers: HTTPFields = [.contentType: reply.contentType]
    for (name, value) in reply.headers { if let name = HTTPField.Name(name) { headers[name] = value } }
    self.init(
      status: HTTPResponse.Status(code: reply.status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
  }
}

/// Gives errors that are not of a route the form that all errors have.
private struct JSONErrors<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError where error.status == .notFound {
      let methods = Serving.routes.filter { $0.matches(request.uri.path) }.map(\.method)
      guard !methods.isEmpty else {
        return Response(
          ServingError(404, "unknown_route", "there is no such route; /openapi.json has them all").reply)
      }
      var reply = ServingError(
        405, "wrong_method", "the route takes \(methods.joined(separator: " and "))"
      ).reply
      reply.headers.append(("Allow", methods.joined(separator: ", ")))
      return Response(reply)
    }
  }
}

extension ServingRoute {
  /// Whether a path is one of this route.
  fileprivate func matches(_ path: String) -> Bool {
    let own = self.path.split(separator: "/")
    let other = path.split(separator: "/")
    return own.count == other.count && zip(own, other).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
  }
}
