import FastKMeansFormats
import Synchronization

@testable import FastKMeansStreams

/// A file system in memory that loses what was not synced when it crashes, and that fails when it is told to.
final class MemoryFiles: FileLayer {
  /// What a call that fails says.
  enum Fault: Sendable, CaseIterable {
    case diskFull
    case inputOutput
    /// Half of a write is done, then the disk is full.
    case shortWrite
  }

  struct Node {
    var content: [UInt8] = []
    var durable: [UInt8] = []
  }

  struct State {
    var nodes: [Node] = []
    var names: [String: Int] = [:]
    var durableNames: [String: Int] = [:]
    var open: [Int32: Int] = [:]
    var locked: [Int32: Int] = [:]
    var nextDescriptor: Int32 = 100
    var calls = 0
    var failing: (call: Int, fault: Fault)?
    /// After a failure everything fails, as on a disk that is gone.
    var isGone = false
  }

  private let state = Mutex(State())

  /// Fails the call of this number, counted from now, and all after it.
  func fail(at call: Int, _ fault: Fault) {
    state.withLock {
      $0.calls = 0
      $0.failing = (call, fault)
    }
  }

  var callCount: Int { state.withLock { $0.calls } }
  var hasFailed: Bool { state.withLock { $0.isGone } }

  /// The machine stops and starts again: what was synced is there; of the rest a part may be.
  func crash(_ random: inout SplitMix) {
    var seed = random
    state.withLock { state in
      for index in state.nodes.indices {
        state.nodes[index].content = Self.remains(of: state.nodes[index], &seed)
        state.nodes[index].durable = state.nodes[index].content
      }
      // A rename that was not synced has happened, or not.
      state.names = seed.below(2) == 0 ? state.durableNames : state.names
      state.durableNames = state.names
      state.open = [:]
      state.locked = [:]
      state.failing = nil
      state.isGone = false
    }
    random = seed
  }

  private static func remains(of node: Node, _ random: inout SplitMix) -> [UInt8] {
    guard node.content.count > node.durable.count, node.content.starts(with: node.durable) else {
      return node.durable
    }
    let tail = node.content[node.durable.count...]
    var kept = Array(tail.prefix(random.below(tail.count + 1)))
    // A block that was never written reads as zeros.
    if !kept.isEmpty, random.below(3) == 0 { kept[random.below(kept.count)] = 0 }
    return node.durable + kept
  }

  func content(_ path: String) -> [UInt8]? {
    state.withLock { state in state.names[path].map { state.nodes[$0].content } }
  }

  func setContent(_ path: String, _ bytes: [UInt8]?) {
    state.withLock { state in
      guard let bytes else {
        state.names[path] = nil
        state.durableNames[path] = nil
        return
      }
      state.nodes.append(Node(content: bytes, durable: bytes))
      state.names[path] = state.nodes.count - 1
      state.durableNames[path] = state.nodes.count - 1
    }
  }

  var paths: [String] { state.withLock { $0.names.keys.sorted() } }

  private func call<Result: Sendable>(
    _ path: String, _ operation: FileError.Operation, _ body: (inout State, Bool) throws -> Result
  ) throws -> Result {
    try state.withLock { state in
      state.calls += 1
      if state.isGone { throw FileError(path: path, operation: operation, code: 5) }
      if let failing = state.failing, failing.call == state.calls {
        state.isGone = true
        if failing.fault == .shortWrite, operation == .write { _ = try body(&state, true) }
        throw FileError(path: path, operation: operation, code: failing.fault == .inputOutput ? 5 : 28)
      }
      return try body(&state, false)
    }
  }

  func createFolder(_ path: String) throws { try call(path, .create) { _, _ in } }

  func names(in folder: String) throws -> [String] {
    try call(folder, .open) { state, _ in
      state.names.keys.filter { $0.hasPrefix(folder + "/") }.map { String($0.dropFirst(folder.count + 1)) }
        .sorted()
    }
  }

  func open(_ path: String, _ mode: FileMode) throws -> Int32 {
    try call(path, .open) { state, _ in
      let node: Int
      if let found = state.names[path] {
        node = found
        if mode == .replace { state.nodes[node].content = [] }
      } else {
        guard mode != .read else { throw FileError.notFound(path: path) }
        state.nodes.append(Node())
        node = state.nodes.count - 1
        state.names[path] = node
      }
      state.nextDescriptor += 1
      state.open[state.nextDescriptor] = node
      return state.nextDescriptor
    }
  }

  func close(_ descriptor: Int32) {
    state.withLock {
      $0.open[descriptor] = nil
      $0.locked[descriptor] = nil
    }
  }

  func size(of descriptor: Int32, path: String) throws -> Int {
    try call(path, .inspect) { state, _ in state.open[descriptor].map { state.nodes[$0].content.count } ?? 0 }
  }

  func read(_ descriptor: Int32, at offset: Int, count: Int, path: String) throws -> [UInt8] {
    try call(path, .read) { state, _ in
      guard let node = state.open[descriptor] else { return [] }
      return Array(state.nodes[node].content.dropFirst(offset).prefix(count))
    }
  }

  func map(_ path: String) throws -> MappedFile {
    try call(path, .read) { state, _ in
      guard let node = state.names[path] else { throw FileError.notFound(path: path) }
      return MappedFile(path: path, copying: state.nodes[node].content)
    }
  }

  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int, path: String) throws {
    let bytes = Array(bytes)
    try call(path, .write) { state, isShort in
      guard let node = state.open[descriptor] else { return }
      let written = isShort ? Array(bytes.prefix(bytes.count / 2)) : bytes
      var content = state.nodes[node].content
      if content.count < offset + written.count {
        content += [UInt8](repeating: 0, count: offset + written.count - content.count)
      }
      content.replaceSubrange(offset..<offset + written.count, with: written)
      state.nodes[node].content = content
    }
  }

  func truncate(_ descriptor: Int32, to size: Int, path: String) throws {
    try call(path, .truncate) { state, _ in
      guard let node = state.open[descriptor] else { return }
      state.nodes[node].content = Array(state.nodes[node].content.prefix(size))
    }
  }

  func sync(_ descriptor: Int32, path: String) throws {
    try call(path, .sync) { state, _ in
      guard let node = state.open[descriptor] else { return }
      state.nodes[node].durable = state.nodes[node].content
      // As file systems do: a file that is synced can be found.
      if let name = state.names.first(where: { $0.value == node })?.key, state.durableNames[name] == nil {
        state.durableNames[name] = node
      }
    }
  }

  func syncFolder(_ path: String) throws {
    try call(path, .sync) { state, _ in state.durableNames = state.names }
  }

  func rename(_ source: String, to target: String) throws {
    try call(target, .rename) { state, _ in
      guard let node = state.names.removeValue(forKey: source) else { throw FileError.notFound(path: source) }
      state.names[target] = node
    }
  }

  func remove(_ path: String) throws { try call(path, .remove) { state, _ in state.names[path] = nil } }

  func lock(_ descriptor: Int32, path: String) throws -> Bool {
    try call(path, .lock) { state, _ in
      guard let node = state.open[descriptor], !state.locked.values.contains(node) else { return false }
      state.locked[descriptor] = node
      return true
    }
  }
}

/// Random numbers that are the same in every run.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  mutating func below(_ limit: Int) -> Int { limit < 1 ? 0 : Int(next() % UInt64(limit)) }
}
