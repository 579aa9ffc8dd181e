import Dispatch
import FastKMeansFormats
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Answers `GET /metrics` and `GET /healthz`, one request at a time, on a thread of its own.
///
/// Meant for the machine itself: no encryption, no names and passwords. A request of more than 8 KiB, or one that
/// takes more than two seconds, is cut off.
package final class MetricsServer: Sendable {
  /// The port that it listens at.
  package let port: Int
  private let listener: Int32
  private let isClosed = Atomic<Bool>(false)
  private let hasEnded = DispatchSemaphore(value: 0)
  private let metrics: @Sendable () -> String

  private static let maxRequestBytes = 8192
  private static let seconds = 2

  /// - Parameters:
  ///   - host: the address to listen at, such as `127.0.0.1`.
  ///   - port: 0 for any that is free.
  ///   - metrics: makes the text that is answered.
  /// - Throws: `FileError` if nobody can listen there.
  package init(host: String, port: Int, metrics: @escaping @Sendable () -> String) throws {
    self.metrics = metrics
    listener = try Self.listen(host, port)
    self.port = Self.port(of: listener) ?? port
    let thread = DispatchQueue(label: "fastkmeans.metrics")
    thread.async { [self] in
      while !isClosed.load(ordering: .acquiring) { serveOne() }
      close(listener)
      hasEnded.signal()
    }
  }

  /// Stops listening.
  package func stop() {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    hasEnded.wait()
  }

  private func serveOne() {
    var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, 200) > 0 else { return }
    let connection = accept(listener, nil, nil)
    guard connection >= 0 else { return }
    defer { close(connection) }
    var time = timeval(tv_sec: .init(Self.seconds), tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(connection, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
    guard let line = requestLine(connection) else { return }
    send(answer(to: line), to: connection)
  }

  /// The first line of a request whose head has come in full.
  private func requestLine(_ connection: Int32) -> String? {
    var request: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 2048)
    let deadline = ContinuousClock.now + .seconds(Self.seconds)
    while request.count < Self.maxRequestBytes, ContinuousClock.now < deadline {
      let count = recv(connection, &piece, piece.count, 0)
      guard count > 0 else { return nil }
      request += piece[..<count]
      let text = String(decoding: request, as: UTF8.self)
      if text.contains("\r\n\r\n") || text.contains("\n\n") {
        return text.split(whereSeparator: \.isNewline).first.map(String.init)
      }
    }
    return nil
  }

  func answer(to line: String) -> String {
    let words = line.split(separator: " ")
    guard words.count >= 2 else { return Self.response("400 Bad Request", "not a request\n") }
    guard words[0] == "GET" else { return Self.response("405 Method Not Allowed", "only GET\n") }
    switch words[1].prefix(while: { $0 != "?" }) {
    case "/metrics": return Self.response("200 OK", metrics())
    case "/healthz": return Self.response("200 OK", "ok\n")
    default: return Self.response("404 Not Found", "only /metrics and /healthz\n")
    }
  }

  private static func response(_ status: String, _ body: String) -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
      + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
  }

  private func send(_ text: String, to connection: Int32) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        #if canImport(Darwin)
          Darwin.send(connection, $0.baseAddress.map { $0 + sent }, bytes.count - sent, 0)
        #elseif canImport(Glibc)
          Glibc.send(connection, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
        #else
          Musl.send(connection, $0.baseAddress.map { $0 + sent }, bytes.count - sent, MSG_NOSIGNAL)
        #endif
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  private static func listen(_ host: String, _ port: Int) throws -> Int32 {
    let name = "\(host):\(port)"
    var hints = addrinfo()
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0, let found = list?.pointee else {
      throw FileError.failed(path: name, operation: .open, code: EADDRNOTAVAIL, reason: "no such address")
    }
    defer { freeaddrinfo(list) }
    let descriptor = socket(found.ai_family, found.ai_socktype, found.ai_protocol)
    guard descriptor >= 0 else { throw FileError(path: name, operation: .open, code: errno) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, found.ai_addr, found.ai_addrlen) == 0, Self.listenOn(descriptor) == 0 else {
      let code = errno
      close(descriptor)
      throw FileError(path: name, operation: .open, code: code)
    }
    return descriptor
  }

  private static func listenOn(_ descriptor: Int32) -> Int32 {
    #if canImport(Darwin)
      Darwin.listen(descriptor, 16)
    #elseif canImport(Glibc)
      Glibc.listen(descriptor, 16)
    #else
      Musl.listen(descriptor, 16)
    #endif
  }

  private static func port(of descriptor: Int32) -> Int? {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    guard result == 0 else { return nil }
    // Family, then the port in the network's order, in both kinds of address.
    return withUnsafeBytes(of: &address) { Int($0[2]) << 8 | Int($0[3]) }
  }
}
