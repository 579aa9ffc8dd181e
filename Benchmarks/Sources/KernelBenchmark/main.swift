// Each kernel by itself, at each instruction set that this machine has, beside what the machine can do at most.
//
//   swift run -c release --package-path Benchmarks KernelBenchmark
//
// Lines of JSON: first {"peak": ...} for each level, then a line for each kernel and level. One thread.

import CFastKMeansKernels

let levels = [FK_SIMD_SCALAR, FK_SIMD_AVX2, FK_SIMD_AVX512, FK_SIMD_NEON].map { Int32($0) }
for level in levels where fk_simd_is_supported(level) != 0 {
  let name = String(cString: fk_simd_name(level))
  for line in Peak.lines(level: level, name: name) { print(line) }
  _ = fk_simd_force(level)
  let kernels =
    Kernel.scoring(level: level) + Kernel.codes(level: level) + Kernel.staged(level: level)
    + Kernel.dense(level: level) + Kernel.training()
  for kernel in kernels { print(kernel.measured(level: name)) }
}
