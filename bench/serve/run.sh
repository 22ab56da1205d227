#!/usr/bin/env bash
# From the root of a checkout, measures a served row of Adult's model in turn with others: bench/serve/run.sh RUN [MODEL.onnx ROW.json]
# SECONDS_EACH and TIMES say how long and how often.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
run=$1 onnx=${2:-} x=${3:-}
work=$(mktemp -d)
pids=()
go build -o "$work/descent" ./cmd/descent
go build -o "$work/bench-serve" ./bench/serve
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
if [ -z "$onnx" ]; then
	onnx=$work/mlp.onnx x=$work/x.json
	python3 "$here/mlp.py" "$onnx" 115 480 480 480 2
	printf '{"x":[%s0.5]}' "$(for _ in $(seq 114); do printf '0.5,'; done)" >"$x"
fi
"$work/descent" serve adult="$run" --addr 18080 --log none >/dev/null & pids+=($!)
until curl -sf http://127.0.0.1:18080/v2/health/ready >/dev/null; do sleep 0.2; done
answer=$(curl -s -d "@$here/row.json" http://127.0.0.1:18080/predict | wc -c)
model=$run
[ ! -d "$run" ] || model=$run/best.safetensors
"$work/bench-serve" constant 127.0.0.1:18081 "$answer" & pids+=($!)
"$work/bench-serve" predicted 127.0.0.1:18083 "$answer" "$model" "$here/row.json" & pids+=($!)
node "$here/node.mjs" "$onnx" 18082 >/dev/null & pids+=($!)
until curl -sf -d "@$x" http://127.0.0.1:18082/ >/dev/null; do sleep 0.2; done

ask() { # name, connections, url, row
	printf '%-22s' "$1, -c$2"
	ROW=$4 wrk -t1 -c"$2" -d"${SECONDS_EACH:-5}s" -s "$here/post.lua" "$3" | tail -n 1
}
for _ in $(seq "${TIMES:-5}"); do
	"$work/bench-serve" model "$model" "$here/row.json"
	ask constant 1 http://127.0.0.1:18081/ "$here/row.json"
	ask predicted 1 http://127.0.0.1:18083/ "$here/row.json"
	ask descent 1 http://127.0.0.1:18080/predict "$here/row.json"
	ask node 1 http://127.0.0.1:18082/ "$x"
	ask constant 32 http://127.0.0.1:18081/ "$here/row.json"
	ask predicted 32 http://127.0.0.1:18083/ "$here/row.json"
	ask descent 32 http://127.0.0.1:18080/predict "$here/row.json"
	ask node 32 http://127.0.0.1:18082/ "$x"
	echo
done
curl -s http://127.0.0.1:18080/metrics | grep batch_rows_bucket
