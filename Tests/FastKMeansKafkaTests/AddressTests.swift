import FastKMeansKafka
import Testing

@Suite("Kafka addresses")
struct AddressTests {
  @Test(arguments: [
    ("kafka://localhost:9092/docs", "localhost:9092", "docs"),
    ("kafka://a.example/docs", "a.example:9092", "docs"),
    ("kafka://a:1,b:65535/d.o_c-S", "a:1,b:65535", "d.o_c-S"),
    ("kafka://[::1]:9093/docs", "[::1]:9093", "docs"),
    ("kafka://[fe80::1%25eth0]/docs", "[fe80::1%25eth0]:9092", "docs"),
  ])
  func readsBrokersAndTopic(text: String, brokers: String, topic: String) throws {
    let address = try KafkaAddress(text)
    #expect(address.brokers == brokers)
    #expect(address.topic == topic)
    #expect(try KafkaAddress(address.description) == address)
  }

  @Test(arguments: [
    "", "kafka:/a/b", "http://a/b", "kafka://", "kafka://a", "kafka:///docs", "kafka://a/", "kafka://a:/docs",
    "kafka://a:0/docs", "kafka://a:65536/docs", "kafka://a:9092x/docs", "kafka://a:+9/docs",
    "kafka://,a/docs",
    "kafka://a,/docs", "kafka://a b/docs", "kafka://a/do cs", "kafka://a/docs/more", "kafka://a/..",
    "kafka://user:secret@a:9092/docs", "kafka://[::1/docs", "kafka://a/d\u{e4}",
    "kafka://a:99999999999999999999/d",
    "kafka://a/" + String(repeating: "x", count: 250),
  ])
  func refusesWhatIsNoAddress(text: String) throws {
    let error = #expect(throws: KafkaError.self) { try KafkaAddress(text) }
    guard case .badAddress = try #require(error) else {
      Issue.record("unexpected: \(String(describing: error))")
      return
    }
  }

  @Test func knowsItsOwnScheme() {
    #expect(KafkaAddress.isAddress("kafka://"))
    #expect(!KafkaAddress.isAddress("rows.tsv"))
    #expect(!KafkaAddress.isAddress("-"))
  }
}
