#!/usr/bin/env bash
# Builds the fuzzer with libFuzzer and AddressSanitizer, and lets it read made-up inputs: `make fuzz`.
#
# SECONDS_EACH: how long, for each reader (60). READERS: which ones (all).
# .build/fuzz has the inputs that were worth keeping, from which a later call goes on, a log for each reader, and in `faults`
# every input that found a fault. Exit 1 if one did.
set -euo pipefail
cd "$(dirname "$0")/.."
build=.build/fuzz
# The root package would warn of a file that it does not know.
trap 'rm -f Fuzz/Package.resolved' EXIT
# lld, since gold warns of every symbol that the sanitizers export.
${SWIFT:-swift} build --package-path Fuzz --product Fuzzer --scratch-path $build/build --disable-index-store -Xswiftc -O -Xcc -O2 \
  -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=fuzzer-no-link,address -Xswiftc -use-ld=lld

# Swift's own report of a crash takes the signal away from libFuzzer.
export SWIFT_BACKTRACE=enable=no
# What was freed is kept for a while, which counts as memory of the process: little of it, and always as much.
export ASAN_OPTIONS=quarantine_size_mb=8
fuzzer=$build/build/debug/Fuzzer
mkdir -p $build/faults
failed=0
for reader in ${READERS:-$($fuzzer)}; do
  mkdir -p $build/inputs/$reader
  # What is unpacked may take 64 MB and four times as much as the input, twice over while it grows.
  limit=65
  if [ "$reader" = compressed ]; then limit=192; fi
  if $fuzzer --reader=$reader $build/inputs/$reader -max_total_time=${SECONDS_EACH:-60} -timeout=5 -malloc_limit_mb=$limit \
    -rss_limit_mb=256 -print_final_stats=1 -artifact_prefix=$build/faults/$reader- >$build/$reader.log 2>&1; then
    echo "$reader: $(sed -n 's/^stat::number_of_executed_units: //p' $build/$reader.log) inputs"
  else
    failed=1
    file=$(sed -n 's/.*Test unit written to //p' $build/$reader.log)
    echo "$reader: a fault, see $build/$reader.log; again with"
    echo "  SWIFT_BACKTRACE=enable=no $fuzzer --reader=$reader -timeout=5 -malloc_limit_mb=$limit $file"
  fi
done
exit $failed
