#!/bin/bash
# Caudal's engine on a GPU, with the PyTorch of python3 instead of DJL's.
#
# usage: src/bench/gpu/engine_on_gpu.sh [MODEL-FOLDER …]      (from the project's folder, after mvn package)
#
# First the bundled model's golden replies in fp32, fp16 and bf16 (in bf16 a few are other words: the nearest
# two tokens are .006 apart), then `bench engine` of each model in bf16. Needs g++, a CUDA toolkit and a
# python3 with PyTorch; where DJL's CUDA natives are on the class path, this is not needed at all.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../../.." && pwd)
made=${WORK:-$project/target/gpu}
cuda=${CUDA_HOME:-/usr/local/cuda}
torch=$(python3 -c 'import os, torch; print(os.path.dirname(torch.__file__))')
java=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
cache=$made/djl/pytorch/2.7.1-cu128-linux-x86_64
mkdir -p "$made/torch" "$cache"

for lib in libc10 libc10_cuda libtorch_cpu libtorch_cuda libtorch; do
  ln -sf "$torch/lib/$lib.so" "$made/torch/"
done
for runtime in "$torch"/../nvidia/*/lib/libcudart.so.* "$cuda"/lib64/libcudart.so; do
  if [ -f "$runtime" ]; then
    ln -sf "$runtime" "$made/torch/libcudart.so" # by which DJL counts GPUs
    break
  fi
done
# The name under which DJL keeps what it has unpacked.
g++ -O1 -std=c++20 -fPIC -shared -DWITH_CUDA "$here/djl_torch.cc" -o "$cache/0.36.0-libdjl_torch.so" \
  -I"$java/include" -I"$java/include/linux" -I"$torch/include" \
  -I"$torch/include/torch/csrc/api/include" -I"$cuda/include" -L"$torch/lib" -Wl,--no-as-needed -ltorch \
  -ltorch_cpu -lc10 -ltorch_cuda -lc10_cuda -Wl,-rpath,"$torch/lib"

export PYTORCH_LIBRARY_PATH=$made/torch PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cu128 DJL_CACHE_DIR=$made/djl
export JAVA_TOOL_OPTIONS=-Djna.library.path=$made/torch
golden() {
  echo "== golden replies, $1"
  "$project/bin/caudal" generate --device cuda:0 --dtype "$1" \
    --cases "$project/src/main/resources/models/demo/golden.json" | tail -n 1
}
golden fp32
golden fp16
golden bf16 || true
for model in "$@"; do
  echo "== $model"
  "$project/bin/caudal" bench engine --model "$model" --device cuda:0 --dtype bf16 \
    --sessions 1,8,32,128 --rounds 2 -D engine.max-batch=128 -D engine.token-budget=8192 \
    -D kv.device.tokens=400000
done
