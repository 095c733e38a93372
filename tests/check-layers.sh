#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Enforces the include rules of lib/README, whose tables are read from there:
# "rank <n>: modules", "pure modules:", "core libc:", "pure libc:", and the "libc:" and
# "libs:" of media and graph. BLACKBOX names the sources of the black-box tests.

: "${top_srcdir:=.}"
cd "$top_srcdir" || exit 99

# shellcheck disable=SC2086 # a list of words
find include lib examples $BLACKBOX -name '*.[ch]' -o -name '*.h.in' |
	LC_ALL=C sort -u |
	awk -v readme=lib/README '
function complain(why) { print file ":" line ": " why; bad = 1 }

function base(path) { sub(/.*\//, "", path); sub(/\.[a-z.]*$/, "", path); return path }

function installed(h) { return h ~ /^(ivrq\.h|ivrq-version\.h|ivrq\/[a-z]*\.h)$/ }

function core(h, quoted,    me, other) {
	me = base(file)
	if (!(me in rank))
		complain("module " me " is not in the table of " readme)
	else if (h == "stdatomic.h" && me == "atomics")
		return
	else if (h == "stdatomic.h")
		complain("only core/atomics.h includes <stdatomic.h>")
	else if (me in pure && quoted && !(base(h) in pure))
		complain(me " is pure and may not include " h)
	else if (me in pure && !quoted && !(("pure", h) in libc))
		complain(me " is pure and may not include " h)
	else if (!quoted && !installed(h) && !(("core", h) in libc))
		complain("lib/core may not include <" h ">")
	else if (quoted) {
		other = base(h)
		if (h != "core/" other ".h" || !(other in rank))
			complain("lib/core may not include \"" h "\"")
		else if (rank[other] > rank[me])
			complain(me " (rank " rank[me] ") may not include " other " (rank " rank[other] ")")
	}
}

# lib/media, lib/graph
function above(h, quoted, where) {
	if (quoted ? h ~ "^" where "/[a-z0-9_-]*[.]h$" || h == "core/atomics.h" : installed(h))
		return
	if (quoted || !((("core", h) in libc) || ((where, h) in libc)))
		complain("lib/" where " may not include " h)
}

function public(h, quoted) {
	if (quoted || (!installed(h) && !(("core", h) in libc)))
		complain("an installed header may not include " h)
}

# What a user could write: <...>, or a header in the same directory, which
# then follows the same rule.
function user(h, quoted,    beside) {
	if (h ~ /^(\.\.|core\/|graph\/|media\/|lib\/)/ || (quoted && h ~ /\//)) {
		complain("only installed headers and those beside it, not " h)
	} else if (quoted) {
		beside = file
		sub(/[^\/]*$/, h, beside)
		if ((getline text <beside) < 0)
			complain("no " beside)
		close(beside)
		if (!(beside in seen))
			todo[++last] = beside
	}
}

function scan(    text, h, quoted) {
	files++
	line = 0
	while ((getline text <file) > 0) {
		line++
		if (text !~ /^[ \t]*#[ \t]*include/)
			continue
		includes++
		sub(/^[ \t]*#[ \t]*include[ \t]*/, "", text)
		if (!match(text, /^(<[^>]*>|"[^"]*")/)) {
			complain("include by macro")
			continue
		}
		h = substr(text, 2, RLENGTH - 2)
		quoted = text ~ /^"/
		if (file ~ /^lib\/core\//) core(h, quoted)
		else if (file ~ /^lib\/media\//) above(h, quoted, "media")
		else if (file ~ /^lib\/graph\//) above(h, quoted, "graph")
		else if (file ~ /^include\//) public(h, quoted)
		else if (file ~ /^(examples|tests)\//) user(h, quoted)
		else complain("no rule for this place")
	}
	close(file)
}

BEGIN {
	while ((getline text <readme) > 0) {
		if (text !~ /^ +(rank [0-9]+|pure modules|[a-z]+ lib[cs]): /)
			continue
		n = split(text, word, " ")
		for (i = 3; i <= n; i++)
			if (word[1] == "rank") { rank[word[i]] = word[2] + 0; ranks++ }
			else if (word[2] == "modules:") pure[word[i]]
			else libc[word[1], word[i]]
	}
	if (!ranks) { print readme ": no order table found"; bad = 1; exit }
}
{ todo[++last] = $0 }
END {
	for (k = 1; k <= last; k++) {
		file = todo[k]
		if (!(file in seen)) { seen[file]; scan() }
	}
	print includes + 0 " includes in " files + 0 " files"
	exit bad || !includes
}'
