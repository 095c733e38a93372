# SPDX-License-Identifier: MIT
#
# csv.awk: lines of the benchmarks as comma-separated values.

BEGIN { print "work,side,at,value,unit,spread,repeats,pieces" }

/^([a-z]+: )?work=/ {
	split("", field)
	n = split($0, word, " ")
	for (i = 1; i <= n; i++) {
		at = index(word[i], "=")
		field[substr(word[i], 1, at - 1)] = substr(word[i], at + 1)
	}
	if ("value" in field)
		print field["work"] "," field["side"] "," field["at"] "," \
			field["value"] "," field["unit"] "," field["spread"] \
			"," field["repeats"] "," field["pieces"]
}
