import FastKMeansCore
import Testing

@Suite struct DeviceTests {
  @Test(arguments: ["cpu", "cuda", "cuda:1", "cuda:12", "mps", "torch:cpu", "auto"])
  func namesAreReadAndGivenBack(_ name: String) throws {
    #expect(try Device(name: name).name == name)
    #expect(try Device(name: "cuda:0") == .cuda(0))
  }

  @Test(arguments: ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda:999", "cuda:+1", "CPU", "torch"])
  func otherNamesAreRefusedWithWhatIsAllowed(_ name: String) throws {
    do {
      _ = try Device(name: name)
      Issue.record("'\(name)' was taken")
    } catch {
      #expect(error.parameter == "device" && error.value == name)
      #expect(error.allowed.contains("cuda:1") && error.allowed.contains("auto"))
    }
  }

  @Test func errorsSayHowToMendThem() {
    let errors: [(DeviceError, [String])] = [
      (.pluginMissing(lookedAt: ["a", "b"]), ["a, b", "make torch", "device cpu"]),
      (.pluginUnloadable(path: "p", reason: "no symbol"), ["p", "no symbol", "make torch"]),
      (.pluginVersion(path: "p", expected: 1, found: 7), ["p", "7", "make torch"]),
      (.pluginStale(path: "p", reason: "it was built for PyTorch 2"), ["p", "PyTorch 2", "make torch"]),
      (.unavailable(device: "cuda", reason: "no driver"), ["cuda", "no driver", "device cpu"]),
      (.badIndex(device: "cuda:3", reason: "there are 2"), ["cuda:3", "there are 2"]),
      (
        .outOfMemory(device: "cuda", what: "the prototypes", neededBytes: 9, availableBytes: 4),
        ["the prototypes", "9 bytes", "4 are free"]
      ),
      (
        .outOfMemory(device: "cuda", what: "a batch", neededBytes: 0, availableBytes: 0),
        ["half the size", "a batch"]
      ),
      (.overflow(device: "cuda", row: 5, reason: "70000"), ["row 5", "70000", "bfloat16"]),
      (.unsupported(device: "mps", reason: "kernels"), ["mps", "kernels"]),
      (.failed(device: "cuda", reason: "it broke"), ["cuda", "it broke"]),
    ]
    for (error, words) in errors {
      for word in words { #expect(error.description.contains(word), "\(error)") }
      #expect(!error.description.contains("\n"))
    }
  }
}
