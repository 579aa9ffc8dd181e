import Foundation
import Testing

#if os(Linux)
  /// The program under a limit of its memory: it ends, and never waits for threads that cannot start.
  @Suite("Limits of memory", .serialized)
  struct MemoryLimitTests {
    @Test(arguments: ["train", "predict", "stream"]) func aRunEnds(_ command: String) throws {
      let folder = try Workspace()
      try folder.write(SampleData.tsv(SampleData.documents(300)), to: "rows.tsv")
      try #require(try Tool.run("train", "--input", "rows.tsv", "--model", "m", in: folder).status == 0)
      let arguments =
        switch command {
        case "predict": "predict --input rows.tsv --model m --output answers"
        case "stream": "stream --input rows.tsv --model s --batch-size 500 --checkpoint-every 1"
        default: "train --input rows.tsv --model t"
        }
      var (ended, failed) = (0, 0)
      for mebibytes in [80, 85, 90, 100, 600] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.currentDirectoryURL = folder.url
        process.arguments = [
          "-c", "ulimit -v \(mebibytes * 1024); exec timeout -s KILL 60 '\(try Tool.url.path)' \(arguments)",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        // 137 or signal 9: `timeout` had to end it.
        #expect(![9, 137].contains(process.terminationStatus), "\(command) hangs with \(mebibytes) MiB")
        if process.terminationStatus == 0 { ended += 1 } else { failed += 1 }
      }
      #expect(ended > 0 && failed > 0, "no limit was met, or none was left")
    }
  }
#endif
