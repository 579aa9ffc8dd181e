import FastKMeansCore
import FastKMeansFormats
import FastKMeansStreams

/// One route of the server: how it is called, who may call it, and what answers it.
public struct ServingRoute: Sendable {
  /// Who may call a route where tokens are asked for.
  public enum Access: Sendable {
    /// Everybody: health, the page and its description, none of which shows a model.
    case open
    case read
    case write
  }

  /// `GET` or `POST`.
  public let method: String
  /// With the names of parameters in braces.
  public let path: String
  /// Who may call it.
  public let access: Access
  let handle: @Sendable (Serving, ServingRequest) async throws -> ServingReply

  init(
    _ method: String, _ path: String, _ access: Access,
    _ handle: @escaping @Sendable (Serving, ServingRequest) async throws -> ServingReply
  ) {
    self.method = method
    self.path = path
    self.access = access
    self.handle = handle
  }

  /// A route that takes longer with a larger body.
  static func computing(
    _ path: String, _ handle: @escaping @Sendable (Serving, ServingRequest) throws -> ServingReply
  ) -> ServingRoute {
    ServingRoute("POST", path, .read) { serving, request in
      try await serving.compute(request) { try handle(serving, request) }
    }
  }

  /// A route that takes long for whatever request, with a large model.
  static func inspecting(
    _ method: String, _ path: String,
    _ handle: @escaping @Sendable (Serving, ServingRequest) throws -> ServingReply
  ) -> ServingRoute {
    ServingRoute(method, path, .read) { serving, request in
      try await BackgroundWork.run { _ in try handle(serving, request) }
    }
  }
}

extension Serving {
  /// Every route of the server.
  public static let routes: [ServingRoute] =
    generalRoutes + ownRoutes + inferenceRoutes + [
      ServingRoute("GET", "/label-studio/health", .open) { try $0.ready($1) },
      ServingRoute("POST", "/label-studio/setup", .read) { try $0.setUpLabelStudio($1) },
      .computing("/label-studio/predict") { try $0.predictForLabelStudio($1) },
      ServingRoute("POST", "/label-studio/webhook", .write) { try await $0.learnFromLabelStudio($1) },
      .computing("/predict") { try $0.predict($1) },
      .computing("/predict/{model}") { try $0.predict($1) },
    ]

  private static let generalRoutes: [ServingRoute] = [
    ServingRoute("GET", "/", .open) { _, _ in
      ServingReply(contentType: "text/html; charset=utf-8", body: Array(Page.html().utf8))
    },
    ServingRoute("GET", "/openapi.json", .open) { _, _ in ServingReply(OpenAPI.document) },
    ServingRoute("GET", "/health", .open) { try $0.ready($1) },
    ServingRoute("GET", "/metrics", .read) { serving, _ in
      ServingReply(
        contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(serving.metricsText.utf8))
    },
  ]

  private static let ownRoutes: [ServingRoute] = [
    ServingRoute("GET", "/v1/models", .read) { serving, _ in
      ServingReply(.fields(["models": .array(serving.shelf.entries.map(\.json))]))
    },
    ServingRoute("GET", "/v1/models/{model}", .read) { ServingReply(try $0.model($1).summary) },
    .computing("/v1/models/{model}/classify") { try $0.classify($1) },
    .inspecting("POST", "/v1/models/{model}/explain") { try $0.explain($1) },
    .inspecting("GET", "/v1/models/{model}/classes") { try $0.classes($1) },
    .inspecting("GET", "/v1/models/{model}/prototypes") { try $0.prototypes($1) },
    .inspecting("GET", "/v1/models/{model}/map") { serving, request in
      let model = try serving.model(request)
      return ServingReply(try model.atlas.value { try PrototypeAtlas(model.contents) }.json)
    },
    .inspecting("GET", "/v1/models/{model}/pair") { try $0.pair($1) },
    ServingRoute("GET", "/v1/models/{model}/stream", .read) { serving, request in
      ServingReply(try serving.shelf.learner(request.parameters["model"]).history.json)
    },
    ServingRoute("POST", "/v1/models/{model}/learn", .write) { try await $0.learn($1) },
    ServingRoute("POST", "/v1/models/{model}/forget", .write) { try await $0.forget($1) },
    ServingRoute("POST", "/v1/models/{model}/classes/rename", .write) { try await $0.rename($1) },
    ServingRoute("POST", "/v1/models/{model}/classes/merge", .write) { try await $0.merge($1) },
    ServingRoute("POST", "/v1/models/{model}/classes/split", .write) { try await $0.split($1) },
    ServingRoute("POST", "/v1/models/{model}/classes/remove", .write) { try await $0.remove($1) },
  ]

  private static let inferenceRoutes: [ServingRoute] =
    [
      ServingRoute("GET", "/v2", .read) { _, _ in ServingReply(OpenInference.server) },
      ServingRoute("GET", "/v2/health/live", .open) { _, _ in ServingReply(.fields(["live": true])) },
      ServingRoute("GET", "/v2/health/ready", .open) { try $0.ready($1) },
      ServingRoute("POST", "/v2/repository/index", .read) { serving, _ in
        ServingReply(.array(serving.shelf.entries.map(\.repositoryJSON)))
      },
      ServingRoute("POST", "/v2/repository/models/{model}/load", .write) { serving, request in
        let name = request.parameters["model"] ?? ""
        try await BackgroundWork.run { _ in try serving.shelf.reload(name) }
        return ServingReply(.fields([:]))
      },
      ServingRoute("POST", "/v2/repository/models/{model}/unload", .write) { serving, request in
        try serving.shelf.unload(request.parameters["model"] ?? "")
        return ServingReply(.fields([:]))
      },
    ]
    + ["/v2/models/{model}", "/v2/models/{model}/versions/{version}"].flatMap { path in
      [
        ServingRoute("GET", path, .read) { serving, request in
          let model = try serving.model(request)
          return ServingReply(
            OpenInference.metadata(of: model, versions: serving.shelf.versions(of: model.name)))
        },
        ServingRoute("GET", path + "/ready", .open) { serving, request in
          _ = try serving.model(request)
          return ServingReply(.fields(["ready": true]))
        },
        .computing(path + "/infer") { try $0.infer($1) },
      ]
    }

  func model(_ request: ServingRequest) throws -> ServedModel {
    try shelf.model(request.parameters["model"], version: request.parameters["version"])
  }

  /// Ready: there are models, and each that is not unloaded answers.
  private func ready(_: ServingRequest) throws -> ServingReply {
    let entries = shelf.entries.filter { $0.reason != "unloaded" }
    guard !entries.isEmpty, entries.allSatisfy({ $0.model != nil }) else {
      throw ServingError(503, "not_ready", "a model does not answer yet", retryAfter: 1)
    }
    return ServingReply(.fields(["status": "UP", "ready": true]))
  }

  private func infer(_ request: ServingRequest) throws -> ServingReply {
    let model = try model(request)
    let (reply, answers) = try OpenInference.infer(request, model, limits)
    metrics.batch(model.name, answers)
    return reply
  }
}

extension ModelShelf.Entry {
  fileprivate var json: JSON {
    .fields([
      "name": .string(name), "version": .string(version), "ready": .bool(model != nil),
      "learns": .bool(learns),
      "takes": model.map { $0.takesText ? "text" : "vectors" } ?? .null,
      "reason": reason.map { .string($0) } ?? .null,
    ])
  }

  fileprivate var repositoryJSON: JSON {
    .fields([
      "name": .string(name), "version": .string(version), "state": model == nil ? "UNAVAILABLE" : "READY",
      "reason": .string(reason ?? ""),
    ])
  }
}
