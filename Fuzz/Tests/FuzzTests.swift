import Testing

/// Some hundred made-up inputs for each reader, the same in every run: none may trap, and none may take seconds.
/// `make fuzz` goes on from here.
@Suite("Fuzzing", .serialized)
struct FuzzTests {
  @Test(arguments: Target.allCases) func everyInputIsReadOrRefused(_ target: Target) throws {
    let reader = try Reader(target)
    defer { reader.close() }
    let seeds = try target.seeds()
    for seed in seeds { reader.read(seed) }
    for run in 0..<150 as Range<UInt64> {
      var input = seeds[Int(run) % seeds.count]
      var mutation = Mutation(seed: run)
      mutation.apply(to: &input, other: seeds[Int(run / 7) % seeds.count])
      let start = ContinuousClock.now
      reader.read(input)
      #expect(start.duration(to: .now) < .seconds(5), "\(target), run \(run)")
    }
  }
}
