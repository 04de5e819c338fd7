#!/bin/sh
# Runs every libFuzzer program below BUILD for SECONDS each; stops at the first finding.
set -eu
build="$1"
seconds="$2"
for program in $(find "$build" -name '*_fuzz' -type f -perm -u+x | sort); do
  corpus="$build/corpus/$(basename "$program")"
  mkdir -p "$corpus"
  echo "== $(basename "$program") for $seconds s"
  "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 "$corpus"
done
