#!/usr/bin/env bash
# Trains a recipe with several seeds and prints test accuracy and seconds of each, and their means:
#
#   bench/recipes.sh mnist-fast 10 --data path/to/mnist
#
# Arguments after the number of seeds are handed to descent train.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
recipe=$1 seeds=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$root" && go build -o "$folder/descent" ./cmd/descent)
for seed in $(seq 1 "$seeds"); do
	"$folder/descent" train --recipe "$recipe" --seed "$seed" --ui none --json --out "$folder/$seed" "$@" >"$folder/json" 2>/dev/null
	accuracy=$(sed -n '/"test": {/,/}/s/.*"accuracy": \([0-9.]*\).*/\1/p' "$folder/json")
	seconds=$(sed -n 's/.*"seconds": \([0-9.]*\).*/\1/p' "$folder/json")
	echo "$seed $accuracy $seconds"
done | awk '
	{ printf "seed %d: %.2f %% in %.1f s\n", $1, 100 * $2, $3; fflush(); a += 100 * $2; aa += 1e4 * $2 * $2; s += $3; n++ }
	END { printf "mean of %d: %.2f %% (standard deviation %.2f), %.1f s\n", n, a / n, (n > 1 ? sqrt((aa - a * a / n) / (n - 1)) : 0), s / n }'
