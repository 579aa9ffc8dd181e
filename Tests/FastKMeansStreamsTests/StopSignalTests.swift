import FastKMeansStreams
import Testing

@Suite("Stop signal")
struct StopSignalTests {
  @Test func isSetOnceAndForAll() {
    let stop = StopSignal()
    #expect(!stop.isRequested)
    stop.request()
    stop.request()
    #expect(stop.isRequested)
  }
}
