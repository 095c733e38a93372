#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The part "mutants" of the proof: plants faults in the core, one at a time,
# and sees that the tests find each of them. Run it from the top of the source
# tree:
#
#	sh tests/proof/mutants.sh [short]
#
# short plants a sample. tests/mutants/mutants.py tells how it works.
#
# packages: check python3

set -eu

dir=${PROOF_DIR:-$PWD/build/proof}/mutants
rm -rf "$dir"
mkdir -p "$dir"
export MUTANTS_DIR="$dir" PYTHONDONTWRITEBYTECODE=1
exec python3 tests/mutants/mutants.py run ${1:+"$1"}
