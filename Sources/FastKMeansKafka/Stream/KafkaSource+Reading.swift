#if Kafka
  import FastKMeansFormats
  import FastKMeansStreams

  extension KafkaSource: RowSource {
    package var name: String { address.description }

    package var identity: String { "kafka:\(cluster)/\(address.topic)" }

    /// The order between partitions cannot be had again, and a topic forgets; so the log keeps the rows.
    package var isRereadable: Bool { false }

    package var position: SourcePosition { encodedPosition }

    package var zeroBased: Bool? { format == .svmlight ? expectation.zeroBased : nil }

    /// Goes to a position. Whether its records are still there is known when their partition is read.
    ///
    /// - Throws: ``KafkaError/badPositions(reason:)``, ``KafkaError/otherTopic(expected:found:)``,
    ///   ``KafkaError/missingPartition(_:partitionCount:)``.
    package func seek(to position: SourcePosition) throws {
      let wanted = try KafkaPosition(position, topic: address.topic)
      if let missing = wanted.next.keys.sorted().first(where: { Int($0) >= partitionCount }) {
        throw KafkaError.missingPartition(consumer.place(missing), partitionCount: partitionCount)
      }
      handedOut = wanted
      encodedPosition = position
      pending = try newBatch()
    }

    package func expect(_ expectation: RowExpectation) {
      self.expectation = expectation
      // It cannot fail: the format was taken before.
      if pending.isEmpty, let batch = try? newBatch() { pending = batch }
    }

    /// Never called: the log keeps the rows.
    ///
    /// - Throws: always.
    package func reread(to end: SourcePosition) throws -> RowBatch {
      throw KafkaError.badPositions(
        reason: "the log has no rows, and a topic does not give them again in order")
    }

    package func next(_ limits: BatchLimits, waiting wait: Double, stop: StopSignal) throws -> SourceEvent {
      self.stop = stop
      guard phase != .closed else { throw KafkaError.closed }
      if phase == .revoked, waiting == nil { return .saveFirst }
      let start = ContinuousClock.now
      guard try startReading(stop) else { return .nothing }
      while !stop.isRequested {
        let rest = wait - start.secondsUntilNow
        if let event = try readyEvent(limits, rest: rest) { return event }
        let pause = min(rest, pending.begin.map { limits.maxDelay - $0.secondsUntilNow } ?? rest)
        try take(consumer.poll(into: &pending.records, timeout: min(0.1, max(0.001, pause))))
        try lookForPartitions()
      }
      // What was gathered is kept: another call goes on with it, a restart reads it again.
      return .nothing
    }

    package func didSave(upTo position: SourcePosition) throws {
      let isLatest = position == encodedPosition
      let saved = isLatest ? handedOut : try KafkaPosition(position, topic: address.topic)
      // What was learned before this reader had the partition is no news to the group, and may be old.
      let offsets = saved.next.filter { partition, offset in begun[partition].map { offset >= $0 } ?? false }
      guard phase == .revoked, isLatest, pending.isEmpty, waiting == nil else {
        guard options.group != nil else { return }
        // Before a stop there may be no later look at the answer.
        let isLast = stop?.isRequested ?? false
        return try commit(offsets, timeout: isLast ? 5 : nil)
      }
      // The next reader begins where this says, so it has to be there first.
      try commit(offsets, timeout: 10)
      try letGo()
    }

    package func close() {
      phase = .closed
      consumer.client.close()
      deadLetters?.close()
    }

    /// The broker's record of the offsets is information; that it is late is no reason to stop.
    private func commit(_ offsets: [Int32: Int64], timeout: Double?) throws {
      do {
        try consumer.commit(offsets, note: StartRule.note(member: options.member), timeout: timeout)
      } catch KafkaError.failed(_, let fault) {
        notice(.commitFailed(fault))
      }
    }
  }

  extension KafkaSource {
    /// What is due: a full batch, or one that has waited long enough, or the end.
    private func readyEvent(_ limits: BatchLimits, rest: Double) throws -> SourceEvent? {
      if waiting != nil { return try handOut() }
      if phase == .revoked { return try handOut() ?? .saveFirst }
      guard !pending.isEmpty else {
        if hasEnded { return .end }
        return rest <= 0 ? .nothing : nil
      }
      let isLate = (pending.begin?.secondsUntilNow ?? 0) >= limits.maxDelay
      if try pending.isFull(limits) || isLate || hasEnded { return try handOut() }
      // What was gathered is kept for the next call.
      return rest <= 0 ? .nothing : nil
    }

    private var hasEnded: Bool {
      options.stopsAtEnd && !reading.isEmpty && reading.keys.allSatisfy(ended.contains)
    }

    /// Hands out what was gathered, if anything was.
    ///
    /// What could not be read goes to the dead-letter topic before: once the batch is in the stream's log, nobody
    /// would come back to it after a crash.
    private func handOut() throws -> SourceEvent? {
      guard let finished = try waiting ?? finishPending() else { return nil }
      waiting = finished
      guard try deliver(finished.rejected) else { return .nothing }
      waiting = nil
      handedOut.next.merge(reading) { $1 }
      handedOut.rows = finished.rows
      encodedPosition = try handedOut.encoded()
      counts.rejected += finished.rejected.count
      return .rows(finished.batch)
    }

    private func finishPending() throws -> PendingBatch.Finished? {
      guard !pending.isEmpty else { return nil }
      let finished = try pending.finish()
      expectation.zeroBased = expectation.zeroBased ?? pending.zeroBased
      pending = try newBatch()
      return finished
    }

    /// - Returns: `false` if a stop came before all was confirmed.
    private func deliver(_ rejected: [RejectedRecord]) throws -> Bool {
      guard let deadLetters, !rejected.isEmpty else { return true }
      let isStopped = { [stop] in stop?.isRequested ?? false }
      do {
        try deadLetters.send(rejected, unless: isStopped)
        return true
      } catch KafkaError.undelivered where isStopped() {
        return false
      }
    }

    /// A batch to be gathered, with what is known by now about its rows.
    private func newBatch() throws -> PendingBatch {
      var options = readerOptions
      options.featureCount = expectation.featureCount ?? options.featureCount
      options.labelKind = expectation.labelKind ?? options.labelKind
      if let zeroBased = expectation.zeroBased { options.zeroBased = zeroBased ? .true : .false }
      return try PendingBatch(
        address, format: format, options: options, namesRecords: self.options.namesRecords)
    }

    /// Deals with one event.
    private func take(_ event: KafkaConsumer.Event) throws {
      switch event {
      case .nothing: if let word = outage.waited() { notice(word) }
      case .record: try takeRecord()
      case .assigned(let places): try start(places.map(\.partition))
      case .revoked(let isLost): try revoke(isLost: isLost)
      case .end(let place): takeEnd(place.partition)
      case .outOfRange(let place): try restart(place.partition)
      case .trouble(let fault): if let word = outage.met(fault) { notice(word) }
      case .commitFailed(let fault): notice(.commitFailed(fault))
      case .log(let level, let text): notice(.log(level: level, text: text))
      }
    }

    private func takeRecord() throws {
      if let word = outage.ended() { notice(word) }
      guard let entry = pending.records.entries.last else { return }
      // After a new assignment some of the old one's records may still come.
      guard let next = reading[entry.partition], entry.offset >= next else {
        return pending.records.removeLast()
      }
      reading[entry.partition] = entry.offset + 1
      ended.remove(entry.partition)
      counts.records += 1
      guard let value = entry.value else {
        counts.tombstones += 1
        return pending.records.removeLast()
      }
      counts.bytes += value.count
      pending.didAppend(maxRecordBytes: options.maxRecordBytes)
    }

    private func takeEnd(_ partition: Int32) {
      if let word = outage.ended() { notice(word) }
      if reading[partition] != nil { ended.insert(partition) }
    }

    private func revoke(isLost: Bool) throws {
      notice(.revoked(partitionCount: reading.count, isLost: isLost))
      guard !isLost else {
        // Somebody else may have begun to read them; what is not learned yet is his.
        pending = try newBatch()
        return try letGo()
      }
      phase = .revoked
    }

    private func letGo() throws {
      reading = [:]
      begun = [:]
      ended = []
      phase = .reading
      try consumer.letGo()
    }
  }
#endif
