#!/usr/bin/env bash
# Measures our codecs beside independent ones, by the scripts of the bench folder (ART7_BENCH, default
# ../shared/bench), in an environment of its own. A peer that cannot be installed is named and left out.
set -u
cd "$(dirname "$0")/.." || exit 2
bench=${ART7_BENCH:-$PWD/../shared/bench}
if [ ! -f "$bench/bench_binary.py" ]; then
  echo "no scripts in $bench: set ART7_BENCH"
  exit 0
fi
environment=.venv-bench
if [ ! -x $environment/bin/python ]; then
  "${PYTHON:-python3}" -m venv $environment || exit 2
  $environment/bin/pip --quiet --disable-pip-version-check install -e . || exit 2
fi
for peer in aiortc aioice dpkt construct kaitaistruct 'protobuf<7' betterproto2 pure-protobuf cbor2 matrix-nio jsonschema fastjsonschema \
  pydantic msgspec orjson mashumaro canonicaljson; do
  $environment/bin/pip --quiet --disable-pip-version-check install "$peer" >/dev/null 2>&1 || echo "not installed: $peer"
done
results=$(mktemp -d)
for script in "bench_binary.py rtp stun mls protobuf" "bench_text.py matrix"; do
  # shellcheck disable=SC2086 # a script and its groups
  (cd "$PWD" && PYTHONPATH="$PWD:$bench" BENCH_CANDIDATES=benchmarks.candidates BENCH_RESULTS="$results" BENCH_QUICK=1 \
    $environment/bin/python -B "$bench/"${script})
done
rm -rf "$results"
