#!/bin/sh
# SPDX-License-Identifier: MIT
# packages:
#
# The real core in every order that the atomic accesses of a few threads can
# take (tests/explore): calls as a whole, then its modules one by one. Each
# execution's history is held against a plain sequential queue, and the promises
# are asserted. `complete` counts the programs of which no order was left out;
# the others were seen with all that have at most `interruptions` of a function
# (the least of them; what each was seen with is in the log).
#
#	sh tests/proof/explore.sh [short]
#
# Last line: explore: scenarios=N programs=N complete=N interruptions=N
# executions=N states=N linearizable=N faults=N

dir=${PROOF_DIR:-$PWD/build/proof}/explore
build=${dir%/*}/core
mkdir -p "$dir" || exit 99

# The explorer reads the stacks of its threads: not with every compiler.
sh tests/proof/core.sh "$build" "$dir/build.log" \
	tests/explore/check_interleavings tests/explore/check_modules || exit

if [ "$1" = short ]; then
	unset IVRQ_STRESS
	calls= modules=
else
	calls=IVRQ_STRESS=5 modules=IVRQ_STRESS=8
fi

env $calls "$build/tests/explore/check_interleavings" >"$dir/calls.log" &
env $modules "$build/tests/explore/check_modules" >"$dir/modules.log"
modules_failed=$?
wait $!
calls_failed=$?
for part in calls modules; do
	log=$dir/$part.log
	eval "failed=\$${part}_failed"
	# shellcheck disable=SC2154 # by eval
	if [ "$failed" = 0 ]; then
		tail -n 1 "$log"
	else
		cat "$log"
	fi
done
if [ $calls_failed != 0 ] || [ $modules_failed != 0 ]; then
	echo "explore: faults=$(($(grep -c FAULT "$dir/calls.log") +
		$(grep -c FAULT "$dir/modules.log"))) status=$calls_failed,$modules_failed"
	exit 1
fi

tail -qn 1 "$dir/calls.log" "$dir/modules.log" | awk '
{
	for (i = 1; i <= NF; i++) {
		split($i, pair, "=")
		if (pair[1] == "interruptions")
			least = NR == 1 || pair[2] < least ? pair[2] : least
		else
			sum[pair[1]] += pair[2]
	}
}
END {
	printf "explore: scenarios=%d programs=%d complete=%d " \
		"interruptions=%d executions=%d states=%d linearizable=%d " \
		"faults=0\n", sum["scenarios"], sum["programs"],
		sum["complete"], least, sum["executions"], sum["states"],
		sum["executions"]
}'
