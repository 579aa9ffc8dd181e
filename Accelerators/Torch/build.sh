#!/usr/bin/env bash
# Builds the plug-in that runs FastKMeans on LibTorch's devices, against the PyTorch that is installed.
#
#   Accelerators/Torch/build.sh [OUTPUT]
#
# OUTPUT is the file to write; by default it lies where FastKMeans looks for it: libfastkmeans-torch.so in
# $XDG_CACHE_HOME/fastkmeans or ~/.cache/fastkmeans.
# FASTKMEANS_TORCH_PYTHON names the Python that has PyTorch (default: python3). CXX chooses the compiler (default: c++).
set -euo pipefail
cd "$(dirname "$0")"
python="${FASTKMEANS_TORCH_PYTHON:-python3}"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/fastkmeans"
output="${1:-$cache/libfastkmeans-torch.so}"
case "$output" in /*) ;; *) output="$OLDPWD/$output" ;; esac

if ! version=$("$python" -c 'import torch; print(torch.__version__)' 2>/dev/null); then
  echo "build.sh: '$python' has no PyTorch; install one (https://pytorch.org/get-started/locally) or set" \
    "FASTKMEANS_TORCH_PYTHON to a Python that has it" >&2
  exit 1
fi
torch=$("$python" -c 'import os, torch; print(os.path.dirname(os.path.abspath(torch.__file__)))')
cxx11=$("$python" -c 'import torch; print(int(torch._C._GLIBCXX_USE_CXX11_ABI))')
# Products of 16-bit numbers with sums in single precision, and streams whose handle a kernel can be given.
if ! grep -q 'mm_dtype' "$torch/include/ATen/ops/mm.h" 2>/dev/null ||
  ! grep -q 'native_handle' "$torch/include/c10/core/Stream.h" 2>/dev/null; then
  echo "build.sh: PyTorch $version is too old: at::mm(..., out_dtype) or c10::Stream::native_handle is missing;" \
    "upgrade it: $python -m pip install --upgrade torch" >&2
  exit 1
fi

# Where this folder travels alone, as in a Python package, the header lies beside this file.
include=../../Sources/CFastKMeansAccelerator/include
if [ -e fka_plugin.h ]; then include=.; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The compiler at run time needs the kernels' text.
text() { # NAME FILE
  echo "inline const char *const $1 = R\"FKCUDA("
  cat "$2"
  echo ')FKCUDA";'
}
{
  echo '#pragma once'
  echo 'namespace fk {'
  text kKernelSource kernels.cu
  text kDenseSource dense.cu
  echo '}'
} >"$work/kernels_source.hpp"

mkdir -p "$(dirname "$output")"
"${CXX:-c++}" -std=c++20 -O3 -fPIC -shared -fvisibility=hidden -ffp-contract=off -Wall -Wextra -Wno-unused-parameter \
  -D_GLIBCXX_USE_CXX11_ABI="$cxx11" -DFK_TORCH_BUILD="\"$version\"" \
  -I. -I"$work" -I"$include" \
  -isystem "$torch/include" -isystem "$torch/include/torch/csrc/api/include" \
  ${CXXFLAGS:-} plugin.cpp -o "$work/plugin.so" -L"$torch/lib" -ltorch_cpu -lc10 -ldl -pthread -Wl,-rpath,"$torch/lib"
# In one step, so that a process that has the old one mapped keeps it.
mv -f "$work/plugin.so" "$output"
echo "built $output for PyTorch $version"
