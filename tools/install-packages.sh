#!/bin/sh
# Installs the Debian packages of the named groups of tools/packages.txt (build, test, node, train) that are missing.
# Uses sudo only if it is not root, and does nothing, not even reach for the network, if everything is there.
set -eu
list="$(dirname "$0")/packages.txt"
wanted=""
for group in "$@"; do
  # nodejs and npm come from Debian unless the machine brings its own of at least version 18.
  if [ "$group" = node ] && command -v npm >/dev/null 2>&1 &&
     [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge 18 ]; then
    continue
  fi
  wanted="$wanted $(awk -v group="[$group]" '/^#/ || NF == 0 {next} /^\[/ {on = ($1 == group); next} on {print $1}' "$list")"
done
missing=""
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then sudo=""; else sudo="sudo"; fi
command -v apt-get >/dev/null || {
  echo "sluice: needs these Debian 12 packages, but there is no apt-get here:$missing" >&2
  exit 1
}
echo "sluice: installing$missing"
$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086  # a list of package names
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
