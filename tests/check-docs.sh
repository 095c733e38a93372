#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The manual and the headers agree, and the pages format without a warning.
# The NAME section of a page in doc/*.3 lists the functions it describes, in
# plain text: "ivrq_a, ivrq_b \- what they do". "make install" makes a link page
# for each, so the NAME sections are the only list. Checked:
#
# - each IVRQ_API function is in the NAME section of exactly one page;
# - each name in a NAME section stands in a header (functions and types);
# - each "ivrq_x(" or "ivrq_x (3)" anywhere is a function, a page or a link;
# - groff or man has nothing to say. Without either: exit 77 (skipped).

: "${top_srcdir:=.}"
cd "$top_srcdir" || exit 99
export LC_ALL=C
t=$(mktemp -d) || exit 99
trap 'rm -rf "$t"' 0
status=0
headers="include/ivrq.h include/ivrq/*.h"
complain() { echo "$*"; status=1; }

# shellcheck disable=SC2086 # $headers is a list of patterns
{
awk -f tests/api-names.awk $headers | sort -u >"$t/functions"
cat $headers | tr -c 'A-Za-z0-9_' '\n' | sort -u >"$t/words"
}
set -- doc/*.3
[ -f "$1" ] || { echo "no doc/*.3"; exit 1; }

for page; do
	# The same rule as man_names in doc/local.mk.
	sed -n '/^\.SH NAME/,/\\-/{/^\.SH/d;s/\\-.*//;s/,/ /g;p;}' "$page" |
		tr -s ' \t' '\n\n' | sed '/^$/d' >"$t/name"
	[ -s "$t/name" ] || complain "$page: no names in its NAME section"
	while read -r name; do
		grep -qx -e "$name" "$t/words" ||
			complain "$page: $name is in no header"
	done <"$t/name"
	cat "$t/name" >>"$t/named"
done
sort "$t/named" | uniq -d >"$t/twice"
while read -r name; do complain "$name is in two NAME sections"; done <"$t/twice"
sort -u "$t/named" | comm -23 "$t/functions" - >"$t/missing"
while read -r name; do complain "$name has no manual page"; done <"$t/missing"

# References, with the font macros and escapes taken out.
{ cat "$t/functions" "$t/named"; ls doc | sed -n 's/\.[1-9]$//p'; } | sort -u >"$t/known"
for page in doc/*.[1-9]; do
	sed 's/\\f\(.\|(..\|\[[^]]*\]\)//g; s/"//g' "$page" |
		grep -o 'ivrq[a-z0-9_-]* *([0-9a-z]*' |
		sed -n 's/ *([37]$//p; s/^\(ivrq_[a-z0-9_]*\)(.*/\1/p' | sort -u |
		comm -23 - "$t/known" |
		while read -r name; do echo "$page: no function or page $name"; done
done >"$t/dangling"
[ ! -s "$t/dangling" ] || { cat "$t/dangling"; status=1; }

echo "$(wc -l <"$t/functions") functions in $# pages of section 3"
[ $status = 0 ] || exit 1

if command -v groff >/dev/null 2>&1; then
	format() { groff -t -man -Tutf8 -K utf8 -ww -z "$1"; }
elif command -v man >/dev/null 2>&1; then
	format() { man --warnings -l "$1" >/dev/null; }
else
	echo "neither groff nor man: formatting not checked"
	exit 77
fi
for page in doc/*.[1-9]; do
	format "$page" >"$t/warnings" 2>&1
	[ ! -s "$t/warnings" ] || { cat "$t/warnings"; complain "$page: warnings"; }
done
exit $status
