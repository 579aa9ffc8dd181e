#if Kafka
  import CRdkafka

  /// Writes messages to one topic, each until a broker has confirmed it.
  ///
  /// Messages to one partition keep their order and are not doubled by what is sent again (the producer is
  /// idempotent); after a restart of the program they may come twice.
  final class KafkaProducer {
    let client: KafkaClient
    let address: KafkaAddress
    /// What happens on the way, such as brokers that are gone.
    let notice: (KafkaNotice) -> Void
    /// Messages that are not confirmed yet.
    private(set) var pendingCount = 0
    /// The first one that can never be delivered, and how many there are.
    private(set) var failure: (count: Int, reason: KafkaError.Fault)?
    /// Those that a broker or librdkafka found too large, by the number that `send` got.
    private(set) var oversized: [Int] = []
    private var outage = OutageWatch()

    /// - Throws: ``KafkaError/badProperty(name:reason:)``, ``KafkaError/failed(_:_:)``.
    init(
      _ address: KafkaAddress, options: KafkaOptions, notice: @escaping (KafkaNotice) -> Void
    ) throws {
      self.address = address
      self.notice = notice
      client = try KafkaClient(.producer, properties: options.producerProperties(brokers: address.brokers))
    }

    /// Waits until every message has been confirmed.
    ///
    /// An outage is waited out, for as long as it takes, unless a stop is asked for: then not much longer.
    ///
    /// - Parameters:
    ///   - patience: seconds to wait after a stop was asked for.
    ///   - shouldStop: looked at every tenth of a second.
    /// - Throws: ``KafkaError/undelivered(count:topic:reason:)``, ``KafkaError/fatal(_:)``.
    func flush(patience: Double = 10, unless shouldStop: () -> Bool = { false }) throws {
      var stopped: ContinuousClock.Instant?
      while pendingCount > 0 {
        if stopped == nil, shouldStop() { stopped = .now }
        if let stopped, stopped.secondsUntilNow >= patience {
          throw KafkaError.undelivered(count: pendingCount, topic: address.topic, reason: outage.fault)
        }
        try serve(timeout: 0.1)
      }
      if let failure {
        self.failure = nil
        throw KafkaError.undelivered(count: failure.count, topic: address.topic, reason: failure.reason)
      }
    }

    /// Which messages were too large, as far as they are known; forgets them.
    func takeOversized() -> [Int] {
      defer { oversized = [] }
      return oversized
    }

    /// Frees everything; what is not delivered is dropped.
    func close() { client.close() }
  }

  extension KafkaProducer {
    /// Puts a message on its way; if too many are, waits until some have arrived.
    ///
    /// - Parameters:
    ///   - message: copied.
    ///   - number: the caller's own number of it, by which it is named in ``oversized``.
    ///   - shouldStop: looked at while waiting.
    /// - Throws: ``KafkaError/failed(_:_:)``, ``KafkaError/undelivered(count:topic:reason:)``.
    func send(_ message: KafkaMessage, number: Int = 0, unless shouldStop: () -> Bool = { false }) throws {
      while true {
        let fault = try produce(message, number: number)
        guard let fault else { break }
        switch fault.code {
        case RD_KAFKA_RESP_ERR__QUEUE_FULL.rawValue:
          if shouldStop() {
            throw KafkaError.undelivered(count: pendingCount + 1, topic: address.topic, reason: fault)
          }
          try serve(timeout: 0.1)
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE.rawValue:
          oversized.append(number)
          return
        default:
          throw KafkaError.failed(.produce, fault)
        }
      }
      pendingCount += 1
      try serve(timeout: 0)
    }

    /// Handles what has happened, and waits for something to happen if nothing has.
    func serve(timeout: Double) throws {
      var wait = milliseconds(timeout)
      let queue = try client.queue()
      while let event = rd_kafka_queue_poll(queue, wait) {
        defer { rd_kafka_event_destroy(event) }
        wait = 0
        switch rd_kafka_event_type(event) {
        case RD_KAFKA_EVENT_DR: confirm(event)
        case RD_KAFKA_EVENT_ERROR:
          if let word = outage.met(try KafkaError.passingFault(of: event)) { notice(word) }
        case RD_KAFKA_EVENT_LOG:
          if let line = logLine(event) { notice(.log(level: line.level, text: line.text)) }
        default: break
        }
      }
      if pendingCount > 0, let word = outage.waited() { notice(word) }
    }

    private func confirm(_ event: OpaquePointer) {
      while let message = rd_kafka_event_message_next(event) {
        pendingCount -= 1
        switch message.pointee.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR:
          if let word = outage.ended() { notice(word) }
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
          oversized.append(Int(bitPattern: message.pointee._private))
        case let code:
          failure = ((failure?.count ?? 0) + 1, failure?.reason ?? KafkaError.Fault(code))
        }
      }
    }

    /// - Returns: `nil` if librdkafka has taken the message.
    private func produce(_ message: KafkaMessage, number: Int) throws -> KafkaError.Fault? {
      let handle = try client.pointer()
      return withOptionalBytes(message.key) { key in
        withOptionalBytes(message.value) { value in
          address.topic.withCString { topic in
            var parts = [
              part(RD_KAFKA_VTYPE_TOPIC) { $0.cstr = topic },
              part(RD_KAFKA_VTYPE_MSGFLAGS) { $0.i = RD_KAFKA_MSG_F_COPY },
              part(RD_KAFKA_VTYPE_OPAQUE) { $0.ptr = UnsafeMutableRawPointer(bitPattern: number) },
            ]
            if let key { parts.append(part(RD_KAFKA_VTYPE_KEY, key)) }
            if let value { parts.append(part(RD_KAFKA_VTYPE_VALUE, value)) }
            let headers = self.headers(message.headers)
            if let headers { parts.append(part(RD_KAFKA_VTYPE_HEADERS) { $0.headers = headers }) }
            guard let error = rd_kafka_produceva(handle, &parts, parts.count) else { return nil }
            defer { rd_kafka_error_destroy(error) }
            // Only when it succeeds has librdkafka taken the headers.
            if let headers { rd_kafka_headers_destroy(headers) }
            return KafkaError.Fault(
              rd_kafka_error_code(error), text: rd_kafka_error_string(error).map { String(cString: $0) })
          }
        }
      }
    }

    private func headers(_ headers: [KafkaMessage.Header]) -> OpaquePointer? {
      guard !headers.isEmpty, let list = rd_kafka_headers_new(headers.count) else { return nil }
      for header in headers {
        _ = header.value.withUnsafeBytes {
          rd_kafka_header_add(list, header.name, -1, $0.baseAddress, $0.count)
        }
      }
      return list
    }
  }

  private func part(
    _ kind: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_s.__Unnamed_union_u) -> Void
  ) -> rd_kafka_vu_t {
    var part = rd_kafka_vu_t()
    part.vtype = kind
    fill(&part.u)
    return part
  }

  /// librdkafka only reads them, though its signature does not say so.
  private func part(_ kind: rd_kafka_vtype_t, _ bytes: UnsafeRawBufferPointer) -> rd_kafka_vu_t {
    part(kind) {
      $0.mem.ptr = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      $0.mem.size = bytes.count
    }
  }

  /// An empty array is bytes at some address, none at all is `nil`: Kafka tells the two apart.
  private func withOptionalBytes<Result>(
    _ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Result
  ) -> Result {
    guard let bytes else { return body(nil) }
    guard !bytes.isEmpty else {
      return withUnsafeBytes(of: UInt8(0)) { body(UnsafeRawBufferPointer(rebasing: $0[..<0])) }
    }
    return bytes.withUnsafeBytes { body($0) }
  }
#endif
