import Testing

@testable import FastKMeansKafka

@Suite("Kafka: speaking of outages")
struct OutageWatchTests {
  private let fault = KafkaError.Fault(code: -195, name: "_TRANSPORT", text: "refused")
  private let allDown = KafkaError.Fault(code: -187, name: "_ALL_BROKERS_DOWN", text: "all down")

  @Test func speaksAtOnceThenEverMoreRarely() {
    var watch = OutageWatch()
    let start = ContinuousClock.now
    #expect(watch.waited(at: start) == nil)
    #expect(watch.ended(at: start) == nil)
    #expect(watch.met(fault, at: start) == .outage(fault))
    #expect(watch.met(allDown, at: start) == nil)
    var spoken: [Int] = []
    for second in 1...700 {
      guard let word = watch.waited(at: start.advanced(by: .seconds(second))) else { continue }
      #expect(word == .stillWaiting(seconds: second, fault))
      spoken.append(second)
    }
    #expect(spoken == [10, 30, 70, 150, 310, 630])
    #expect(watch.ended(at: start.advanced(by: .seconds(701))) == .recovered(seconds: 701))
    #expect(watch.ended(at: start.advanced(by: .seconds(702))) == nil)
    #expect(watch.met(allDown, at: start) == .outage(allDown))
  }
}
