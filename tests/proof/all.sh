#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The whole proof, part by part. doc/proof.md tells what each part shows.
#
#	sh tests/proof/all.sh [short]
#
# Run from the top of the source tree, with all packages there (./bootstrap
# proof sees to that). Prints one line for each part, then the total, then what
# became of the planted faults. What a part printed is kept in
# build/proof/<part>.log, and shown if it failed. Exit status 1 if any did.

PROOF_DIR=${PROOF_DIR:-$PWD/build/proof}
export PROOF_DIR
mkdir -p "$PROOF_DIR" || exit 99
passed=0 failed=0 begun=$(date +%s)

for part in model explore orders history sanitizers cross fuzz stress \
	coverage abi mutants; do
	log=$PROOF_DIR/$part.log start=$(date +%s)
	if sh "tests/proof/$part.sh" "$@" >"$log" 2>&1; then
		passed=$((passed + 1))
		line=$(tail -n 1 "$log")
	else
		failed=$((failed + 1))
		cat "$log"
		line="$part: FAILED"
	fi
	[ "$part" = mutants ] || echo "$line seconds=$(($(date +%s) - start))"
done
echo "proof: passed=$passed failed=$failed seconds=$(($(date +%s) - begun))"
echo "$line"
[ $failed = 0 ]
