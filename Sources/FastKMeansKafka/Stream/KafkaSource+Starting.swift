#if Kafka
  import FastKMeansFormats
  import FastKMeansStreams

  extension KafkaSource {
    /// Seconds after which a stream without a group looks for new partitions; a group does so by itself.
    private static let lookInterval = 300.0

    /// Begins, if that was not done yet.
    ///
    /// - Returns: `false` if a stop came first.
    func startReading(_ stop: StopSignal) throws -> Bool {
      guard phase == .notStarted else { return true }
      if options.group != nil {
        try consumer.subscribe()
      } else {
        guard let offsets = try offsets(for: Array(0..<Int32(partitionCount))) else { return false }
        try read(offsets)
      }
      phase = .reading
      lastLook = .now
      return true
    }

    /// Reads partitions that the group has given to this reader.
    func start(_ partitions: [Int32]) throws {
      // On a stop nothing is assigned, and nothing is read any more.
      guard let offsets = try offsets(for: partitions) else { return }
      try read(offsets)
    }

    private func read(_ offsets: [Int32: Int64]) throws {
      reading = offsets
      begun = offsets
      ended = []
      try consumer.assign(offsets)
    }

    /// Reads a partition anew whose next offset is gone: its records were deleted before they were read.
    func restart(_ partition: Int32) throws {
      guard let next = reading[partition] else { return }
      guard let offset = try offset(of: partition, own: next, committed: nil, reset: options.offsetReset)
      else { return }
      reading[partition] = offset
      ended.remove(partition)
      try consumer.assign(reading)
    }

    /// Reads partitions too that the topic did not have before.
    func lookForPartitions() throws {
      guard options.group == nil, lastLook.secondsUntilNow >= Self.lookInterval else { return }
      lastLook = .now
      let count = try? consumer.client.partitionCount(
        of: address.topic, brokers: address.brokers, timeout: 1)
      guard let count, count > partitionCount else { return }
      notice(.partitionsAdded(count: count - partitionCount))
      for partition in Int32(partitionCount)..<Int32(count) {
        // All that is in them is new, even where a stream was to begin at the end.
        let own = handedOut.next[partition]
        reading[partition] = try offset(of: partition, own: own, committed: nil, reset: .earliest)
        begun[partition] = reading[partition]
      }
      partitionCount = count
      try consumer.assign(reading)
    }

    /// Where to read partitions from; `nil` if a stop came first.
    private func offsets(for partitions: [Int32]) throws -> [Int32: Int64]? {
      var committed: [Int32: PartitionOffset] = [:]
      if options.group != nil {
        let places = partitions.map(consumer.place)
        let found = try waitingOut { try consumer.client.committed(places, timeout: $0) }
        guard let found else { return nil }
        for item in found { committed[item.place.partition] = item }
      }
      var offsets: [Int32: Int64] = [:]
      for partition in partitions {
        let start = try offset(
          of: partition, own: handedOut.next[partition], committed: committed[partition],
          reset: options.offsetReset)
        guard let start else { return nil }
        offsets[partition] = start
      }
      return offsets
    }

    /// Where to read a partition from, said aloud; `nil` if a stop came first.
    private func offset(
      of partition: Int32, own: Int64?, committed: PartitionOffset?, reset: KafkaOptions.OffsetReset
    ) throws -> Int64? {
      let place = consumer.place(partition)
      let rule = StartRule(member: options.member, reset: reset)
      guard let bounds = try waitingOut({ try consumer.client.bounds(of: place, timeout: $0) }) else {
        return nil
      }
      let decision = try rule.start(place, own: own, committed: committed, bounds: bounds)
      if let skipped = decision.skippedFrom {
        notice(.skipped(place, from: skipped, to: decision.offset))
      }
      notice(.started(place, offset: decision.offset, decision.reason))
      return decision.offset
    }

    /// Repeats a question to the brokers while they cannot be reached.
    ///
    /// - Parameter question: gets the seconds that it may take.
    /// - Returns: `nil` if a stop came first.
    private func waitingOut<Answer>(_ question: (Double) throws -> Answer) throws -> Answer? {
      var pause = 0.1
      while true {
        do {
          let answer = try question(2)
          if let word = outage.ended() { notice(word) }
          return answer
        } catch KafkaError.failed(_, let fault) where fault.isOutage {
          if let word = outage.met(fault) ?? outage.waited() { notice(word) }
        }
        let begin = ContinuousClock.now
        while begin.secondsUntilNow < pause {
          if stop?.isRequested ?? false { return nil }
          System.pause(min(0.1, pause))
        }
        pause = min(10, pause * 2)
      }
    }
  }
#endif
