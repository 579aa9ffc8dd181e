#if Kafka
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
    private(set) var failure: (count: Int, reason: KafkaFault)?
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

    /// One message is on its way.
    func didSend() { pendingCount += 1 }

    /// One message is on its way no longer.
    func didFinish(_ number: Int, fault: KafkaFault?, isTooLarge: Bool) {
      pendingCount -= 1
      if isTooLarge {
        oversized.append(number)
      } else if let fault {
        failure = ((failure?.count ?? 0) + 1, failure?.reason ?? fault)
      } else if let note = outage.ended() {
        notice(note)
      }
    }

    func didMeet(_ fault: KafkaFault) {
      if let note = outage.met(fault) { notice(note) }
    }

    func didWait() {
      if pendingCount > 0, let note = outage.waited() { notice(note) }
    }
  }
#endif
