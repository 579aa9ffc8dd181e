import Testing

@testable import FastKMeansKafka

@Suite("Kafka: where a partition begins")
struct StartRuleTests {
  private let place = TopicPartition(topic: "docs", partition: 0)

  private func start(
    own: Int64? = nil, committed: Int64? = nil, by member: String? = nil,
    reset: KafkaOptions.OffsetReset = .error
  ) throws -> StartRule.Decision {
    try StartRule(member: "me", reset: reset).start(
      place, own: own,
      committed: PartitionOffset(place: place, offset: committed, note: member.map(StartRule.note)),
      bounds: (earliest: 100, latest: 200))
  }

  @Test func theCheckpointCounts() throws {
    #expect(try start(own: 150) == .init(offset: 150, reason: .checkpoint))
    #expect(try start(own: 150, reset: .latest) == .init(offset: 150, reason: .checkpoint))
  }

  /// A checkpoint that was brought back from a copy is older than what this reader has committed since.
  @Test func ownCommitsAreInformation() throws {
    #expect(try start(own: 150, committed: 180, by: "me") == .init(offset: 150, reason: .checkpoint))
    #expect(try start(own: 150, committed: 120, by: "me") == .init(offset: 150, reason: .checkpoint))
  }

  /// The state was removed to begin anew; the group still has this reader's commits.
  @Test func aNewStateBeginsAtTheFirstRecord() throws {
    #expect(try start(committed: 180, by: "me") == .init(offset: 100, reason: .beginning))
  }

  @Test func anotherMembersProgressCounts() throws {
    #expect(
      try start(own: 150, committed: 180, by: "you") == .init(offset: 180, reason: .committed(by: "you")))
    #expect(try start(own: 150, committed: 120, by: "you") == .init(offset: 150, reason: .checkpoint))
    #expect(try start(own: 150, committed: 180) == .init(offset: 180, reason: .committed(by: nil)))
    #expect(try start(committed: 180, by: "you") == .init(offset: 180, reason: .committed(by: "you")))
  }

  @Test func withNothingKnownItBeginsAtTheFirstRecord() throws {
    #expect(try start() == .init(offset: 100, reason: .beginning))
    #expect(try start(reset: .earliest) == .init(offset: 100, reason: .beginning))
    #expect(try start(reset: .latest) == .init(offset: 200, reason: .latest))
  }

  @Test(arguments: [Int64(99), 0, 201, .max])
  func outOfRangeIsAnErrorUnlessAskedFor(own: Int64) throws {
    #expect(throws: KafkaError.offsetOutOfRange(place, offset: own, earliest: 100, latest: 200)) {
      try start(own: own)
    }
    #expect(
      try start(own: own, reset: .earliest) == .init(offset: 100, reason: .beginning, skippedFrom: own))
    #expect(try start(own: own, reset: .latest) == .init(offset: 200, reason: .latest, skippedFrom: own))
  }

  @Test(arguments: [Int64(100), 200])
  func bothEndsAreInRange(own: Int64) throws {
    #expect(try start(own: own) == .init(offset: own, reason: .checkpoint))
  }

  @Test func knowsWhoCommitted() {
    #expect(StartRule.member(in: StartRule.note(member: "host /a b")) == "host /a b")
    #expect(StartRule.member(in: "") == nil)
    #expect(StartRule.member(in: nil) == nil)
    #expect(StartRule.member(in: "something else") == nil)
  }
}
