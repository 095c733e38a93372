#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Counts instructions with callgrind: the same number each time, however busy
# the machine is. Compares with the figures stored in bench/instructions.
#
#	sh instr.sh <bench_instr> <instructions> [store]
#
# A figure belongs to a compiler, its flags and a C library; those of another
# are not compared. "store" writes them anew. Exit status 1 if any has become
# more than 3 % larger.

program=$1 stored=$2
times=200
command -v valgrind >/dev/null || { echo "instr: valgrind is not installed"; exit 77; }
key=$("${CC%% *}" -dumpfullversion -dumpversion 2>/dev/null | head -n 1)
key="$("${CC%% *}" -dumpmachine)-$(basename "${CC%% *}")-$key"

count() # count <what> <pieces in one time>
{
	total=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
		--toggle-collect="measured_$1" "$program" "$1" $times 2>&1 |
		sed -n 's/.*Collected : \([0-9]*\).*/\1/p')
	[ "$total" ] || { echo "instr: callgrind failed" >&2; exit 1; }
	echo "$total $times $2" | awk '{ printf "%.0f\n", $1 / $2 / $3 }'
}

status=0 new=
for what in life cancel deliver; do
	pieces=1
	[ $what != life ] || pieces=64
	value=$(count $what $pieces) || exit 1
	echo "work=${what}_instructions side=ivrq at=0 value=$value unit=instructions spread=0.00 repeats=1 pieces=$((times * pieces))"
	new="$new$key $what $value
"
	old=$(awk -v k="$key" -v w=$what '$1 == k && $2 == w { print $3 }' "$stored")
	if [ -z "$old" ]; then
		[ "$3" ] || echo "instr: no figure of $key for $what is stored"
	elif [ $((value * 100)) -gt $((old * 103)) ]; then
		echo "instr: $what has become more than 3 % larger: $old, now $value"
		status=1
	fi
done
if [ "$3" ]; then
	grep -v "^$key " "$stored" >"$stored.new"
	printf %s "$new" >>"$stored.new"
	mv "$stored.new" "$stored"
	status=0
fi
exit $status
