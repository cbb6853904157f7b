#!/bin/bash
# Has a real Prometheus server scrape a running job: every figure that the TaskManager exposes must be
# there, of every subtask; then the queries of src/docs/operations.md.
#
# usage: src/bench/prometheus/run.sh      (from the project's folder, after mvn package)
#
# Takes `prometheus` and `promtool` from the PATH, else from Debian's package, which it unpacks in WORK
# (default target/prometheus). Starts a cluster of its own, with a broker, and ends it.
set -euo pipefail
project=$(cd "$(dirname "$0")/../../.." && pwd)
work=${WORK:-$project/target/prometheus}
port=${PORT:-9099}
caudal="$project/bin/caudal"
export CAUDAL_HOME=$work # so that commands find its JobManager
ours=flink_taskmanager_job_task_operator_caudal_

rm -rf "$work"
mkdir -p "$work/package"
if ! command -v prometheus > /dev/null || ! command -v promtool > /dev/null; then
  (cd "$work/package" && apt-get download prometheus > /dev/null && dpkg -x prometheus_*.deb .)
  export PATH=$work/package/usr/bin:$PATH
fi
prometheus --version 2>&1 | head -1

server=
end() {
  [ -z "$server" ] || kill "$server" 2> /dev/null || true
  "$caudal" cluster stop --now --delete > /dev/null 2>&1 || true
}
trap end EXIT

"$caudal" cluster start --taskmanagers 1 --broker > /dev/null
"$caudal" cluster submit -D metrics.interval=1s > /dev/null

# The processes of a machine take one port each from 9249 on.
targets=()
for candidate in $(seq 9249 9258); do
  if curl -sf "127.0.0.1:$candidate/metrics" > /dev/null; then
    targets+=("127.0.0.1:$candidate")
  fi
done
cat > "$work/prometheus.yml" << YAML
global: {scrape_interval: 1s}
scrape_configs:
  - job_name: caudal
    static_configs: [{targets: [$(printf "'%s'," "${targets[@]}")]}]
YAML
promtool check config "$work/prometheus.yml" > /dev/null
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
  --web.listen-address="127.0.0.1:$port" > "$work/prometheus.log" 2>&1 &
server=$!

"$caudal" bench stream --bootstrap 127.0.0.1:9092 --rate 0 --users 8 --sessions 24 --rounds 2 \
  --out "$work/bench" > "$work/bench.log" 2>&1
sleep 5 # a report and a scrape

query() { promtool query instant "http://127.0.0.1:$port" "$1"; }
for target in "${targets[@]}"; do curl -sf "$target/metrics"; done \
  | sed -n "s/^\($ours[a-z0-9_]*\){.*/\1/p" | sort | uniq -c | awk '{ print $2, $1 }' > "$work/exposed"
query "count by (__name__) ({__name__=~\"$ours.*\"})" \
  | sed -n 's/^\([a-z_0-9]*\)[^=]* => \([0-9]*\) .*/\1 \2/p' | sort > "$work/scraped"
echo "names exposed: $(wc -l < "$work/exposed"), in Prometheus: $(wc -l < "$work/scraped")"
diff "$work/exposed" "$work/scraped" > "$work/diff" || { head -20 "$work/diff"; exit 1; }
[ -s "$work/scraped" ]

for each in \
  "sum(${ours}results_ok)" \
  "sum(rate(${ours}completion_tokens[30s]))" \
  "max by (tm_id) (${ours}engine_loops)" \
  "flink_jobmanager_job_lastCheckpointDuration" \
  "count by (__name__) (flink_taskmanager_job_task_operator_KafkaProducer_record_retry_total)"; do
  answer=$(query "$each")
  [ -n "$answer" ]
  printf '%s\n  %s\n' "$each" "$answer"
done
