#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The functions declared IVRQ_API in the headers, the names in the version
# script and the dynamic symbols of the built library must be the same set.
# A library that was not built is left out of the comparison.

: "${top_srcdir:=.}" "${top_builddir:=.}" "${NM:=nm}"
export LC_ALL=C
t=$(mktemp -d) || exit 99
trap 'rm -rf "$t"' 0
status=0

map_names()
{
	# Words between "global:" and "local:", comments (#, /* */) taken out.
	sed 's/#.*//; s|/\*[^*]*\*/||g' "$1" | tr ';{} \t' '\n\n\n\n\n' | awk '
	$0 == "global:" { on = 1; next }
	$0 == "local:" { on = 0 }
	on && $0 != ""'
}

same() # same <what> <file> <what> <file>
{
	comm -3 "$2" "$4" | sed "s|^\t\(.*\)|\1: in $3, not in $1|; t
		s|\$|: in $1, not in $3|" >"$t/differ"
	[ ! -s "$t/differ" ] || { cat "$t/differ"; status=1; }
}

check() # check <map> <library> <header>...
{
	map=$1 so=$top_builddir/.libs/$2.so
	shift 2
	awk -f "$top_srcdir/tests/api-names.awk" "$@" >"$t/raw" || status=1
	sort "$t/raw" >"$t/header"
	map_names "$map" | sort >"$t/map"
	[ -s "$t/header" ] || { echo "$*: no IVRQ_API function"; status=1; }
	uniq -d "$t/header" | sed "s|\$|: declared twice in $*|" >"$t/twice"
	[ ! -s "$t/twice" ] || { cat "$t/twice"; status=1; }
	same "$*" "$t/header" "$map" "$t/map"
	if [ -f "$so" ]; then
		# Type A is the version node itself.
		$NM -D --defined-only "$so" >"$t/nm" || exit 99
		awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' "$t/nm" |
			sort >"$t/so"
		same "$map" "$t/map" "$so" "$t/so"
	else
		echo "note: no $so"
	fi
	echo "$(wc -l <"$t/map") functions in $map"
}

inc=$top_srcdir/include
check "$top_srcdir/lib/ivrq.map" libivrq "$inc/ivrq.h" "$inc/ivrq/types.h"
check "$top_srcdir/lib/ivrq-graph.map" libivrq-graph "$inc/ivrq/graph.h" \
	"$inc/ivrq/json.h"
check "$top_srcdir/lib/ivrq-media.map" libivrq-media "$inc/ivrq/media.h"
exit $status
