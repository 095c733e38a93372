#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Checks the model of the queue (tests/model) with spin, exhaustively: each
# configuration of tests/model/README, then the seeded faults, each of which
# must be found. "short": some small configurations, and no faults.
#
# packages: spin gcc
#
# pan exits 0 whatever it finds, so its words are read: no error, nothing cut
# short; and the steps that no configuration has taken are told.

set -u
mode=${1:-full}
top=$PWD
model=$top/tests/model
work=${PROOF_DIR:-$top/build/proof}/model
cc=${CC:-gcc}
ulimit -c 0
table=26 # places in the table of states, as a power of two
[ "$mode" != short ] || table=24

[ -f "$model/ivrq.pml" ] || { echo "run it from the top of the source" >&2; exit 99; }
mkdir -p "$work" && rm -rf "${work:?}"/* && cd "$work" || exit 99

# Two at a time: $1 is the list, of lines "kind name -D...". The longest ones
# come first.
run_all()
{
	: >failed
	rm -rf claim.*
	run_list "$1" &
	first=$!
	run_list "$1"
	wait "$first"
	[ ! -s failed ]
}

# What the other one has not begun.
run_list()
{
	n=0
	while read -r kind name defs; do
		n=$((n + 1))
		mkdir "claim.$n" 2>/dev/null || continue
		check "$kind" "$name" "$defs" || echo "$name" >>failed
	done <"$1"
}

# safety: every assertion, and no process is left that cannot go on.
# large: the same, in a third of the time: the steps that it takes are not told.
# progress: no endless run at all, fair or not.
# ltl: each formula that the configuration has.
# fault, endless, breaks: one of these has to fail. "breaks": the formula that
# is the first part of the name, and the assertions are off.
check()
{
	formula=
	case $1 in
	progress | endless) flags="-DNP -DNOREDUCE -DNOCLAIM" args=-l ;;
	ltl) flags=-DNOREDUCE args=-a ;;
	breaks) flags=-DNOREDUCE formula=${2%%.*} args="-a -E -N ${2%%.*}" ;;
	large) flags="-O2 -DSAFETY -DNOCLAIM" args=-w$table ;;
	*) flags="-DSAFETY -DVAR_RANGES -DNOCLAIM" args=-w$table ;;
	esac
	case $1 in
	ltl) set -- "$1" "$2" "-DLTL -DNREF=2 $3" ;;
	breaks) set -- "$1" "$2" "-DLTL -DNREF=2 -DFORMULA $3" ;;
	esac
	build "$@" || { echo "$2: cannot be built" >&2; return 1; }
	if [ "$1" = ltl ]; then
		formulas "$2"
	else
		judge "$@"
	fi || return 1
	rm -f "$2"/pan "$2"/pan.[bchmpt]
}

build()
{
	mkdir -p "$2" || return 1
	# shellcheck disable=SC2086
	(cd "$2" && spin -a $3 "$model/ivrq.pml" >spin.out 2>&1 &&
		"$cc" -O1 -w $flags -DCOLLAPSE -DMEMLIM=6000 \
			-o pan pan.c >cc.out 2>&1)
}

# Each formula of a configuration by itself.
formulas()
{
	sed -n 's/^ltl \([a-z0-9_]*\): .*/\1/p' "$1/spin.out" >"$1/list"
	[ -s "$1/list" ] || return 1
	while read -r formula; do
		args="-a -N $formula"
		judge ltl "$1" || return 1
	done <"$1/list"
}

judge()
{
	# shellcheck disable=SC2086
	(cd "$2" && ./pan $args -m500000 >pan.out 2>&1)
	errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' "$2/pan.out")
	states=$(awk '/ states, stored/ { print $1; exit }' "$2/pan.out")
	depth=$(sed -n 's/.*depth reached \([0-9]*\).*/\1/p' "$2/pan.out")
	time=$(sed -n 's/^pan: elapsed time \([0-9.e+]*\).*/\1/p' "$2/pan.out")
	why=$(sed -n 's/^pan:1: \(.*\) (at depth.*/\1/p' "$2/pan.out")
	[ -z "$formula" ] || grep -q "^pan: ltl formula $formula\$" "$2/pan.out" ||
		{ echo "$2: no formula $formula" >&2; return 1; }
	echo "$1 $2${formula:+ $formula} errors=${errors:-?} states=${states:-?} depth=${depth:-?} seconds=${time:-?} $why" |
		tee -a results
	case $1 in
	breaks)
		case $why in
		'acceptance cycle' | 'assertion violated'*) return ;;
		esac
		echo "$2: the fault was not found" >&2
		return 1
		;;
	fault | endless)
		[ "${errors:-0}" -gt 0 ] && return
		echo "$2: the fault was not found" >&2
		return 1
		;;
	esac
	[ "${errors:-1}" = 0 ] && ! grep -q \
		-e 'max search depth too small' -e 'out of memory' \
		-e 'Search not completed' -e 'reached -DMEMLIM' "$2/pan.out" ||
		{ echo "$2: see $work/$2/pan.out" >&2; return 1; }
	[ "$1" != safety ] || covered "$2" "$3"
}

# Which steps were taken: the names of the values that each pc had. mtype
# names count down in each list.
covered()
{
	# shellcheck disable=SC2086
	cpp -P $2 "$model/ivrq.pml" | tr '\n' ' ' | sed 's/mtype *=/\n&/g' |
		sed -n 's/^mtype *= *{ *\([^}]*\)}.*/\1/p' | tr -d ' \t' |
		awk -F, '{
			for (i = 1; i <= NF; i++)
				print base + NF - i + 1, $i
			base += NF
		}' >"$1/steps"
	awk 'NR == FNR { name[$1] = $2; next }
		/^\t[a-z]+:pc\t/ {
			sub(/^[^:]*:pc[ \t]*:/, "")
			n = split($0, part, ",")
			for (i = 1; i <= n; i++) {
				if (part[i] !~ /[0-9]/) continue
				m = split(part[i], end, "-")
				for (v = end[1] + 0; v <= end[m] + 0; v++)
					print name[v]
			}
		}' "$1/steps" "$1/pan.out" >>taken
}

# The steps of the model that no configuration has taken.
untaken()
{
	sed -n 's/^[ \t]*:: d_step { pc == \([a-z_0-9]*\).*/\1/p' \
		"$model"/*.pml | sort -u >all
	sort -u taken | comm -23 all - | grep -v -x -f "$model/untaken"
}

case $mode in
short) modes=short ;;
full) modes='short|full|faults' ;;
*) modes='short|full|long|faults' ;;
esac
sed -nE "s/^($modes) //p" "$model/configurations" >runs
run_all runs || { echo "model: failed: $(tr '\n' ' ' <failed)" >&2; exit 1; }
checks='safety|large|progress' faults='fault|endless|breaks'
left=$(untaken)
# shellcheck disable=SC2086
[ -z "$left" ] || echo "no configuration takes:" $left
stored=$(sed -nE "/^($checks) /s/.* states=([0-9]*) .*/\1/p" results |
	awk '{ n += $1 } END { printf "%.0f", n }')

line="model: configurations=$(grep -cE "^($checks) " runs) formulas=$(grep -c \
	'^ltl' results) states=$stored errors=0 untaken=$(echo $left | wc -w)"
[ "$mode" = short ] || line="$line faults=$(grep -cE "^($faults) " runs) found=$(
	grep -E "^($faults) " results | grep -c 'errors=[1-9]')"
echo "$line"
