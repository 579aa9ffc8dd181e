#if Kafka
  import CRdkafka
  import FastKMeansFormats

  /// Owns one client of librdkafka and its event queue; everything is freed when it is closed.
  ///
  /// No C callbacks that do anything: what librdkafka has to say (records, rebalances, faults, log lines, confirmed messages) comes
  /// as events out of the queue, on the thread that asks. So nothing can trap or throw inside of librdkafka's
  /// threads. Not to be used from two threads at once.
  final class KafkaClient {
    enum Kind {
      case consumer
      case producer

      fileprivate var type: rd_kafka_type_t { self == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER }

      fileprivate var events: Int32 {
        let own =
          self == .consumer ? RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT : RD_KAFKA_EVENT_DR
        return own | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG
      }
    }

    private let kind: Kind
    private var handle: OpaquePointer?
    private var events: OpaquePointer?

    /// Makes the client; librdkafka begins to connect in the background.
    ///
    /// - Throws: ``KafkaError/badProperty(name:reason:)``, ``KafkaError/failed(_:_:)``.
    init(_ kind: Kind, properties: [String: String]) throws {
      self.kind = kind
      let configuration = try Self.configuration(kind, properties)
      var text = [CChar](repeating: 0, count: 512)
      guard let handle = rd_kafka_new(kind.type, configuration, &text, text.count) else {
        // Only when it succeeds has librdkafka taken the configuration.
        rd_kafka_conf_destroy(configuration)
        let fault = KafkaError.Fault(rd_kafka_last_error(), text: string(text))
        throw KafkaError.failed(.start, fault)
      }
      self.handle = handle
      if kind == .consumer {
        rd_kafka_poll_set_consumer(handle)
        events = rd_kafka_queue_get_consumer(handle)
      } else {
        events = rd_kafka_queue_get_main(handle)
      }
      rd_kafka_set_log_queue(handle, events)
    }

    deinit { close() }

    /// The client, for a call of librdkafka.
    ///
    /// - Throws: ``KafkaError/closed``.
    func pointer() throws -> OpaquePointer {
      guard let handle else { throw KafkaError.closed }
      return handle
    }

    /// The event queue, for a call of librdkafka.
    func queue() throws -> OpaquePointer {
      guard let events else { throw KafkaError.closed }
      return events
    }

    /// Frees everything, and waits until librdkafka's threads have ended. Twice is the same as once.
    ///
    /// A consumer leaves its group first, which takes no longer than a network round trip; messages that a producer
    /// has not delivered are dropped.
    func close() {
      guard let handle else { return }
      self.handle = nil
      if kind == .consumer {
        rd_kafka_consumer_close(handle)
      } else {
        rd_kafka_purge(handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
      }
      // The queue holds on to the client.
      if let events { rd_kafka_queue_destroy(events) }
      events = nil
      rd_kafka_destroy(handle)
    }

    private static func configuration(_ kind: Kind, _ properties: [String: String]) throws -> OpaquePointer {
      guard let configuration = rd_kafka_conf_new() else {
        throw KafkaError.failed(.start, KafkaError.Fault(RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE))
      }
      var all = ["client.id": "fastkmeans", "log.queue": "true"]
      all.merge(properties) { $1 }
      // In order, so that of several bad ones always the same is named.
      for (name, value) in all.sorted(by: { $0.key < $1.key }) {
        var text = [CChar](repeating: 0, count: 512)
        guard rd_kafka_conf_set(configuration, name, value, &text, text.count) == RD_KAFKA_CONF_OK else {
          rd_kafka_conf_destroy(configuration)
          throw KafkaError.badProperty(name: name, reason: string(text))
        }
      }
      rd_kafka_conf_set_events(configuration, kind.events)
      // While it is being closed, librdkafka would print its log itself; a library prints nothing.
      rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
      return configuration
    }
  }

  extension KafkaError.Fault {
    init(_ code: rd_kafka_resp_err_t, text: String? = nil) {
      let own = rd_kafka_err2str(code).map { String(cString: $0) } ?? ""
      let name = rd_kafka_err2name(code).map { String(cString: $0) } ?? ""
      self.init(code: code.rawValue, name: name, text: text.flatMap { $0.isEmpty ? nil : $0 } ?? own)
    }
  }

  extension KafkaError {
    /// Makes a call of librdkafka, and throws what it answers unless all is well.
    ///
    /// - Throws: ``failed(_:_:)``.
    static func check(_ operation: Operation, _ call: () throws -> rd_kafka_resp_err_t) throws {
      let code = try call()
      guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw failed(operation, Fault(code)) }
    }

    /// The fault of an error event, if the client can go on.
    ///
    /// - Throws: ``fatal(_:)`` if it cannot.
    static func passingFault(of event: OpaquePointer) throws -> Fault {
      let text = rd_kafka_event_error_string(event).map { String(cString: $0) }
      let fault = Fault(rd_kafka_event_error(event), text: text)
      if rd_kafka_event_error_is_fatal(event) != 0 { throw fatal(fault) }
      return fault
    }
  }

  /// The line of librdkafka's log that an event brings.
  func logLine(_ event: OpaquePointer) -> (level: Int, text: String)? {
    var facility: UnsafePointer<CChar>?
    var line: UnsafePointer<CChar>?
    var level: Int32 = 0
    guard rd_kafka_event_log(event, &facility, &line, &level) == 0, let line else { return nil }
    return (Int(level), String(cString: line).onOneLine)
  }

  /// A C string in a buffer.
  func string(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Seconds as librdkafka takes them: milliseconds, at least 1 unless it is 0.
  func milliseconds(_ seconds: Double) -> Int32 {
    Int32(min(3_600_000, max(0, (seconds * 1000).rounded(.up))))
  }
#endif
