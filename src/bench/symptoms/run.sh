#!/bin/bash
# From symptom to cure on a running job: brings each symptom of src/docs/operations.md about, looks
# into it and cures it with the commands given there, and prints what they say.
#
# usage: src/bench/symptoms/run.sh [SYMPTOM…]      (from the project's folder, after mvn package)
#
# Starts a cluster of its own in WORK (default target/symptoms), with a broker, and ends it.
set -uo pipefail
project=$(cd "$(dirname "$0")/../../.." && pwd)
work=${WORK:-$project/target/symptoms}
caudal="$project/bin/caudal"
export CAUDAL_HOME=$work # so that commands find its JobManager
all=(low_hit_rate high_latency low_throughput high_cpu timeouts high_memory growing_memory full_heap no_gpu)

say() { printf '\n$ %s\n' "$*"; }
run() { say "bin/caudal $*"; "$caudal" "$@" 2>&1; }
# A load of conversations, all users at once; prints its rates alone.
load() {
  say "bin/caudal bench stream --bootstrap 127.0.0.1:9092 --rate 0 $*"
  "$caudal" bench stream --bootstrap 127.0.0.1:9092 --rate 0 --out "$work/bench" --seed "$RANDOM" \
    "$@" 2> /dev/null | grep -E 'answered, failed|output tokens|cached share|^. (TTFT .|ITL)'
}
# What report finds by one rule.
finding() {
  run report --window "$2" | awk -v rule="$1:" '
    /^\$|^last/ { print }
    $1 == rule { found = 1; print; next }
    found && /^  / { print; next }
    { found = 0 }'
}
reported() { sleep 3; } # metrics.interval is 1 s
submit() {
  "$caudal" cluster submit -D metrics.interval=1s "$@" 2>&1 | tail -1
}
cause() { printf '\n(the cause: %s)\n' "$*"; "$caudal" config set "$@" > /dev/null; }
restore() { "$caudal" config reset --all > /dev/null; "$caudal" cache clear --all > /dev/null; }

