#!/bin/sh
# Runs what the profile shall know (the benchmarks of gateway and judge, and the judge over all labelled texts) with the
# counting programs of a build folder, and writes tools/profile/sluice.profdata. What never ran is left out of it, so
# that it is compiled as usual; what ran seldom beside the rest counts as rare, hence the turns.
#
#   tools/profile/collect.sh build/profile
set -eu
build=$1
here=$(dirname "$0")
texts=$(find "$here/../../tests/cases/sense" -name '*.jsonl')

rm -rf "$build/counts"
"$build/bin/bench_gateway" "$build/bin/sluice" --rounds 3 --requests 400 \
  --only latency,rate,saturated,large,translation > /dev/null
"$build/bench/sense/bench_sense" --benchmark_filter='^(prose|mixed|accented|languages|code|json|encoded|digits|next_turn)' \
  --benchmark_min_time=0.2 > /dev/null
for turn in 1 2 3 4 5 6 7 8 9 10; do
  for file in $texts; do
    "$build/bin/sluice" classify --jsonl "$file" > /dev/null
  done
done
llvm-profdata-19 merge -sparse -o "$here/sluice.profdata" "$build"/counts/*.profraw
