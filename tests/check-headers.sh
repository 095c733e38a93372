#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Each installed header compiles alone, without a warning, as C99, C11, C17 and
# C++17; each internal header compiles alone as C11. "Alone" is a source that
# includes it twice and nothing else. Uses the compiler of the build.

: "${top_srcdir:=.}" "${top_builddir:=.}" "${CC:=cc}" "${HAVE_GRAPH:=no}" \
	"${HAVE_MEDIA:=no}"
inc="-I$top_srcdir/include -I$top_builddir/include"
warn="-Wall -Wextra -Wundef -Werror -fsyntax-only"
t=$(mktemp -d) || exit 99
trap 'rm -rf "$t"' 0
status=0
compiled=0

try() # try <include name> <compiler> <flag>...
{
	printf '#include %s\n#include %s\ntypedef int nothing_else;\n' \
		"$1" "$1" >"$t/alone.c"
	name=$1
	shift
	# shellcheck disable=SC2086 # $CC and $inc are lists of words
	if "$@" $inc $warn "$t/alone.c"; then
		compiled=$((compiled + 1))
	else
		echo "$name does not compile alone: $*"
		status=1
	fi
}

for c in "${CXX:-c++}" g++ clang++; do
	command -v "$c" >/dev/null 2>&1 && { cxx=$c; break; }
done
[ "$cxx" ] || echo "note: no C++ compiler; C++17 left out"

for h in ivrq.h ivrq-version.h ivrq/types.h ivrq/media.h \
	ivrq/json.h ivrq/graph.h; do
	for std in c99 c11 c17; do
		# shellcheck disable=SC2086
		try "<$h>" $CC -std=$std -pedantic
	done
	[ ! "$cxx" ] || try "<$h>" "$cxx" -x c++ -std=c++17 -pedantic
done

internal="-std=c11 -D_POSIX_C_SOURCE=200809L -I$top_srcdir/lib"
for h in "$top_srcdir"/lib/core/*.h "$top_srcdir"/lib/graph/*.h \
	"$top_srcdir"/lib/media/*.h; do
	case $h in
	*'*.h') continue ;;
	*/graph/*) [ "$HAVE_GRAPH" = yes ] || continue ;;
	*/media/*) [ "$HAVE_MEDIA" = yes ] || continue ;;
	esac
	# shellcheck disable=SC2086
	try "\"${h#"$top_srcdir"/lib/}\"" $CC $internal $GRAPH_CFLAGS $MEDIA_CFLAGS
done
echo "$compiled compilations passed"
exit $status
