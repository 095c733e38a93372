#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each benchmark runs for a moment (--smoke): it starts, its own conservation
# checks hold, and it prints one "bench=..." line or more. No time is judged.

status=0
for bench in $BENCHES; do
	out=$("./$bench" --smoke) || { echo "$bench --smoke failed"; status=1; }
	echo "$out"
	case $out in
	bench=*) ;;
	*) echo "$bench printed no line that begins with bench="; status=1 ;;
	esac
done
exit $status
