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

BUILD_DIR=$build CONFIGURE_ARGS="--disable-graph --disable-media" \
	./bootstrap build >"$dir/build.log" 2>&1 &&
	make -C "$build" tests/stress_history >>"$dir/build.log" 2>&1 ||
	{ cat "$dir/build.log"; exit 99; }

[ "$1" = short ] && seconds=8 || seconds=60
IVRQ_SECONDS=$seconds "$build/tests/stress_history" >"$dir/log"
failed=$?
[ $failed = 0 ] || cat "$dir/log"
echo "history: $(tail -n 1 "$dir/log")"
exit $failed
