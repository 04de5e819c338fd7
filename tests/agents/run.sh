#!/bin/sh
# Installs the pinned agent programs where they are missing (about 1 GB) and runs their tests where there is no network but
# loopback. `run.sh fake`: without Sluice, straight to the fake.
set -eu
cd "$(dirname "$0")"
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
  touch node_modules/.package-lock.json
fi
export CLIENTS_AGAINST="${1:-sluice}" SLUICE="${SLUICE:-$(pwd)/../../build/release/bin/sluice}"
rights=""
[ "$(id -u)" = 0 ] || rights="--map-root-user"
exec unshare --net $rights sh -c 'ip link set lo up && exec /usr/bin/python3 -B agents_test.py -v'
