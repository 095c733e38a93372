# SPDX-License-Identifier: MIT
#
# table.awk: lines of the benchmarks against bench/targets.
#
#	awk -f table.awk targets lines
#
# The best baseline is the side with the least value (with "least": the
# largest) at the same work and size.

BEGIN { FS = "\t" }

FNR == NR {
	if ($0 !~ /^#/ && NF == 6)
		target[++targets] = $0
	next
}

/^([a-z]+: )?work=/ {
	split("", field)
	n = split($0, word, " ")
	for (i = 1; i <= n; i++) {
		at = index(word[i], "=")
		field[substr(word[i], 1, at - 1)] = substr(word[i], at + 1)
	}
	if (!("value" in field)) {
		absent[field["work"], field["side"]] = field["absent"]
		next
	}
	key = field["work"] SUBSEP field["at"]
	value[key, field["side"]] = field["value"] + 0
	unit[field["work"]] = field["unit"]
	if (field["side"] != "ivrq")
		sides[key] = sides[key] " " field["side"]
}

function number(x)
{
	return x >= 1000 ? sprintf("%.0f", x) : sprintf("%.3g", x)
}

function best(key, most,    n, i, name, at)
{
	n = split(sides[key], name, " ")
	at = ""
	for (i = 1; i <= n; i++)
		if (at == "" || (most && value[key, name[i]] > value[key, at]) ||
		    (!most && value[key, name[i]] < value[key, at]))
			at = name[i]
	return at
}

END {
	form = "%-47s %12s %18s %8s %8s  %s\n"
	printf form, "work", "ours", "best baseline", "ratio", "target", "held"
	for (t = 1; t <= targets; t++) {
		split(target[t], f, "\t")
		key = f[1] SUBSEP f[2]
		if (!((key, "ivrq") in value)) {
			printf form, f[6], "-", "-", "-", f[5], "not measured"
			continue
		}
		ours = value[key, "ivrq"]
		side = best(key, f[3] == "least")
		base = side == "" ? "-" : number(value[key, side]) " " side
		ratio = "-"
		if (f[3] == "against" && (key, f[4]) in value) {
			ratio = ours / value[key, f[4]]
			held = ratio <= f[5] + 0
			if (side != f[4])
				base = base ", " number(value[key, f[4]]) " " f[4]
		} else if (f[3] == "flat") {
			ratio = ours / value[f[1], f[4], "ivrq"]
			held = ratio <= f[5] + 0
		} else if (f[3] == "against") {
			printf form, f[6], number(ours), base, "-", f[5],
				f[4] " not measured"
			continue
		} else {
			held = f[3] == "most" ? ours <= f[5] + 0 : ours >= f[5] + 0
		}
		printf form, f[6], number(ours) " " unit[f[1]], base,
			ratio == "-" ? ratio : sprintf("%.2f", ratio), f[5],
			held ? "held" : "not held"
	}
	for (a in absent) {
		split(a, f, SUBSEP)
		print "not measured: " f[1] " of " f[2] ": " absent[a]
	}
}
