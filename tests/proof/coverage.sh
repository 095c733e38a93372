#!/bin/sh
# SPDX-License-Identifier: MIT
#
# coverage.sh: how much of lib/core and lib/media "make check" runs.
# packages: gcovr check
#
#	sh tests/proof/coverage.sh [short]	short: nothing
#
# Builds with gcc --coverage, runs all tests and asks gcovr. Fails below 97 %
# of the lines or 90 % of the branches of these, and if a function has more
# uncovered lines or branches than tests/proof/uncovered gives it, with the
# reason. What is listed and was covered is said. IVRQ_SEED (here 1) makes the
# random tests the same each time; threads still meet as they like.
#
# The core is compiled several times (plain, with hooks, with narrow positions,
# for the explorers) and gcovr adds up what they ran of one source. That is
# exact: they differ in what an atomic access does, in no branch of lib/.

set -eu

part=coverage
[ "${1:-}" != short ] || { echo "$part: in the full form only"; exit 0; }
here=$PWD
work=${PROOF_DIR:-$here/build/proof}/$part
case $work in /*) ;; *) work=$here/$work ;; esac
list=$here/tests/proof/uncovered
least_lines=97 least_branches=90

die() { echo "$part: $*" >&2; exit 1; }

case $(basename "${CC:-gcc}") in
gcc | gcc-[0-9]* | cc) ;;
*) CC=gcc ;; # gcov reads gcc's files
esac
CC=${CC:-gcc}
gcov=gcov${CC#"${CC%%-[0-9]*}"}
gcovr=$(command -v gcovr) || die "needs gcovr"
command -v "$gcov" >/dev/null || die "needs $gcov"

# A new build: gcovr would count what an old one has left.
rm -rf "$work"
mkdir -p "$work"
# -O0, so that a line is the line that was written. gcc 12 crashes at a test
# in the warnings about formats; the other builds have them.
CFLAGS="-O0 -g --coverage -fprofile-update=atomic \
	-Wno-format-overflow -Wno-format-truncation"
export CFLAGS CC
export IVRQ_SEED="${IVRQ_SEED:-1}"
if ! BUILD_DIR=$work/build SANITIZER= \
	CONFIGURE_ARGS="--disable-graph --enable-media" \
	./bootstrap check >"$work/check.log" 2>&1; then
	tail -n 40 "$work/check.log" >&2
	die "make check failed; $work/check.log"
fi
tests=$(sed -n 's/^# PASS: *//p' "$work/check.log")

"$gcovr" -r "$here" --filter "$here/lib/" --gcov-executable "$gcov" \
	--sonarqube "$work/lines.xml" --html-details "$work/index.html" \
	"$work/build/lib" >"$work/gcovr.log" 2>&1 ||
	{ cat "$work/gcovr.log" >&2; die "gcovr failed"; }

# One line each: file, line, 1 if covered, branches, covered ones.
sed 's/></>\n</g' "$work/lines.xml" | awk '
function value(name) {
	if (!match($0, " " name "=\"[^\"]*\""))
		return ""
	return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
}
/^<file / { file = value("path") }
/^<lineToCover / {
	print file, value("lineNumber"), value("covered") == "true",
		value("branchesToCover") + 0, value("coveredBranches") + 0
}' >"$work/lines"
[ -s "$work/lines" ] || die "gcovr found no line"

# judge <list>
judge()
{
	awk -v list="$1" -v tests="$tests" -v least_lines=$least_lines \
		-v least_branches=$least_branches -v part=$part '
# The functions of a source: each line has the name of the one it is in. A
# definition begins with its name, and its body with a brace, in column 1.
function read_source(file,    text, n, name, inside) {
	while ((getline text <file) > 0) {
		n++
		if (!inside && text ~ /^[A-Za-z_].*\(/) {
			name = text
			sub(/\(.*/, "", name)
			sub(/.*[ *]/, "", name)
		}
		if (text ~ /^{/) {
			inside = 1
			known[file ":" name]
		}
		if (inside)
			of[file, n] = name
		if (text ~ /^}/)
			inside = 0
	}
	close(file)
}

function complain(why) { print part ": " why; bad = 1 }

function percent(have, all) { return sprintf("%.1f%%", 100 * have / all) }

function enough(what, have, all, least) {
	if (100 * have < least * all)
		complain(what " " percent(have, all) " is below " least "%")
}

{
	split($1, path, "/")
	place = path[2]
	all_lines[place]++
	lines[place] += $3
	all_branches[place] += $4
	branches[place] += $5
	if (!($1 in seen)) {
		seen[$1]
		read_source($1)
	}
	where = $1 ":" ((($1, $2) in of) ? of[$1, $2] : "-")
	lost_lines[where] += !$3
	lost_branches[where] += $4 - $5
	if (!$3 || $4 > $5)
		at[where] = at[where] " " $2
}

# file:function: 2 lines, 1 branches: reason. A reason goes on after a tab.
END {
	while ((getline text <list) > 0) {
		if (text ~ /^(#|\t|$)/)
			continue
		n = split(text, field, ": ")
		if (n < 3 || field[2] !~ /^[0-9]+ lines, [0-9]+ branches$/) {
			complain("uncovered: not understood: " text)
			continue
		}
		where = field[1]
		split(field[2], number, " ")
		if (where in may_lines)
			complain("uncovered: twice: " where)
		if (!(where in known))
			complain("uncovered: there is no " where)
		may_lines[where] = number[1] + 0
		may_branches[where] = number[3] + 0
		listed++
	}
	for (where in lost_lines) {
		if (lost_lines[where] > may_lines[where] + 0 ||
		    lost_branches[where] > may_branches[where] + 0)
			complain(where ": " lost_lines[where] " lines, " \
				lost_branches[where] " branches not covered, listed " \
				may_lines[where] + 0 ", " may_branches[where] + 0 \
				", at line" at[where])
		else if (lost_lines[where] < may_lines[where] + 0 ||
		    lost_branches[where] < may_branches[where] + 0)
			print part ": listed but covered: " where ": " \
				lost_lines[where] " lines, " lost_branches[where] \
				" branches now"
	}
	for (place in all_lines) {
		have_lines += lines[place]
		have_branches += branches[place]
		sum_lines += all_lines[place]
		sum_branches += all_branches[place]
		each = each " " place "=" percent(lines[place], all_lines[place]) \
			"/" percent(branches[place], all_branches[place])
	}
	enough("lines", have_lines, sum_lines, least_lines)
	enough("branches", have_branches, sum_branches, least_branches)
	printf "%s: lines=%s branches=%s%s of=%d/%d tests=%d listed=%d%s\n", part,
		percent(have_lines, sum_lines),
		percent(have_branches, sum_branches), each, sum_lines,
		sum_branches, tests, listed, bad ? " FAILED" : ""
	exit bad
}' "$work/lines"
}

# It can fail: something is not covered, so without the list it has to.
if judge /dev/null >"$work/unlisted"; then
	cat "$work/unlisted"
	die "self-test: passes without its list"
fi
judge "$list"
