import FastKMeansServing
import Foundation
import Testing

@testable import FastKMeansServer

/// The routes without HTTP, and what only the inside shows.
struct RouteTests {
  private struct Description: Decodable {
    struct Operation: Decodable {
      let operationId: String
    }

    let paths: [String: [String: Operation]]
  }

  @Test("The description lists every route, no other route, and no name twice")
  func descriptionHasTheRoutes() async throws {
    let serving = try Serving(Serving.Options()) { _, _ in }
    let route = try #require(Serving.routes.first { $0.path == "/openapi.json" })
    let reply = await serving.answer(route, ServingRequest())
    let description = try JSONDecoder().decode(Description.self, from: Data(reply.body))
    let described = description.paths.flatMap { path, operations in
      operations.map { "\($0.key.uppercased()) \(path)" }
    }
    #expect(described.sorted() == Serving.routes.map { "\($0.method) \($0.path)" }.sorted())
    let names = description.paths.values.flatMap { $0.values.map(\.operationId) }
    #expect(Set(names).count == names.count)
  }

  @Test("The page loads nothing from elsewhere and stays below 400 KB")
  func pageIsWhole() async throws {
    let serving = try Serving(Serving.Options()) { _, _ in }
    let route = try #require(Serving.routes.first { $0.path == "/" })
    let page = String(decoding: await serving.answer(route, ServingRequest()).body, as: UTF8.self)
    #expect(page.utf8.count < 400_000)
    #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("src="))
  }

  @Test("Routes that change something ask for a token that may write")
  func writingNeedsAToken() throws {
    for route in Serving.routes {
      let writes = ["learn", "forget", "rename", "merge", "split", "remove", "webhook", "load", "unload"]
        .contains(String(route.path.split(separator: "/").last ?? ""))
      #expect((route.access == .write) == writes, "\(route.path)")
    }
  }

  @Test("Tokens: a whole one passes, its beginning does not, a reading one does not write")
  func tokens() throws {
    let file = NSTemporaryDirectory() + "tokens-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let (reading, writing) = ("0123456789abcdef", "fedcba9876543210")
    try "# who may call\nread \(reading)\n\nwrite \(writing)\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    let tokens = try Tokens(contentsOf: file)
    func status(_ header: String?, _ access: ServingRoute.Access) -> Int {
      do { try tokens.check(header, for: access) } catch { return ServingError(error).status }
      return 200
    }
    #expect(status(nil, .open) == 200)
    #expect(status(nil, .read) == 401)
    #expect(status("Bearer \(reading)", .read) == 200)
    #expect(status("bearer \(reading)", .read) == 200)
    func basic(_ pair: String) -> String { "Basic " + Data(pair.utf8).base64EncodedString() }
    #expect(status(basic("anybody:\(writing)"), .write) == 200)
    #expect(status(basic("anybody:\(reading)"), .write) == 403)
    let others = ["Basic \(reading)", "Basic !", "Basic", "Digest \(reading)"]
    for wrong in others + [basic("\(reading):"), basic(reading)] {
      #expect(status(wrong, .read) == 401, "\(wrong)")
    }
    #expect(status("Bearer \(reading)", .write) == 403)
    #expect(status("Bearer \(writing)", .write) == 200)
    for wrong in [
      "", "0", String(reading.dropLast()), reading + "0", reading + reading, "\(reading.dropLast())g",
    ] {
      #expect(status("Bearer \(wrong)", .read) == 401, "\(wrong)")
    }
    try "read short".write(toFile: file, atomically: true, encoding: .utf8)
    #expect(throws: ServingError.self) { try Tokens(contentsOf: file) }
  }
}
