#!/bin/bash
# Caudal's engine and llama.cpp's, turn by turn on this machine, same random model, bf16.
#
# usage: src/bench/llama-cpp/compare.sh [ROUNDS]      (from the project's folder, after mvn package)
#
# llama.cpp is built for this processor from the sources that the npm package node-llama-cpp brings;
# its own llama-batched-bench drives it, without a server around it. Needs node, npm, git, cmake, g++.
# Everything lies in WORK (default target/llama-cpp).
set -euo pipefail
rounds=${1:-3}
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../../.." && pwd)
work=${WORK:-$project/target/llama-cpp}
cores=$(nproc)
mkdir -p "$work"

if [ ! -x "$work/llama.cpp/build/bin/llama-batched-bench" ]; then
  cp "$here/package.json" "$work/"
  (cd "$work" && npm install --ignore-scripts --no-audit --no-fund)
  [ -d "$work/llama.cpp" ] || git clone -q \
    "$work/node_modules/node-llama-cpp/llama/gitRelease.bundle" "$work/llama.cpp"
  cmake -S "$work/llama.cpp" -B "$work/llama.cpp/build" -DCMAKE_BUILD_TYPE=Release \
    -DGGML_NATIVE=ON -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF
  cmake --build "$work/llama.cpp/build" --target llama-batched-bench -j "$cores"
fi
[ -d "$work/m135" ] || "$project/bin/caudal" make-model --shape 135m --out "$work/m135"
[ -f "$work/m135.gguf" ] || node "$here/gguf.mjs" "$work/m135" "$work/m135.gguf"

for round in $(seq "$rounds"); do
  echo "== round $round, load $(cut -d' ' -f1-3 /proc/loadavg)"
  "$work/llama.cpp/build/bin/llama-batched-bench" -m "$work/m135.gguf" -t "$cores" \
    -c 16384 -b 2048 -ub 512 -npp 128 -ntg 128 -npl 1,8,16 2>/dev/null | grep '|'
  "$work/llama.cpp/build/bin/llama-batched-bench" -m "$work/m135.gguf" -t "$cores" \
    -c 16384 -b 2048 -ub 512 -npp 512 -ntg 4 -npl 1,2,8 2>/dev/null | grep '|' | tail -3
  "$project/bin/caudal" bench engine --model "$work/m135" --dtype bf16 --rounds 1 \
    --sessions 1,8,16 --prompt-tokens 128 --new-tokens 128
  "$project/bin/caudal" bench engine --model "$work/m135" --dtype bf16 --rounds 1 \
    --sessions 1,2,8 --prompt-tokens 512 --new-tokens 4
done
