import FastKMeansCore
import FastKMeansFormats
import FastKMeansText
import Synchronization
import Testing

@testable import FastKMeansStreams

@Suite("Stream")
struct RunnerTests {
  private func textSource(_ count: Int = 6) -> ListSource {
    ListSource(SampleBatches.text(count, rows: 12, seed: 4), isRereadable: false)
  }

  @Test func saysWhatEachBatchDid() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    let runner = try rehearsal.open(textSource())
    var lines: [BatchSummary] = []
    try runner.run(stop: StopSignal()) { lines.append($0) }
    #expect(lines.map(\.batch) == Array(1...6))
    #expect(lines.allSatisfy { $0.documents == 12 })
    #expect(lines.last?.totalDocuments == 72)
    #expect(lines[0].report.newClasses.count == 3)
    #expect(lines.last?.classCount == 4)
    // The vocabulary comes with the third batch, and three are learned then.
    #expect(lines[0].errorBeforeUpdate == nil)
    #expect(lines[1...].allSatisfy { (0...1).contains($0.errorBeforeUpdate ?? -1) })
    #expect(try #require(lines.last?.errorBeforeUpdate) < 0.5)
  }

  /// Those of a class that is known are left out, and none is learned twice, whether they wait for a vocabulary or not.
  @Test(arguments: [nil, 12]) func descriptionsComeFirstAndOnce(hashingBits: Int?) throws {
    var text = TextOptions()
    text.hashingBits = hashingBits
    func described(_ labels: [String]) -> LabelledData {
      .text(
        UTF8Documents(labels.indices.map { "iron gold tin \($0)" }), labels: LabelColumn(labels))
    }
    let undisturbed = Rehearsal(text: text)
    var first = undisturbed
    first.options.descriptions = described(["class 0", "class 8", "class 9"])
    var new: [String] = []
    let runner = try first.open(textSource())
    try runner.run(stop: StopSignal()) { new += $0.report.newClasses.map(\.description) }
    #expect(new == ["class 0", "class 8", "class 9", "class 1", "class 2", "class 3"])
    #expect(runner.state.counts.documents == 75)
    for pause in 1...5 {
      var other = Rehearsal(text: text)
      other.options.descriptions = first.options.descriptions
      try other.run(textSource(), stopAfter: pause)
      try other.run(textSource())
      #expect(other.files.content("m") == undisturbed.files.content("m"), "stopped after \(pause)")
    }
    var later = undisturbed
    later.options.descriptions = described(["class 9", "class 10"])
    let again = try later.open(textSource())
    try again.run(stop: StopSignal()) { #expect($0.report.newClasses.map(\.description) == ["class 10"]) }
    #expect(again.state.counts.documents == 76)
  }

  @Test func vectorsHaveNoDescriptions() throws {
    var rehearsal = Rehearsal(text: TextOptions())
    rehearsal.options.descriptions = try SampleBatches.vectors(1, rows: 4, seed: 1)[0].data
    #expect(throws: InputError.wrongKindOfInput(expected: "text", found: "vectors")) {
      try rehearsal.run(textSource())
    }
  }

  @Test func keepsNoMoreThanTwoCheckpointsAndTheirLogs() throws {
    var rehearsal = Rehearsal(text: TextOptions())
    rehearsal.options.checkpointBatches = 1
    try rehearsal.run(textSource(12))
    let names = rehearsal.files.paths
    #expect(names.count { $0.hasSuffix(".state") } == 2, "\(names)")
    #expect(names.count { $0.hasSuffix(".log") } <= 3, "\(names)")
    #expect(!names.contains { $0.hasSuffix(".tmp") }, "\(names)")
  }

  @Test func clearsAwayWhatACrashHasLeftHalfWritten() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    try rehearsal.run(textSource(), stopAfter: 2)
    let left = ["m.state/checkpoint-00000000000000000009.state.tmp", "m.state/.model.next.17.tmp"]
    for name in left { rehearsal.files.setContent(name, [1, 2, 3]) }
    try rehearsal.run(textSource())
    #expect(!rehearsal.files.paths.contains { $0.hasSuffix(".tmp") })
  }

  @Test func tellsTheSourceWhatIsSaved() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    let source = textSource()
    source.savesBefore = 2
    try rehearsal.run(source)
    #expect(source.saved.first == ListSource.position(2))
    #expect(source.saved.last == ListSource.position(6))
    #expect(source.setAside.count == 2)
  }

  @Test func secondWriterIsRefused() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    let first = try rehearsal.open(textSource())
    #expect(throws: StreamError.locked(folder: "m.state", process: "\(System.processIdentifier)")) {
      try rehearsal.open(textSource())
    }
    try first.run(stop: StopSignal()) { _ in }
  }

  @Test func lockGoesWithItsOwner() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    try rehearsal.run(textSource(), stopAfter: 2)
    try rehearsal.run(textSource(), stopAfter: 2)
  }

  @Test func refusesAModelThatIsNotItsOwn() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    try rehearsal.run(textSource())
    let own = try #require(rehearsal.files.content("m"))
    rehearsal.files.setContent("m", own + [0])
    #expect(throws: StreamError.otherModel(model: "m", folder: "m.state")) { try rehearsal.run(textSource()) }
    rehearsal.files.setContent("m", nil)
    #expect(throws: StreamError.modelGone(model: "m", folder: "m.state")) { try rehearsal.run(textSource()) }
  }

  /// A model that was announced, and never got its name, time and again.
  @Test(arguments: [0, 2]) func aModelThatWasNeverWrittenIsNotMissed(_ written: Int) throws {
    let undisturbed = Rehearsal(text: TextOptions())
    try undisturbed.run(textSource())
    let rehearsal = Rehearsal(text: TextOptions())
    if written > 0 { try rehearsal.run(textSource(), stopAfter: 3) }
    let before = rehearsal.files.content("m")
    #expect((before != nil) == (written > 0))
    for pause in [4, 5, 6] {
      let stop = StopSignal()
      let runner = try StreamRunner(
        rehearsal.options, source: textSource(), files: rehearsal.files,
        model: AnnouncedModel(inner: MemoryModel(files: rehearsal.files)), clock: StreamClock(),
        note: { _ in })
      #expect(throws: AnnouncedModel.Crash.self) {
        try runner.run(stop: stop) { if $0.batch >= UInt64(pause) { stop.request() } }
      }
      #expect(rehearsal.files.content("m") == before)
    }
    try rehearsal.run(textSource())
    #expect(rehearsal.files.content("m") == undisturbed.files.content("m"))
  }

  @Test func refusesRowsOfAnotherKind() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    try rehearsal.run(textSource())
    var other = rehearsal
    other.options.text = nil
    #expect(throws: StreamError.wrongKindOfRows(model: "m", expected: "text", found: "vectors")) {
      try other.run(ListSource([], isRereadable: false))
    }
  }

  @Test func refusesANewerCheckpoint() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    try rehearsal.run(textSource())
    let newest = try #require(rehearsal.files.paths.last { $0.hasSuffix(".state") })
    var bytes = try #require(rehearsal.files.content(newest))
    let version = try #require(bytes.firstRange(of: Array("\"format_version\":\"2".utf8)))
    bytes[version.upperBound - 1] = UInt8(ascii: "9")
    rehearsal.files.setContent(newest, bytes)
    #expect(throws: StreamError.newerCheckpoint(path: newest, found: "9.0", supported: "2.0")) {
      try rehearsal.run(textSource())
    }
  }

  @Test func refusesWhenNoCheckpointIsSound() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    try rehearsal.run(textSource())
    for path in rehearsal.files.paths where path.hasSuffix(".state") {
      rehearsal.files.setContent(path, [1, 2])
    }
    do {
      try rehearsal.run(textSource())
      Issue.record("a state without a checkpoint was taken")
    } catch StreamError.noValidCheckpoint(let folder, _) {
      #expect(folder == "m.state")
    }
  }

  @Test func refusesALogWithAGap() throws {
    var rehearsal = Rehearsal(text: TextOptions())
    rehearsal.options.checkpointBatches = nil
    try rehearsal.crashAfter(4, textSource())
    rehearsal.options.checkpointBatches = nil
    let log = try #require(rehearsal.files.paths.last { $0.hasSuffix(".log") })
    let stream = Array(try #require(rehearsal.files.content(log))[12..<28])
    rehearsal.files.setContent(log, nil)
    let later = try BatchLog(files: rehearsal.files, folder: "m.state", stream: stream, first: 3)
    try later.append([LogRecord(source: "list", position: ListSource.position(3), rows: .end).encoded()])
    #expect(throws: StreamError.missingBatches(folder: "m.state", expected: 1, found: 3)) {
      try rehearsal.run(textSource())
    }
  }

  @Test func refusesRowsThatHaveChanged() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    let batches = SampleBatches.text(6, rows: 12, seed: 4)
    try rehearsal.crashAfter(2, ListSource(batches, isRereadable: true))
    let others = SampleBatches.text(6, rows: 12, seed: 5)
    #expect(
      throws: StreamError.sourceChanged(name: "list", reason: "rows that were read before are other rows now")
    ) { try rehearsal.run(ListSource(others, isRereadable: true)) }
  }

  @Test func otherSourceCannotBringBackWhatAnotherHeld() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    try rehearsal.crashAfter(2, ListSource(SampleBatches.text(6, rows: 12, seed: 4), isRereadable: true))
    let other = ListSource(SampleBatches.text(6, rows: 12, seed: 4), isRereadable: true)
    other.identity = "other"
    #expect(throws: StreamError.otherSourceUnfinished(unfinished: "list", name: "list")) {
      try rehearsal.run(other)
    }
  }

  @Test func learnsFromSeveralSourcesOneAfterTheOther() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    try rehearsal.run(textSource(3))
    let other = textSource(2)
    other.identity = "other"
    #expect(try rehearsal.run(other) == [4, 5])
    #expect(try rehearsal.run(textSource(3)) == [])
    var again = rehearsal
    again.options.readsFromStart = true
    #expect(try again.run(textSource(3)) == [6, 7, 8])
  }

  @Test func goesOnFromATrainedModel() throws {
    let first = Rehearsal(text: TextOptions())
    try first.run(textSource(4))
    let files = MemoryFiles()
    files.setContent("m", first.files.content("m"))
    let second = Rehearsal(files: files, text: TextOptions())
    let runner = try second.open(textSource(2))
    #expect(runner.training.prototypesPerClass == 2)
    var numbers: [UInt64] = []
    try runner.run(stop: StopSignal()) { numbers.append($0.batch) }
    #expect(numbers == [1, 2])
    #expect(files.content("m") != first.files.content("m"))
  }

  @Test func keepsDocumentFrequenciesUpToDate() throws {
    for isKept in [false, true] {
      var rehearsal = Rehearsal(text: TextOptions())
      rehearsal.options.updatesFrequencies = isKept
      try rehearsal.run(textSource(6))
      let model = try ModelFile.read(bytes: try #require(rehearsal.files.content("m")))
      // The vocabulary comes from the first three batches of twelve.
      #expect(model.vectorizer?.documentCount == (isKept ? 72 : 36))
    }
  }

  @Test func learnsTheVocabularyAtTheEndIfNotBefore() throws {
    var rehearsal = Rehearsal(text: TextOptions())
    rehearsal.options.vocabularyDocuments = 1000
    let runner = try rehearsal.open(textSource(4))
    var numbers: [UInt64] = []
    try runner.run(stop: StopSignal()) { numbers.append($0.batch) }
    #expect(numbers == [1, 2, 3, 4])
  }

  /// An index over a large model is made for as many values of documents as it is worth, and over a small one always.
  @Test func aLargeModelIsTestedNowAndThen() {
    #expect(StreamState.isTestDue(stored: 4_000_000, untested: 1))
    #expect(!StreamState.isTestDue(stored: 20_000_000, untested: 4_900_000))
    #expect(StreamState.isTestDue(stored: 20_000_000, untested: 5_000_000))
  }

  /// Labels change their meaning in the middle of the stream.
  @Test func anAlarmLetsAModelForgetWhereThatIsWanted() throws {
    let batches = try SampleBatches.vectors(40, rows: 30, seed: 5, turn: 20)
    var errors: [Bool: Double] = [:]
    for forgets in [false, true] {
      var rehearsal = Rehearsal()
      rehearsal.options.training.refinement = .count(0)
      rehearsal.options.training.prototypesPerClass = 1
      rehearsal.options.driftHalfLife = forgets ? 60 : nil
      let runner = try rehearsal.open(ListSource(batches, isRereadable: true))
      var lines: [BatchSummary] = []
      try runner.run(stop: StopSignal()) { lines.append($0) }
      #expect(lines[..<20].allSatisfy { $0.drift.isEmpty })
      #expect(lines[20...23].flatMap(\.drift).contains { $0.label == nil })
      #expect(lines.flatMap(\.drift).allSatisfy { $0.drift.isRise })
      let alarms = lines.reduce(0) { $0 + $1.drift.count }
      #expect(runner.metrics.text.contains("fastkmeans_drift_alarms_total \(alarms)\n"))
      errors[forgets] = lines[24..<40].reduce(0) { $0 + ($1.errorBeforeUpdate ?? 1) } / 16

      // A stop on the way changes neither the alarms nor what they led to.
      var interrupted = Rehearsal()
      interrupted.options = rehearsal.options
      for pause in [21, 2, 3, 40] {
        try interrupted.run(ListSource(batches, isRereadable: true), stopAfter: pause)
      }
      #expect(interrupted.files.content("m") == rehearsal.files.content("m"))
    }
    let (kept, forgotten) = (try #require(errors[false]), try #require(errors[true]))
    #expect(forgotten < 0.5 * kept, "\(errors)")
  }

  @Test func aTimeThatGoesBackIsNoTime() {
    let time = Mutex(100.0)
    let clock = StreamClock { time.withLock { $0 } }
    let start = clock.now
    time.withLock { $0 = 103 }
    #expect(clock.now - start == 3)
    time.withLock { $0 = 40 }
    #expect(clock.now - start == 3)
    time.withLock { $0 = 42 }
    #expect(clock.now - start == 5)
  }

  @Test func countsForWatchers() throws {
    let rehearsal = Rehearsal(text: TextOptions())
    let runner = try rehearsal.open(textSource())
    try runner.run(stop: StopSignal()) { _ in }
    let text = runner.metrics.text
    for line in [
      "fastkmeans_documents_total 72", "fastkmeans_batches_total 6", "fastkmeans_rejects_total 2",
      "fastkmeans_classes 4", "# TYPE fastkmeans_documents_total counter",
    ] {
      #expect(text.split(separator: "\n").contains(Substring(line)), "\(line) is not in \(text)")
    }
    #expect(text.contains("fastkmeans_last_checkpoint_age_seconds "))
    // The checkpoint and the model file are timed apart.
    #expect(runner.metrics.checkpointSeconds > 0)
    #expect(runner.metrics.modelFileSeconds > 0)
    #expect(text.contains("fastkmeans_model_file_seconds \(runner.metrics.modelFileSeconds)\n"))
  }
}

/// The power fails when a model has been announced, and before it can be seen.
private struct AnnouncedModel: ModelOutput {
  struct Crash: Error {}
  let inner: MemoryModel

  func exists() -> Bool { inner.exists() }
  func read(threadCount: Int) throws -> ModelContents? { try inner.read(threadCount: threadCount) }
  func digest() throws -> String? { try inner.digest() }

  func write(_ contents: ModelContents, announce: (String) throws -> Void) throws {
    try announce("\(CRC32C(try ModelFile.bytes(of: contents)).value)")
    throw Crash()
  }
}

extension Rehearsal {
  /// Runs until this many batches have been reported, then crashes without a checkpoint of them.
  func crashAfter(_ count: Int, _ source: ListSource) throws {
    struct Crash: Error {}
    var rehearsal = self
    rehearsal.options.checkpointBatches = nil
    rehearsal.options.vocabularyDocuments = 5
    let runner = try rehearsal.open(source)
    var reported = 0
    #expect(throws: Crash.self) {
      try runner.run(stop: StopSignal()) { _ in
        reported += 1
        if reported == count { throw Crash() }
      }
    }
  }
}
