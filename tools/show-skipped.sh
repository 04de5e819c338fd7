#!/bin/sh
# Says which checks did not run: ctest hides what a passing test prints. show-skipped.sh BUILD_FOLDER
log="$1/Testing/Temporary/LastTest.log"
skipped=$(grep -h 'SKIPPED' "$log" 2>/dev/null | sed 's/^.*SKIPPED: //' | sort | uniq -c)
[ -z "$skipped" ] || printf 'These checks were SKIPPED, because what they need is not here:\n%s\n' "$skipped"
