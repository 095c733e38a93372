#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every atomic access names the reason for its memory order:
#
#	x = ivrq__ld_acq(&p->x); /* QA1 */
#
# A tag is one or two capital letters and a number; several are separated by
# '/'. Each is defined once in lib/, in a comment of one of these two forms,
# where the text may run on over the next comment lines and a bullet " * " may
# stand before the tag:
#
#	 * QA1: pairs with QR1[, QR2]. What breaks without it.
#	 * QX1: relaxed. Why nothing depends on its order.
#
# Reported: an access without a tag; a tag not defined, defined twice or not
# used; a partner that does not name it back; a relaxed access without a
# "relaxed." definition and its reason; a stronger access with nothing but
# "relaxed." definitions; a seq access whose definition lacks "seq_cst".
# core/atomics.h, which defines the accesses, is not read.

: "${top_srcdir:=.}"
cd "$top_srcdir" || exit 99

find lib/core lib/graph lib/media -name '*.[ch]' ! -path lib/core/atomics.h |
	LC_ALL=C sort |
	awk '
function complain(where, why) { print where ": " why; bad = 1 }

# The line without its comments; remembers an open comment.
function code_of(s,    out, i) {
	while (s != "") {
		if (open_comment) {
			if (!(i = index(s, "*/"))) return out
			s = substr(s, i + 2)
			open_comment = 0
		} else if (i = index(s, "/*")) {
			out = out substr(s, 1, i - 1) " "
			s = substr(s, i + 2)
			open_comment = 1
		} else return out s
	}
	return out
}

function define(s, where,    tag) {
	tag = s
	sub(/^[ \t*\/]*/, "", tag)
	sub(/:.*/, "", tag)
	sub(/^[^:]*:[ \t]*/, "", s)
	if (tag in def) {
		complain(where, "tag " tag " is already defined at " def[tag])
		current = ""
		return
	}
	def[tag] = where
	text[tag] = s
	current = tag
}

function site(s, op, where,    list, t, n, i) {
	if (!match(s, /\/\* [A-Z][A-Z]?[0-9]+(\/[A-Z][A-Z]?[0-9]+)* \*\//)) {
		complain(where, "untagged " op)
		return
	}
	list = substr(s, RSTART + 3, RLENGTH - 6)
	n = split(list, t, "/")
	for (i = 1; i <= n; i++)
		if (!(t[i] in used)) used[t[i]] = where
	site_op[++sites] = op
	site_tags[sites] = list
	site_where[sites] = where
}

function scan(file,    s, code, line, def_line, op) {
	open_comment = 0
	current = ""
	while ((getline s <file) > 0) {
		line++
		def_line = s ~ /^[ \t]*\/?\*+[ \t]+(\*[ \t]+)?[A-Z][A-Z]?[0-9]+: *(pairs with|relaxed\.)/
		if (def_line) define(s, file ":" line)
		code = code_of(s)
		# More text of a definition: comment lines that say something.
		if (!def_line && current != "") {
			if (s ~ /^[ \t]*\*+[ \t]+[^ \t\/]/) text[current] = text[current] " " s
			else current = ""
		}
		if (index(s, "*/")) current = ""
		while (match(code, /ivrq__(ld|st|cas|add|sub|or|and|xchg)_(rlx|acqrel|acq|rel|seq)[a-z0-9_]*[ \t]*\(/)) {
			op = substr(code, RSTART, RLENGTH - 1)
			code = substr(code, RSTART + RLENGTH)
			site(s, op, file ":" line)
		}
	}
	close(file)
}

# The partners named between "pairs with" and the first full stop.
function partners(tag, into,    s) {
	s = text[tag]
	if (!sub(/^pairs with[ \t]*/, "", s)) return 0
	sub(/\..*/, "", s)
	gsub(/[^A-Z0-9]+/, " ", s)
	return split(s, into, " ")
}

function names_back(tag, other,    p, n, i) {
	n = partners(other, p)
	for (i = 1; i <= n; i++)
		if (p[i] == tag) return 1
	return 0
}

{ scan($0) }
END {
	for (tag in used)
		if (!(tag in def)) complain(used[tag], "tag " tag " is not defined (\"pairs with ...\" or \"relaxed. ...\")")
	for (tag in def) {
		if (!(tag in used)) complain(def[tag], "tag " tag " is not used")
		if (text[tag] ~ /^relaxed\./) continue
		n = partners(tag, p)
		if (!n) complain(def[tag], "tag " tag " names no partner")
		for (i = 1; i <= n; i++) {
			if (!(p[i] in def)) complain(def[tag], "partner " p[i] " of " tag " is not defined")
			else if (!names_back(tag, p[i])) complain(def[tag], tag " names " p[i] ", which does not name it back (" def[p[i]] ")")
		}
	}
	for (k = 1; k <= sites; k++) {
		n = split(site_tags[k], t, "/")
		relaxed = paired = seq = undefined = 0
		for (i = 1; i <= n; i++) {
			if (!(t[i] in def)) undefined = 1
			else if (text[t[i]] ~ /^relaxed\./) relaxed += text[t[i]] ~ /^relaxed\.[^A-Za-z]*[A-Za-z]/
			else paired++
			if (text[t[i]] ~ /seq_cst/) seq++
		}
		if (undefined) continue
		op = site_op[k]
		if (op ~ /_rlx/ && !relaxed) complain(site_where[k], op " needs a definition \"relaxed. <reason>\"; has " site_tags[k])
		if (op !~ /_rlx/ && !paired) complain(site_where[k], op " is stronger than its tag " site_tags[k] ", which pairs with nothing")
		if (op ~ /_seq/ && !seq) complain(site_where[k], op " needs a definition that says seq_cst; has " site_tags[k])
	}
	for (tag in def) defs++
	print sites + 0 " atomic accesses, " defs + 0 " tags"
	exit bad || !sites
}'
