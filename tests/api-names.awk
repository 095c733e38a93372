# SPDX-License-Identifier: MIT
#
# Prints the name of each function that the headers given declare IVRQ_API, one
# per line. The name is the first "ivrq_...(" of the declaration, which may
# span lines and carry upper-case attribute macros anywhere.
{
	line = $0
	code = ""
	while (line != "") {
		if (comment) {
			if (!(i = index(line, "*/")))
				break
			line = substr(line, i + 2)
			comment = 0
		} else if (i = index(line, "/*")) {
			code = code substr(line, 1, i - 1) " "
			line = substr(line, i + 2)
			comment = 1
		} else {
			code = code line
			break
		}
	}
	sub(/\/\/.*/, "", code)
	directive = continued || code ~ /^[ \t]*#/
	continued = directive && $0 ~ /\\$/
	if (!directive)
		text = text " " code
}
END {
	n = split(text, part, /[;{}]/)
	for (k = 1; k <= n; k++) {
		if (part[k] !~ /(^|[^A-Za-z0-9_])IVRQ_API([^A-Za-z0-9_]|$)/)
			continue
		if (match(part[k], /ivrq_[a-z0-9_]+[ \t]*\(/)) {
			name = substr(part[k], RSTART, RLENGTH - 1)
			gsub(/[ \t]/, "", name)
			print name
		} else {
			print "no function name in:" part[k] >"/dev/stderr"
			bad = 1
		}
	}
	exit bad
}
