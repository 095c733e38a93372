#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The model (tests/model) names the place in lib/core that each of its steps
# stands for:
#
#	/* C: file function "text in it" */
#
# Fails with each place that is gone: no such file, no such function in it, or
# the function's text has not got that text any more (blanks do not count).
# And each step (":: d_step { pc == ...") has to name one, on its line.

: "${top_srcdir:=.}"
cd "$top_srcdir" || exit 99

LC_ALL=C awk '
function complain(why) { print FILENAME ":" FNR ": " why; bad = 1 }

function squeeze(s) { gsub(/[ \t\n]+/, "", s); return s }

# The functions of a file: from a line that begins with a name and has a "("
# to the next line that is "}" alone.
function read_file(file,    s, name, head, line) {
	if (file in known) return known[file]
	known[file] = 0
	while ((getline s <("lib/core/" file)) > 0) {
		known[file] = 1
		if (name == "" && s ~ /^[a-z][A-Za-z0-9_ *]*[ *][a-z_0-9]+\(/ && s !~ /;[ \t]*$/) {
			head = s
			sub(/\(.*/, "", head)
			sub(/.*[ *]/, "", head)
			name = head
			body[file, name] = ""
		}
		if (name != "") body[file, name] = body[file, name] s "\n"
		if (s == "}") name = ""
	}
	close("lib/core/" file)
	return known[file]
}

/^[ \t]*:: d_step \{ pc ==/ {
	steps++
	if (!index($0, "/* C: ")) complain("this step names no place in lib/core")
}

{
	rest = $0
	while ((at = index(rest, "C: ")) && match(substr(rest, at), /^C: [a-z_]+\.[ch] [A-Za-z_0-9]+ "([^"]*)"/)) {
		place = substr(rest, at + 3, RLENGTH - 3)
		rest = substr(rest, at + RLENGTH)
		split(place, part, " ")
		text = place
		sub(/^[^"]*"/, "", text)
		sub(/"$/, "", text)
		names++
		if (!read_file(part[1])) complain("no file lib/core/" part[1])
		else if (!((part[1], part[2]) in body)) complain("no function " part[2] " in lib/core/" part[1])
		else if (!index(squeeze(body[part[1], part[2]]), squeeze(text))) complain(part[2] " in lib/core/" part[1] " has no: " text)
	}
	if (index(rest, "/* C: ")) complain("not of the form: C: file function \"text in it\"")
}

END {
	print steps + 0 " steps, " names + 0 " places"
	exit bad || !steps || !names
}' tests/model/*.pml
