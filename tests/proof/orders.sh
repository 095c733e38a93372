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

work=${PROOF_DIR:-$PWD/build/proof}/orders
CC=${CC:-gcc}
case ${1:-} in
short) factor= ;;
*) factor=10 ;;
esac

mkdir -p "$work"
CC=$CC SANITIZER= BUILD_DIR=$work/build \
	CONFIGURE_ARGS="--disable-graph --disable-media" ./bootstrap build \
	>"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log"; exit 1; }
IVRQ_STRESS=$factor
export IVRQ_STRESS
[ "$factor" ] || unset IVRQ_STRESS

make -C "$work/build" tests/explore/check_frozen tests/explore/check_orders \
	>>"$work/build.log" 2>&1 || { tail -n 20 "$work/build.log"; exit 1; }

run() # run <program>: each has one thread, so both run at once
{
	"$work/build/tests/explore/$1" >"$work/$1.log" && return
	status=$?
	tail -n 200 "$work/$1.log"
	echo "orders: $1 failed: $status"
	return 1
}

failed=0
run check_frozen &
run check_orders || failed=1
wait $! || failed=1
[ $failed = 0 ] || exit 1
awk '{ n += $(NF - 5) } END {
	print "a newcomer came in " n " states of frozen threads"
}' "$work/check_frozen.log"
tail -n 1 "$work/check_orders.log"
