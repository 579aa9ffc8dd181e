import Foundation

// What libFuzzer calls, by the names that it gives. It passes over arguments with two dashes: `--reader=NAME` is ours.
// Without it the names of all readers are printed.

private let target: Target = {
  let key = "--reader="
  guard let argument = CommandLine.arguments.first(where: { $0.hasPrefix(key) }) else {
    print(Target.allCases.map(\.rawValue).joined(separator: " "))
    exit(0)
  }
  guard let target = Target(rawValue: String(argument.dropFirst(key.count))) else {
    print("no such reader: \(argument)")
    exit(64)
  }
  return target
}()

private let (reader, seeds): (Reader, [[UInt8]]) = {
  do {
    return try (Reader(target), target.seeds())
  } catch {
    print(error)
    exit(70)
  }
}()

/// Writes the seeds into the folder of inputs, if a folder is named.
@_cdecl("LLVMFuzzerInitialize")
func begin(_ count: UnsafeMutableRawPointer, _ arguments: UnsafeMutableRawPointer) -> CInt {
  let folder = CommandLine.arguments.dropFirst().first { !$0.hasPrefix("-") }
  for (index, seed) in seeds.enumerated() {
    // A single input has no place for them.
    if let folder { try? Data(seed).write(to: URL(fileURLWithPath: "\(folder)/seed-\(index)")) }
  }
  // Not before the reader is made: what ends the program while it is made would wait for it here.
  atexit { reader.close() }
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func read(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  reader.read(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

/// Half of the changes are libFuzzer's own, which knows what the program compares with; half are ours.
@_cdecl("LLVMFuzzerCustomMutator")
func mutate(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt) -> Int {
  if seed & 1 == 0 { return mutateByLibFuzzer(start, count, limit) }
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  var mutation = Mutation(seed: UInt64(seed))
  mutation.apply(to: &bytes, other: seeds[Int(seed >> 1) % seeds.count])
  // libFuzzer takes no empty input.
  guard !bytes.isEmpty else { return count }
  return UnsafeMutableBufferPointer(start: start, count: limit).update(fromContentsOf: bytes.prefix(limit))
}

@_silgen_name("LLVMFuzzerMutate")
private func mutateByLibFuzzer(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int
