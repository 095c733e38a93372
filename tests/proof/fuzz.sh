#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Fuzzing, by libFuzzer under AddressSanitizer and UndefinedBehaviorSanitizer:
# API call sequences against the reference model, the structures that a caller
# fills, sound files given to libivrq-media, JSON, paths and tokens given to
# libivrq-graph. Each target starts from the corpus in tests/fuzz/corpus and
# runs for FUZZ_S seconds (30, short 4), two at a time. A crash, a difference, a
# leak or an input that takes longer than 20 s fails; the input is kept and
# named.
#
# packages: clang libclang-rt-14-dev
#
#	sh tests/proof/fuzz.sh [short]
#
# To keep what it found new, after a change of a target:
#
#	cd build/proof/fuzz
#	build/tests/fuzz/fuzz_api -set_cover_merge=1 -use_counters=0 \
#		<empty directory> fuzz_api/new ../../../tests/fuzz/corpus/fuzz_api

set -u
cd "$(dirname "$0")/../.." || exit 99
dir=${PROOF_DIR:-$PWD/build/proof}/fuzz
targets="fuzz_api fuzz_bearer fuzz_config fuzz_json fuzz_route fuzz_wav"
seconds=30
[ "${1:-}" != short ] || seconds=4
seconds=${FUZZ_S:-$seconds}

mkdir -p "$dir" || exit 99
# Only the main() differs from the program of "make check".
if ! { CC="clang -fsanitize=fuzzer-no-link" SANITIZER=address,undefined \
	BUILD_DIR=$dir/build CONFIGURE_ARGS="--enable-graph --enable-media" \
	./bootstrap build &&
	make -C "$dir/build" fuzz FUZZ_MAIN= LDFLAGS=-fsanitize=fuzzer; } \
	>"$dir/build.log" 2>&1; then
	tail -n 20 "$dir/build.log" >&2
	exit 1
fi

UBSAN_OPTIONS=print_stacktrace=1
export UBSAN_OPTIONS

fuzz() # fuzz <target>
{
	work=$dir/$1
	rm -rf "$work/new"
	mkdir -p "$work/new" "$work/found"
	"$dir/build/tests/fuzz/$1" -max_total_time="$seconds" -max_len=2048 \
		-timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$work/found/" "$work/new" \
		"tests/fuzz/corpus/$1" >"$work.log" 2>&1
	echo $? >"$work/status"
}

# Each has one thread. Of two lists, one after the other in each.
# shellcheck disable=SC2086 # a list of words
fuzz_some() { for target in $1; do fuzz "$target"; done; }
here='' there=''
for target in $targets; do
	next=$here
	here="$there $target" there=$next
done
fuzz_some "$here" &
fuzz_some "$there"
wait

ntargets=0 runs=0 corpus=0 crashes=0
for target in $targets; do
	work=$dir/$target
	log=$work.log
	status=$(cat "$work/status")
	saved=$(find "tests/fuzz/corpus/$target" -type f | wc -l)
	n=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
	covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
	echo "fuzz: $target ${n:-0} runs, $saved saved inputs, $(find \
		"$work/new" -type f | wc -l) new ones, ${covered:-0} edges"
	if [ "$status" -ne 0 ] || [ "${n:-0}" -eq 0 ] || [ "$saved" -eq 0 ]; then
		crashes=$((crashes + 1))
		tail -n 60 "$log"
		echo "fuzz: $target failed with status $status; input:" \
			"$(sed -n 's/.*Test unit written to //p' "$log")"
	fi
	ntargets=$((ntargets + 1))
	runs=$((runs + ${n:-0}))
	corpus=$((corpus + saved))
done

echo "fuzz: targets=$ntargets runs=$runs corpus=$corpus crashes=$crashes"
[ $crashes -eq 0 ]
