#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each benchmark runs for a moment (--smoke): it starts, its own conservation
# checks hold, and it prints one "bench=..." line or more. No time is judged.
# LAUNCH is what starts a program of another machine, if it is not this one's.

status=0
for bench in $BENCHES; do
	# shellcheck disable=SC2086 # a list of words, or nothing
	out=$(${LAUNCH:-} "./$bench" --smoke) || { echo "$bench --smoke failed"; status=1; }
	echo "$out"
	case $out in
	*work=*) ;;
	*) echo "$bench printed no line that has work="; status=1 ;;
	esac
done
exit $status
