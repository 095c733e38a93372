#!/bin/sh
# SPDX-License-Identifier: MIT
# packages: check
#
# Histories of real threads are linearizable: tests/stress_history, for a
# minute, with a new seed. IVRQ_SEED repeats the programs of a run.
#
#	sh tests/proof/history.sh [short]
#
# Last line: history: windows=N operations=N seed=N violations=N

dir=${PROOF_DIR:-$PWD/build/proof}/history
build=${dir%/*}/core
mkdir -p "$dir" || exit 99

sh tests/proof/core.sh "$build" "$dir/build.log" tests/stress_history || exit

[ "$1" = short ] && seconds=8 || seconds=60
IVRQ_SECONDS=$seconds "$build/tests/stress_history" >"$dir/log"
failed=$?
[ $failed = 0 ] || cat "$dir/log"
echo "history: $(tail -n 1 "$dir/log")"
exit $failed
