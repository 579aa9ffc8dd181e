import Dispatch
import FastKMeansCore
import FastKMeansFormats
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Answers `GET /metrics` and `GET /healthz`, on a separate thread that never waits for one caller alone.
///
/// Meant for the machine itself: no encryption, no names and passwords. A request of more than 8 KiB, or a connection that
/// takes more than two seconds, is cut off; so is the oldest one where there are more than 64.
package final class MetricsServer: Sendable {
  /// The port that it listens at.
  package let port: Int
  private let listener: Int32
  private let isClosed = Atomic<Bool>(false)
  private let hasEnded = DispatchSemaphore(value: 0)
  private let metrics: @Sendable () -> String

  private static let maxRequestBytes = 8192
  private static let maxConnections = 64
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
    let isServed = SystemThread.start { [self] in
      var connections: [Connection] = []
      while !isClosed.load(ordering: .acquiring) { serve(&connections) }
      for connection in connections { close(connection.descriptor) }
      close(listener)
      hasEnded.signal()
    }
    guard isServed else {
      close(listener)
      throw FileError.failed(
        path: "\(host):\(port)", operation: .open, code: EAGAIN, reason: "no thread can be started")
    }
  }

  /// Stops listening.
  package func stop() {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    hasEnded.wait()
  }

  /// A caller whose request or answer is on its way.
  private struct Connection {
    let descriptor: Int32
    let deadline = ContinuousClock.now + .seconds(MetricsServer.seconds)
    var request: [UInt8] = []
    /// What is still to be sent; `nil` until the request has come.
    var answer: ArraySlice<UInt8>?
  }

  /// Waits until a caller has sent something or takes something, and does all that can be done without waiting.
  private func serve(_ connections: inout [Connection]) {
    var entries = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
    entries += connections.map {
      pollfd(fd: $0.descriptor, events: Int16($0.answer == nil ? POLLIN : POLLOUT), revents: 0)
    }
    guard poll(&entries, nfds_t(entries.count), 200) >= 0 else { return }
    let now = ContinuousClock.now
    var open: [Connection] = []
    for (entry, waiting) in zip(entries.dropFirst(), connections) {
      var connection = waiting
      if now < connection.deadline, entry.revents == 0 || advance(&connection) {
        open.append(connection)
      } else {
        close(connection.descriptor)
      }
    }
    connections = open
    guard entries[0].revents != 0 else { return }
    let descriptor = accept(listener, nil, nil)
    guard descriptor >= 0 else { return }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    if connections.count >= Self.maxConnections { close(connections.removeFirst().descriptor) }
    connections.append(Connection(descriptor: descriptor))
  }

  /// Reads what has come of a request; sends what is taken of the answer, once the request's head is there.
  ///
  /// - Returns: whether the connection stays open.
  private func advance(_ connection: inout Connection) -> Bool {
    guard var answer = connection.answer else {
      var piece = [UInt8](repeating: 0, count: 2048)
      let count = recv(connection.descriptor, &piece, piece.count, 0)
      guard count > 0 else { return count < 0 && Self.isForTheMoment(errno) }
      connection.request += piece[..<count]
      // The head ends with an empty line; the bytes before the piece have been looked at.
      let tail = connection.request.suffix(count + 2)
      guard
        tail.indices.contains(where: {
          tail[$0...].starts(with: [0x0A, 0x0A]) || tail[$0...].starts(with: [0x0A, 0x0D, 0x0A])
        })
      else { return connection.request.count < Self.maxRequestBytes }
      let text = String(decoding: connection.request, as: UTF8.self)
      guard let line = text.split(whereSeparator: \.isNewline).first else { return false }
      connection.answer = Array(self.answer(to: String(line)).utf8)[...]
      return true
    }
    let count = Self.send(answer, to: connection.descriptor)
    guard count > 0 else { return count < 0 && Self.isForTheMoment(errno) }
    answer = answer.dropFirst(count)
    connection.answer = answer
    return !answer.isEmpty
  }

  private static func isForTheMoment(_ code: Int32) -> Bool {
    code == EAGAIN || code == EWOULDBLOCK || code == EINTR
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

  private static func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int {
    bytes.withUnsafeBytes {
      #if canImport(Darwin)
        Darwin.send(descriptor, $0.baseAddress, $0.count, 0)
      #elseif canImport(Glibc)
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      #else
        Musl.send(descriptor, $0.baseAddress, $0.count, MSG_NOSIGNAL)
      #endif
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
