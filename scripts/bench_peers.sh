#!/usr/bin/env bash
# Measures our codecs beside independent ones, which come from the bench folder (ART7_BENCH, default
# ../shared/bench), in an environment of its own: .venv-bench, .cache/peers. A peer that cannot be had is named.
set -eu
cd "$(dirname "$0")/.."
bench=${ART7_BENCH:-$PWD/../shared/bench}
if [ ! -f "$bench/bench_binary.py" ]; then
  echo "no scripts in $bench: set ART7_BENCH"
  exit 0
fi
"${PYTHON:-python3}" -B -m benchmarks.peers_setup || exit 0
.venv-bench/bin/python -B -m benchmarks.peers "$@"
exec .venv-bench/bin/python -B -m benchmarks.sessions "$@"
