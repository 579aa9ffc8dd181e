#!/usr/bin/env bash
# Builds the plug-in on a machine with PyTorch, checks it against the processor's engine and times it.
#
#   Benchmarks/gpu/run.sh [--tool FASTKMEANS] [--device cuda|cpu] [--reference FILE] [--quick] [--output FILE]
#
# --tool: a fastkmeans executable for this machine; on another one `swift build -c release --static-swift-stdlib
#   --product fastkmeans` makes one that needs no Swift here. By default the one of this checkout's release build.
# --device: by default cuda where PyTorch sees one, else cpu (checks only: the processor's times say nothing of a GPU).
# --reference: the file of the PyTorch class that the throughput is compared with.
# --quick: small sizes, to see that all works.
# Needs: a C++ compiler; a Python with torch, numpy and scipy, which FASTKMEANS_TORCH_PYTHON names (default: python3).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
python="${FASTKMEANS_TORCH_PYTHON:-python3}"
tool="$root/.build/release/fastkmeans" device="" reference="" quick="" output=""
while [ $# -gt 0 ]; do
  case "$1" in
    --tool) tool=$(realpath "$2"); shift 2 ;;
    --device) device="$2"; shift 2 ;;
    --reference) reference=$(realpath "$2"); shift 2 ;;
    --output) output=$(realpath -m "$2"); shift 2 ;;
    --quick) quick=yes; shift ;;
    *) echo "run.sh: unknown option '$1'; the head of this file lists them" >&2; exit 2 ;;
  esac
done
[ -x "$tool" ] || { echo "run.sh: no fastkmeans executable at $tool; name one with --tool" >&2; exit 2; }
if [ -z "$device" ]; then
  device=$("$python" -c 'import torch; print("cuda" if torch.cuda.is_available() else "cpu")')
fi
: "${output:=$root/Benchmarks/results/gpu/$device.json}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "== build the plug-in"
export FASTKMEANS_TORCH_PLUGIN="$work/libfastkmeans-torch.so" FASTKMEANS_TORCH_PYTHON="$python"
"$root/Accelerators/Torch/build.sh" "$FASTKMEANS_TORCH_PLUGIN"

echo "== the command line on $device against cpu"
name=$device
[ "$device" = cpu ] && name=torch:cpu
FASTKMEANS_TOOL="$tool" FASTKMEANS_TORCH_TEST_DEVICE="$name" \
  "$python" "$root/Accelerators/Torch/tests/test_plugin.py" ToolTests

echo "== checks and times on $device"
dense=(1000000 384 15000) sparse=(500000 100000 5000) repeats=5
if [ -n "$quick" ] || [ "$device" = cpu ]; then
  dense=(1000 64 300) sparse=(600 3000 40) repeats=1
fi
cd "$root/Benchmarks/gpu"
"$python" bench.py --plugin "$FASTKMEANS_TORCH_PLUGIN" --device "$device" --output "$output" --tool "$tool" \
  --dense "${dense[@]}" --sparse "${sparse[@]}" --repeats "$repeats" ${reference:+--reference "$reference"}
