#!/bin/sh
# Installs the pinned SDKs where they are missing and runs the client tests with the Node they want.
#   run.sh [sluice|fake] [TEST...]    through Sluice, or straight to the fake upstream (running.mjs tells why)
set -eu
cd "$(dirname "$0")"
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-fund --no-audit --loglevel=error || {
    echo "clients: npm could not install the SDKs of tests/clients/package.json; these tests need the npm registry" >&2
    exit 1
  }
  touch node_modules/.package-lock.json
fi
node=node
[ -x node_modules/.bin/node ] && node=node_modules/.bin/node
export CLIENTS_AGAINST="${1:-sluice}"
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- ./*_test.mjs
exec "$node" --test --test-concurrency=1 "$@"
