import Foundation
import Testing

@testable import FastKMeansStreams

@Suite("Metrics server")
struct MetricsServerTests {
  private func connection(port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(connected == 0)
    return descriptor
  }

  private func ask(_ request: String, port: Int) throws -> String {
    let descriptor = try connection(port: port)
    defer { close(descriptor) }
    _ = request.withCString { send(descriptor, $0, request.utf8.count, Int32(MSG_NOSIGNAL)) }
    var answer: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &piece, piece.count, 0)
      guard count > 0 else { break }
      answer += piece[..<count]
    }
    return String(decoding: answer, as: UTF8.self)
  }

  @Test func answersWhatItIsAskedAndNothingElse() throws {
    let server = try MetricsServer(host: "127.0.0.1", port: 0) { "a 1\n" }
    defer { server.stop() }
    #expect(server.port > 0)
    let metrics = try ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", port: server.port)
    #expect(metrics.hasPrefix("HTTP/1.1 200 OK\r\n"))
    #expect(metrics.hasSuffix("Content-Length: 4\r\nConnection: close\r\n\r\na 1\n"))
    #expect(try ask("GET /healthz HTTP/1.1\r\n\r\n", port: server.port).hasPrefix("HTTP/1.1 200"))
    #expect(try ask("GET /other HTTP/1.1\r\n\r\n", port: server.port).hasPrefix("HTTP/1.1 404"))
    #expect(try ask("POST /metrics HTTP/1.1\r\n\r\n", port: server.port).hasPrefix("HTTP/1.1 405"))
    #expect(try ask("x\r\n\r\n", port: server.port).hasPrefix("HTTP/1.1 400"))
    let endless = "GET /" + String(repeating: "x", count: 9000)
    #expect(try ask(endless, port: server.port).isEmpty)
  }

  /// More callers than are served at once, each with a request that never ends; a caller that waited for each of them in turn
  /// would be cut off itself.
  @Test func slowCallersHoldNobodyUp() throws {
    let server = try MetricsServer(host: "127.0.0.1", port: 0) { "a 1\n" }
    defer { server.stop() }
    let slow = try (0..<80).map { _ in
      let descriptor = try connection(port: server.port)
      _ = "G".withCString { send(descriptor, $0, 1, Int32(MSG_NOSIGNAL)) }
      return descriptor
    }
    defer { for descriptor in slow { close(descriptor) } }
    #expect(try ask("GET /healthz HTTP/1.1\r\n\r\n", port: server.port).hasPrefix("HTTP/1.1 200"))
  }

  @Test func answersAHeadThatComesInParts() throws {
    let server = try MetricsServer(host: "127.0.0.1", port: 0) { String(repeating: "a 1\n", count: 500_000) }
    defer { server.stop() }
    let descriptor = try connection(port: server.port)
    defer { close(descriptor) }
    for part in ["GET /met", "rics HTTP/1.1\r", "\n\r", "\n"] {
      _ = part.withCString { send(descriptor, $0, part.utf8.count, Int32(MSG_NOSIGNAL)) }
      usleep(20_000)
    }
    var count = 0
    var piece = [UInt8](repeating: 0, count: 4096)
    while case let read = recv(descriptor, &piece, piece.count, 0), read > 0 { count += read }
    #expect(count > 2_000_000)
  }

  @Test func saysWhenAPortIsTaken() throws {
    let server = try MetricsServer(host: "127.0.0.1", port: 0) { "" }
    defer { server.stop() }
    #expect(throws: (any Error).self) { try MetricsServer(host: "127.0.0.1", port: server.port) { "" } }
    #expect(throws: (any Error).self) { try MetricsServer(host: "no.such.host.invalid", port: 0) { "" } }
  }
}
