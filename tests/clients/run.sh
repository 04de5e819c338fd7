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
tap=$(mktemp)
trap 'rm -f "$tap"' EXIT
status=0
"$node" --test --test-concurrency=1 --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=tap --test-reporter-destination="$tap" "$@" || status=$?

# Node counts what it skips, or an empty run, as success. tools/show-skipped.sh looks for the word below; through
# Sluice nothing may be skipped but what no deployment of the tests has.
sed -n 's/^ *ok [0-9]* - \(.*\) # SKIP \(.*\)$/SKIPPED: clients, '"$CLIENTS_AGAINST"', \1: \2/p' "$tap"
if ! grep -q '^# tests [1-9]' "$tap"; then
  echo "clients: no test ran" >&2
  status=1
fi
if [ "$CLIENTS_AGAINST" = sluice ] && grep ' # SKIP ' "$tap" | grep -v 'no deployment here has embeddings' >&2; then
  echo "clients: these may not be skipped here" >&2
  status=1
fi
exit $status
