import Foundation
import Hummingbird

/// The smallest server that Hummingbird makes: what `bench.py` compares the classifier's server with.
@main
struct Hello {
  static func main() async throws {
    let router = Router()
    router.get("hello") { _, _ in "Hello" }
    router.post("echo") { request, _ in
      var request = request
      return try await request.collectBody(upTo: 1 << 20)
    }
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        print("http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
        fflush(nil)
      })
    try await application.runService()
  }
}
