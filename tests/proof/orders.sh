#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The memory orders of the core: check_orders in its long form, and
# check_frozen. Run from the top of the source tree:
#
#	sh tests/proof/orders.sh [short]
#
# packages: binutils

set -eu

proof=${PROOF_DIR:-$PWD/build/proof}
work=$proof/orders build=$proof/core
case ${1:-} in
short) factor= ;;
*) factor=10 ;;
esac

mkdir -p "$work"
sh tests/proof/core.sh "$build" "$work/build.log" \
	tests/explore/check_frozen tests/explore/check_orders
IVRQ_STRESS=$factor
export IVRQ_STRESS
[ "$factor" ] || unset IVRQ_STRESS

run() # run <name of the log> <program>: each has one thread
{
	"$build/tests/explore/$2" >"$work/$1.log" && return
	status=$?
	tail -n 200 "$work/$1.log"
	echo "orders: $1 failed: $status"
	return 1
}

# All at once: the longest ends last.
failed=0 jobs=
for share in 1/2 2/2; do
	(
		MODEL_SHARE=$share
		export MODEL_SHARE
		run "check_orders.${share%/*}" check_orders
	) &
	jobs="$jobs $!"
done
run check_frozen check_frozen || failed=1
for job in $jobs; do
	wait "$job" || failed=1
done
[ $failed = 0 ] || exit 1
awk '{ n += $(NF - 5) } END {
	print "a newcomer came in " n " states of frozen threads"
}' "$work/check_frozen.log"
tail -qn 1 "$work"/check_orders.[12].log | awk '
{
	for (i = 2; i <= NF; i++) {
		n = split($i, pair, /<?=/)
		if (pair[1] ~ /^(scenarios|executions|races|faults)$/)
			sum[pair[1]] += pair[n]
		else if (pair[n] > sum[pair[1]])
			sum[pair[1]] = pair[n]
	}
}
END {
	printf "orders: scenarios=%d executions=%d stale-reads<=%d " \
		"preemptions<=%d races=%d faults=%d\n", sum["scenarios"],
		sum["executions"], sum["stale-reads"], sum["preemptions"],
		sum["races"], sum["faults"]
}'
