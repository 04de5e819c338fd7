#!/bin/sh
# Runs every libFuzzer program below BUILD for SECONDS each, from the inputs below tests/cases/fuzz on; the status is 1
# if one of them found something.
set -eu
build="$1"
seconds="$2"
exec "$(dirname "$0")/fuzz-until-still.py" --still "$seconds" --limit "$seconds" --corpus "$build/corpus" \
  $(find "$build" -name '*_fuzz' -type f -perm -u+x | sort)
