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
CC=$CC SANITIZER= BUILD_DIR=$work/build ./bootstrap build >"$work/build.log" \
	2>&1 || { tail -n 20 "$work/build.log"; exit 1; }
for program in check_frozen check_orders; do
	make -C "$work/build" "tests/explore/$program" >>"$work/build.log" \
		2>&1 || { tail -n 20 "$work/build.log"; exit 1; }
	status=0
	IVRQ_STRESS=$factor
	export IVRQ_STRESS
	[ "$factor" ] || unset IVRQ_STRESS
	"$work/build/tests/explore/$program" >"$work/$program.log" || status=$?
	if [ "$status" != 0 ]; then
		tail -n 200 "$work/$program.log"
		echo "orders: $program failed: $status"
		exit 1
	fi
done
awk '{ n += $(NF - 5) } END {
	print "a newcomer came in " n " states of frozen threads"
}' "$work/check_frozen.log"
tail -n 1 "$work/check_orders.log"
