#!/usr/bin/env bash
# Compiles the kernels for arm64 with warnings as errors and holds the NEON ones against the scalar ones and against
# their definitions (Tests/CrossTests/neon). On arm64 as it is; elsewhere by a cross compiler and under qemu-aarch64.
#
#   scripts/test_neon.sh                  exit 1 if a kernel is wrong, 2 if a tool is missing
#   scripts/test_neon.sh --if-available   a missing tool is a message and no failure
#
# CC: a clang (the kernels are written in its dialect; Swift brings one). NEON_CFLAGS: flags of the kernels, -O2.
# Debian or Ubuntu: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
set -euo pipefail
cd "$(dirname "$0")/.."

compiler=${CC:-clang}
kernels=Sources/CFastKMeansKernels
tests=Tests/CrossTests/neon
build=.build/neon
read -r -a kernel_flags <<<"${NEON_CFLAGS:--O2}"
# The definitions in the tests say themselves where a product and a sum are one rounding.
test_flags=(-O1 -ffp-contract=off)
target=() link=() emulator=()

case "${1:-}" in
  "") missing_status=2 ;;
  --if-available) missing_status=0 ;;
  *) echo "usage: scripts/test_neon.sh [--if-available]" >&2; exit 2 ;;
esac

missing() {
  echo "NEON kernels not tested: $1" >&2
  exit "$missing_status"
}

# Also that it links: the compiler knows every target, the C library of arm64 may still be missing.
find_tools() {
  command -v "$compiler" >/dev/null || missing "no $compiler on the PATH; set CC to a clang, which Swift brings"
  case "$(uname -m)" in
    aarch64 | arm64) return ;;
  esac
  target=(--target=aarch64-linux-gnu)
  link=(-static)
  emulator=("$(command -v qemu-aarch64 || command -v qemu-aarch64-static || true)")
  [ -n "${emulator[0]}" ] || missing "no qemu-aarch64 on the PATH; Debian's package is qemu-user"
  echo 'int main(void) { return 0; }' >"$build/empty.c"
  "$compiler" "${target[@]}" "${link[@]}" "$build/empty.c" -o "$build/empty" 2>"$build/empty.log" ||
    missing "$compiler can't build for arm64; Debian's packages are gcc-aarch64-linux-gnu and libc6-dev-arm64-cross"
}

# compile FILE FLAGS...
compile() {
  local file=$1 object
  shift
  object=$build/$(tr / _ <<<"${file%.c}").o
  "$compiler" ${target[@]+"${target[@]}"} "$@" -Wall -Wextra -Werror -I "$kernels/include" -c "$file" -o "$object"
  objects+=("$object")
}

# run ARGUMENTS...
run() {
  ${emulator[@]+"${emulator[@]}"} "$build/kernel_tests" "$@"
}

mkdir -p "$build"
find_tools
objects=()
while IFS= read -r file; do compile "$file" "${kernel_flags[@]}"; done < <(find "$kernels" -name '*.c' | sort)
for file in "$tests"/*.c; do compile "$file" "${test_flags[@]}"; done
"$compiler" ${target[@]+"${target[@]}"} ${link[@]+"${link[@]}"} "${objects[@]}" -lm -lpthread -o "$build/kernel_tests"

failed=0
run neon || failed=1
# What the environment asks for, where this machine has it.
(unset FASTKMEANS_SIMD && run dispatch neon) || failed=1
for wanted in neon scalar; do FASTKMEANS_SIMD=$wanted run dispatch "$wanted" || failed=1; done
for unknown in avx2 avx512 fastest ""; do FASTKMEANS_SIMD=$unknown run dispatch neon || failed=1; done
[ "$failed" = 0 ] || { echo "NEON kernels: FAILED" >&2; exit 1; }
echo "NEON kernels: passed in $SECONDS s"