low_hit_rate() {
  cause kv.device.tokens=1024 kv.host.bytes=0 kv.waiting-bytes=0
  turns=(--users 16 --sessions 16 --rounds 6 --system-tokens 0 --history-tokens 40 --question-tokens 20 --answer-tokens 20)
  load "${turns[@]}"; reported
  finding cold-sessions 20s
  run config set kv.waiting-bytes=128mb
  sleep 20
  load "${turns[@]}"; reported
  run report --window 15s | head -3
}
high_latency() {
  cause engine.prefill-percent=0 engine.speculative-tokens=0
  mixed() {
    load --users 8 --sessions 8 --rounds 1 --system-tokens 0 --history-tokens 10 --question-tokens 10 --answer-tokens 200 &
    talk=$!
    load --users 40 --sessions 40 --rounds 1 --system-tokens 0 --history-tokens 700 --question-tokens 20 --answer-tokens 1 > /dev/null
    wait "$talk"; reported
  }
  mixed
  finding long-prompts 20s
  run stats --over 20 | grep -E '^\$|latency|ttft|itl'
  run config set engine.prefill-percent=50
  sleep 20
  mixed
  run stats --over 15 | grep -E '^\$|latency|ttft|itl'
}
low_throughput() {
  cause engine.max-batch=2 engine.step-loops=1
  many=(--users 48 --sessions 48 --rounds 1 --system-tokens 0 --history-tokens 20 --question-tokens 20 --answer-tokens 150)
  load "${many[@]}"; reported
  finding full-batch 30s
  next=$("$caudal" report --window 30s | sed -n 's/^  do  *bin\/caudal config set \(engine.max-batch=.*\)/\1/p' | head -1)
  run config set "${next:-engine.max-batch=16}"
  load "${many[@]}"
}
high_cpu() {
  # Long prompts and short answers: work for the TaskManager, little for broker and client.
  many=(--users 64 --sessions 1500 --rounds 1 --system-tokens 0 --history-tokens 700 --question-tokens 20 --answer-tokens 2)
  load "${many[@]}" &
  sleep 25
  finding busy-cpu 15s
  cpu
  run config set engine.step-loops=1
  sleep 20
  cpu
  wait %1
}
cpu() {
  figures='"(cpu|cpu_machine|loops|loops_busy)":[0-9.]+'
  say "bin/caudal report --json --window 15s | grep -oE '$figures'"
  "$caudal" report --json --window 15s | grep -oE "$figures"
}
timeouts() {
  cause request.timeout=1s engine.max-batch=1 engine.step-loops=1
  many=(--users 32 --sessions 32 --rounds 1 --system-tokens 0 --history-tokens 20 --question-tokens 20 --answer-tokens 200)
  load "${many[@]}"; reported
  run health | grep -E '^\$|degraded|unhealthy|-> requests'
  finding timeouts 20s
  run config set request.timeout=10min engine.max-batch=16 engine.step-loops=2
  load "${many[@]}"
}
high_memory() {
  cause kv.host.bytes=512mb
  load --users 64 --sessions 700 --rounds 1 --system-tokens 0 --history-tokens 200 --question-tokens 20 --answer-tokens 10; reported
  run stats | grep -E '^\$|  KV|tm-'
  run config preset apply memory_efficient
  reported
  run stats | grep -E '^\$|  KV|tm-'
}
growing_memory() {
  cause kv.host.bytes=16mb kv.device.tokens=4096
  for turn in 1 2 3; do
    load --users 32 --sessions 100 --rounds 1 --system-tokens 0 --history-tokens 200 --question-tokens 20 --answer-tokens 10 > /dev/null; reported
    run stats | grep -E '^\$|sessions  |  KV'
  done
  run report --window 5min | grep -E '^\$|largest session kv' -A 3
  run config set kv.state.ttl=1d
  run cache clear --all --tier state
  reported
  run stats | grep -E '^\$|sessions  |  KV'
}
full_heap() {
  # A model with 64 KiB of KV a token and little to compute: few sessions that wait fill a heap.
  "$caudal" make-model --shape 32,4,32,32,64,32,512 --out "$work/dense" > /dev/null
  "$caudal" cluster stop --now > /dev/null 2>&1
  start
  submit --fresh -D model.path="$work/dense" -D model.dtype=fp32 -D kv.device.tokens=1024 -D kv.host.bytes=0 \
    -D kv.prefetch-sessions=64 -D kv.waiting-bytes=160mb
  back=(--model "$work/dense" --users 48 --sessions 48 --rounds 5 --system-tokens 0 --history-tokens 180 --question-tokens 4 --answer-tokens 2)
  load "${back[@]}"; reported
  finding full-heap 40s
  heap
  run config set kv.waiting-bytes=77mb
  sleep 40
  load "${back[@]}"; reported
  heap
}
heap() {
  say "bin/caudal report --json --window 40s | grep -oE '\"(gc|heap_fill)\":[0-9.]+'"
  "$caudal" report --json --window 40s | grep -oE '"(gc|heap_fill)":[0-9.]+'
}
no_gpu() {
  "$caudal" cluster stop > /dev/null 2>&1
  start
  say "bin/caudal cluster submit -D model.device=cuda:0"
  submit -D model.device=cuda:0 & # it waits for a job that runs
  submitted=$!
  sleep 40
  run health | grep -E '^\$|^unhealthy|^degraded|^job' | cut -c1-300
  kill "$submitted"
  "$caudal" cluster stop --now > /dev/null 2>&1
  start
  run cluster submit --fresh -D model.device=cpu | tail -1
  run health | grep -E '^\$|^healthy|^degraded|^job|^device'
}
start() { "$caudal" cluster start --taskmanagers 1 --broker 2>&1 | tail -1; }

mkdir -p "$work"
trap '"$caudal" cluster stop --now --delete > /dev/null 2>&1' EXIT
start
submit
for symptom in "${@:-${all[@]}}"; do
  printf '\n== %s\n' "$symptom"
  "$symptom"
  restore
done
