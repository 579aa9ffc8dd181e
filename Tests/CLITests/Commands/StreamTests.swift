import Foundation
import Testing

/// The program as it is run by hand: killed, stopped, fed through pipes.
@Suite("stream")
struct StreamTests {
  private let folder: Workspace

  init() throws {
    folder = try Workspace()
    try folder.write(SampleData.tsv(SampleData.documents(600)), to: "rows.tsv")
  }

  private static let call = ["--batch-size", "40", "--checkpoint-every", "3", "--quiet"]

  private func stream(_ model: String, _ more: String..., input: String? = nil) throws -> Tool.Outcome {
    try Tool.run(["stream", "--model", model] + more + Self.call, in: folder, input: input)
  }

  private func objects(_ outcome: Tool.Outcome) throws -> [[String: Any]] {
    try outcome.lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func printsALineForEachBatch() throws {
    let outcome = try stream("m", "--input", "rows.tsv")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = try objects(outcome)
    #expect(lines.map { $0["batch"] as? Int } == Array(1...15))
    for line in lines {
      #expect(line["documents"] as? Int == 40)
      for name in ["shift", "num_merged", "active_centroids", "new_classes", "error_before_update"] {
        #expect(line[name] != nil, "\(name)")
      }
    }
    #expect(lines[0]["new_classes"] as? [String] == SampleData.classes)
    let evaluated = try Tool.run("evaluate", "--model", "m", "--input", "rows.tsv", "--json", in: folder)
    #expect(try #require(evaluated.json["accuracy"] as? Double) > 0.8)
  }

  @Test func theSameCallAgainDoesNothing() throws {
    _ = try stream("m", "--input", "rows.tsv")
    let model = try folder.data("m")
    let again = try stream("m", "--input", "rows.tsv")
    #expect(again.status == 0)
    #expect(again.output.isEmpty)
    #expect(try folder.data("m") == model)
  }

  /// Killed at random moments, in many or few places; `FASTKMEANS_KILLS=1000` for the long form.
  @Test func killedAtAnyMomentItEndsWithTheSameModel() throws {
    let environment = ProcessInfo.processInfo.environment
    let kills = environment["FASTKMEANS_KILLS"].flatMap(Int.init) ?? 20
    let seed = environment["FASTKMEANS_KILL_SEED"].flatMap(UInt64.init) ?? 1
    try folder.write(SampleData.tsv(SampleData.documents(6000)) + "no label\n", to: "long.tsv")
    let rows = ["--input", "long.tsv", "--rejects", "rejects"]
    let undisturbed = try Tool.run(["stream", "--model", "whole"] + rows + Self.call, in: folder)
    #expect(undisturbed.status == 0, "\(undisturbed.errors)")
    let expected = (model: try folder.data("whole"), rejects: try folder.data("rejects"))
    var random = Delays(seed: seed)
    var killed = 0
    var round = 0
    while killed < kills {
      round += 1
      let model = "m\(round)"
      try? FileManager.default.removeItem(atPath: folder.path("rejects"))
      var batches: [Int] = []
      while true {
        let running = try Tool.start(
          ["stream", "--model", model] + rows + Self.call, in: folder, reading: .nullDevice)
        let delay = random.next()
        if killed < kills {
          Thread.sleep(forTimeInterval: delay)
          if running.process.isRunning {
            kill(running.process.processIdentifier, SIGKILL)
            killed += 1
          }
        }
        running.process.waitUntilExit()
        let outcome = try running.outcome()
        // A line that was cut off in the middle is not whole.
        batches += outcome.output.split(separator: "\n").compactMap {
          let object = try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
          return object?["batch"] as? Int
        }
        guard outcome.status != 0 else { break }
        try #require(outcome.status == -SIGKILL, "seed \(seed), kill \(killed): \(outcome.errors)")
      }
      #expect(batches == Array(Set(batches)).sorted(), "seed \(seed), round \(round): a batch twice")
      #expect(try folder.data(model) == expected.model, "seed \(seed), round \(round)")
      #expect(try folder.data("rejects") == expected.rejects, "seed \(seed), round \(round)")
      for name in [model, model + ".state"] { try FileManager.default.removeItem(atPath: folder.path(name)) }
    }
    #expect(killed == kills)
  }

  /// Seconds from 0 to about a run's length, the same in every run.
  private struct Delays {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }
    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24) * 0.5
    }
  }

  @Test(arguments: [SIGTERM, SIGINT]) func signalFinishesTheBatchAndSaves(_ signal: Int32) throws {
    let pipe = Pipe()
    let running = try Tool.start(
      ["stream", "--model", "m", "--input", "-", "--format", "tsv", "--max-delay", "0.1"] + Self.call,
      in: folder, reading: pipe.fileHandleForReading)
    let rows = SampleData.tsv(SampleData.documents(150))
    try pipe.fileHandleForWriting.write(contentsOf: Data(rows.utf8))
    try wait(for: running) { $0.output.split(separator: "\n").count >= 4 }
    kill(running.process.processIdentifier, signal)
    running.process.waitUntilExit()
    try pipe.fileHandleForWriting.close()
    let outcome = try running.outcome()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try objects(outcome).reduce(0) { $0 + ($1["documents"] as? Int ?? 0) } == 150)
    #expect(try Tool.run("inspect", "--model", "m", in: folder).status == 0)
  }

  private func wait(for running: Tool.Running, _ isThere: (Tool.Outcome) -> Bool) throws {
    for _ in 0..<600 {
      if try isThere(running.outcome(status: 0)) { return }
      Thread.sleep(forTimeInterval: 0.05)
    }
    Issue.record("waited for 30 seconds: \(try running.outcome(status: 0).errors)")
  }

  @Test func pipeWithHalfALineAtItsEnd() throws {
    let text = try folder.text("rows.tsv") + "ham\tmeet"
    let path = folder.path("fifo")
    #expect(mkfifo(path, 0o600) == 0)
    Thread.detachNewThread {
      guard let handle = try? FileHandle(forWritingTo: URL(fileURLWithPath: path)) else { return }
      try? handle.write(contentsOf: Data(text.utf8))
      try? handle.close()
    }
    let outcome = try stream(
      "m", "--input", "fifo", "--format", "tsv", "--rejects", "rejects", "--max-delay", "60")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let rejects = try folder.text("rejects")
    #expect(rejects.contains(#""line":601,"reason":"the input ends inside this line"#), "\(rejects)")
    _ = try stream("whole", "--input", "rows.tsv")
    #expect(try folder.data("m") == folder.data("whole"))
  }

  @Test func standardInputThatIsAFileGoesOnToo() throws {
    let arguments = ["stream", "--input", "-", "--format", "tsv"] + Self.call
    let whole = try Tool.run(
      arguments + ["--model", "whole"], in: folder, input: try folder.text("rows.tsv"))
    #expect(whole.lines.count == 15)
    for round in 0..<2 {
      let running = try Tool.start(
        arguments + ["--model", "m"], in: folder,
        reading: FileHandle(forReadingFrom: folder.url.appendingPathComponent("rows.tsv")))
      running.process.waitUntilExit()
      #expect(try running.outcome().lines.count == (round == 0 ? 15 : 0))
    }
    #expect(try folder.data("m") == folder.data("whole"))
  }

  @Test(arguments: ["rows.jsonl", "rows.csv", "rows.tsv.gz"]) func everyTextFormatGivesTheSameModel(
    _ name: String
  ) throws {
    #expect(try Tool.run("convert", "--input", "rows.tsv", "--output", name, in: folder).status == 0)
    _ = try stream("whole", "--input", "rows.tsv")
    let outcome = try stream("m", "--input", name)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try folder.data("m") == folder.data("whole"))
  }

  @Test func vectorsComeFromThreeFormats() throws {
    try folder.write(SampleData.svmlight(200), to: "rows.svmlight")
    for (name, more) in [
      ("rows.npz", ["--labels-output", "labels.txt"]), ("rows.npy", ["--labels-output", "l2.txt"]),
    ] {
      #expect(
        try Tool.run(["convert", "--input", "rows.svmlight", "--output", name] + more, in: folder).status == 0
      )
    }
    let plain = try stream("m1", "--input", "rows.svmlight", "--features", "12")
    let packed = try stream("m2", "--input", "rows.npz", "--labels", "labels.txt")
    let dense = try stream("m3", "--input", "rows.npy", "--labels", "labels.txt")
    for outcome in [plain, packed, dense] {
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.lines.count == 5)
    }
    #expect(try folder.data("m1") == folder.data("m2"))
  }

  @Test func hashingNeedsNoVocabulary() throws {
    let outcome = try stream("m", "--input", "rows.tsv", "--hashing", "10", "--update-idf")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try Tool.run("evaluate", "--model", "m", "--input", "rows.tsv", in: folder).status == 0)
  }

  @Test func optionsThatAModelDoesNotHaveAreRefused() throws {
    _ = try stream("m", "--input", "rows.tsv", "--k-init", "2")
    let outcome = try stream("m", "--input", "rows.tsv", "--k-init", "5")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("--k-init is 5, but the model was made with 2"))
    #expect(try stream("m", "--input", "rows.tsv", "--k-init", "2", "--n-threads", "1").status == 0)
  }

  @Test(
    "wrong calls",
    arguments: [
      (["--input", "rows.tsv", "--checkpoint-every", "0"], "allowed: a number of batches"),
      (["--input", "rows.tsv", "--max-delay", "-1"], "--max-delay"),
      (["--input", "rows.tsv", "--metrics-port", "70000"], "--metrics-port"),
      (["--input", "rows.tsv", "--max-record-bytes", "0"], "--max-record-bytes"),
      (["--input", "rows.tsv", "--features", "9"], "--features is for svmlight"),
      (["--input", "-", "--format", "tsv", "--follow"], "--follow is for files"),
      (["--input", "rows.svmlight", "--update-idf"], "options of text"),
      (["--input", "rows.tsv", "--rejects", "-"], "--rejects needs the name of a file"),
    ])
  func refusesWrongCalls(_ arguments: [String], _ message: String) throws {
    try folder.write(SampleData.svmlight(10), to: "rows.svmlight")
    let outcome = try Tool.run(["stream", "--model", "m"] + arguments, in: folder)
    #expect(outcome.status == 2, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("m.state")))
  }

  @Test func badDataEndsWithOneLine() throws {
    let calls: [(arguments: [String], message: String)] = [
      (["--model", "m", "--input", "none.tsv"], "no such file"),
      (["--model", "none/m", "--input", "rows.tsv"], "folder 'none' does not exist"),
      (["--model", "rows.tsv", "--input", "rows.tsv"], "rows.tsv"),
    ]
    for call in calls {
      let outcome = try Tool.run(["stream"] + call.arguments, in: folder)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains(call.message), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
  }

  @Test func aFullDiskStopsIt() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    try folder.write("no label\n" + (try folder.text("rows.tsv")), to: "bad.tsv")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("rejects"), withDestinationPath: "/dev/full")
    let outcome = try stream("m", "--input", "bad.tsv", "--rejects", "rejects")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("the disk is full"), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    try FileManager.default.removeItem(atPath: folder.path("rejects"))
    #expect(try stream("m", "--input", "bad.tsv", "--rejects", "rejects").status == 0)
    #expect(try folder.text("rejects").split(separator: "\n").count == 1)
  }

  @Test func twoAtOnceAreRefused() throws {
    let pipe = Pipe()
    let running = try Tool.start(
      ["stream", "--model", "m", "--input", "-", "--format", "tsv"] + Self.call, in: folder,
      reading: pipe.fileHandleForReading)
    try pipe.fileHandleForWriting.write(contentsOf: Data(SampleData.tsv(SampleData.documents(80)).utf8))
    try wait(for: running) { $0.output.split(separator: "\n").count >= 2 }
    let second = try Tool.run(["stream", "--model", "m", "--input", "rows.tsv"], in: folder)
    #expect(second.status == 1)
    #expect(second.errors.contains("process \(running.process.processIdentifier) is learning"))
    let trained = try Tool.run("train", "--model", "m", "--input", "rows.tsv", in: folder)
    #expect(trained.status == 1)
    #expect(trained.errors.contains("process \(running.process.processIdentifier) is learning"))
    try pipe.fileHandleForWriting.close()
    running.process.waitUntilExit()
    #expect(try running.outcome().status == 0)
  }
}
