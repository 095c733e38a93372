#!/bin/sh
# SPDX-License-Identifier: MIT
#
# "make stress" in an optimised build: all operations of the engine by thirteen
# threads for STRESS_S seconds (60, short 8), ended by the audit. Fails on any
# discrepancy.
#
# packages:
#
#	sh tests/proof/stress.sh [short]

set -u
cd "$(dirname "$0")/../.." || exit 99
dir=${PROOF_DIR:-$PWD/build/proof}/stress
build=${dir%/*}/core
seconds=60
[ "${1:-}" != short ] || seconds=8
seconds=${STRESS_S:-$seconds}

mkdir -p "$dir" || exit 99
sh tests/proof/core.sh "$build" "$dir/build.log" tests/stress_long || exit
make -s -C "$build" stress STRESS_S="$seconds" >"$dir/log" 2>&1
status=$?
# The last line is the program's own summary.
grep -v '^make' "$dir/log"
[ $status -eq 0 ]
