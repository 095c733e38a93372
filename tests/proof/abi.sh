#!/bin/sh
# SPDX-License-Identifier: MIT
#
# abi.sh: does the binary interface still fit the last release?
# packages: abigail-tools
#
#	sh tests/proof/abi.sh [short]		both do the same
#
# Builds the shared libraries of the last tag v* before HEAD and of this tree,
# and compares them with abidiff, by what the installed headers declare. What
# was removed or changed fails, unless the library has another soname by now.
# What was added is counted, and does not fail: ivrq_lt is set at the release
# (doc/RELEASING.md). A structure that begins with `size` may grow at its end.
#
# First it shows that it can fail: in a copy of this tree two members of a
# structure change places, then a function is removed, then a structure with
# `size` grows. The first two have to be reported, the third has to pass.
#
# Without a tag, or without git history, there is nothing but that.

set -eu

part=abi
here=$PWD
work=${PROOF_DIR:-$here/build/proof}/$part
case $work in /*) ;; *) work=$here/$work ;; esac
CC=${CC:-gcc}
export CC
unset CFLAGS CPPFLAGS LDFLAGS

say() { echo "$part: $*"; }
die() { say "$*" >&2; exit 1; }
command -v abidiff >/dev/null || die "needs abidiff"

# build <source tree>: its libraries, in <source tree>/build/abi
build()
{
	(
		cd "$1"
		./bootstrap configure
		mkdir -p build/abi
		cd build/abi
		[ -f Makefile ] || ../../configure -q --disable-static \
			--enable-media CC="$CC" CFLAGS='-g -Og'
		make -j"$(nproc 2>/dev/null || echo 2)" libivrq.la libivrq-media.la
	) >"$1.log" 2>&1 || { tail -n 20 "$1.log" >&2; die "cannot build $1"; }
}

# copy_tree <directory>: what is here, but for what was built
copy_tree()
{
	rm -rf "$1"
	mkdir -p "$1"
	tar cf - --exclude=./build --exclude=./.git --exclude=./autom4te.cache . |
		tar xf - -C "$1"
}

soname() { readelf -d "$1" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p'; }

# The structures that may grow: those that begin with `size`.
may_grow()
{
	awk '
	/^typedef struct [a-z_]+ {$/ { name = $3; first = 1; next }
	first && /[^ \t]/ && !/^\t* ?[*\/]/ {
		if ($0 ~ /^\tsize_t size;/)
			printf "[suppress_type]\n\tname = %s\n" \
				"\thas_data_member_inserted_at = end\n", name
		first = 0
	}' "$@"
}

# numbers: removed, changed and added of all "Functions changes summary: 0
# Removed, 1 Changed (2 filtered out), 0 Added functions" of a report
numbers()
{
	awk '/ summary: / {
		for (i = 2; i <= NF; i++) {
			if ($i ~ /^Removed/) r += $(i - 1)
			if ($i ~ /^Changed/) c += $(i - 1)
			if ($i ~ /^Added/) a += $(i - 1)
		}
	} END { print r + 0, c + 0, a + 0 }' "$1"
}

# compare <old tree> <new tree>: counts into $removed, $changed, $added
compare()
{
	before=$1 after=$2 removed=0 changed=0 added=0
	may_grow "$before"/include/*.h "$before"/include/ivrq/*.h >"$work/grows"
	[ -s "$work/grows" ] || die "no structure begins with a size"
	for lib in libivrq libivrq-media; do
		status=0
		abidiff --headers-dir1 "$before/include" 			--headers-dir2 "$after/include" 			--drop-private-types --suppressions "$work/grows" 			"$before/build/abi/.libs/$lib.so" 			"$after/build/abi/.libs/$lib.so" 			>"$work/report" 2>&1 || status=$?
		cat "$work/report" >>"$work/$part.log"
		# 1 and 2 are its own failure, 4 a change, 8 one that breaks.
		if [ $((status & 3)) != 0 ]; then
			cat "$work/report" >&2
			die "abidiff failed"
		fi
		# shellcheck disable=SC2046 # three numbers
		set -- $(numbers "$work/report")
		removed=$((removed + $1)) changed=$((changed + $2))
		added=$((added + $3))
		# A break that is in no summary, as another soname.
		[ $((status & 8)) = 0 ] || [ $(($1 + $2)) != 0 ] ||
			changed=$((changed + 1))
	done
}

rm -rf "$work"
mkdir -p "$work"
copy_tree "$work/now"
build "$work/now"

# --- against the last release ----------------------------------------------

against= verdict=good
if [ ! -e .git ]; then
	summary="no git history, nothing to compare with"
elif ! shallow=$(git rev-parse --is-shallow-repository); then
	die "git does not work here"
elif ! against=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null); then
	summary="no tag yet"
	[ "$shallow" = false ] || summary="no tag in this shallow clone"
else
	mkdir "$work/old"
	git archive "$against" | tar xf - -C "$work/old"
	build "$work/old"
	compare "$work/old" "$work/now"
	summary="against=$against removed=$removed changed=$changed added=$added"
	if [ $((removed + changed)) != 0 ]; then
		for lib in libivrq libivrq-media; do
			a=$(soname "$work/old/build/abi/.libs/$lib.so")
			b=$(soname "$work/now/build/abi/.libs/$lib.so")
			[ "$a" = "$b" ] || summary="$summary $a->$b"
		done
		case $summary in
		*-\>*) ;;
		*)
			cat "$work/$part.log"
			say "the interface broke and the soname is the same"
			verdict=bad
			;;
		esac
	fi
fi

# --- can it fail? ------------------------------------------------------------

types=include/ivrq/types.h
copy_tree "$work/broken"

# edit <file> <sed script>: of the copy, from what is here
edit()
{
	sed "$2" "$1" >"$work/broken/$1"
	! cmp -s "$1" "$work/broken/$1" || die "self-test: nothing to edit in $1"
}

edit $types '/^} ivrq_receipt;/,$b
	/^\tuint32_t in_flight;/{h;d;}
	/^\tuint32_t pending;/G'
build "$work/broken"
compare "$work/now" "$work/broken"
[ $changed -gt 0 ] || die "self-test: two members changed places, not seen"
tests=1

cp $types "$work/broken/$types"
edit lib/ivrq.map '/^\tivrq_fence;/d'
build "$work/broken"
compare "$work/now" "$work/broken"
[ "$removed $changed" = "1 0" ] || die "self-test: a function is gone, not seen"
tests=$((tests + 1))

cp lib/ivrq.map "$work/broken/lib/ivrq.map"
edit $types 's/^} ivrq_config;/\tuint32_t later;\n&/'
build "$work/broken"
compare "$work/now" "$work/broken"
[ "$removed $changed" = "0 0" ] || die "self-test: growth at the end is refused"
tests=$((tests + 1))

echo "$part: $summary selftest=$tests/3"
[ $verdict = good ]
