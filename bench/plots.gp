# SPDX-License-Identifier: MIT
#
# plots.gp: the pictures, of results.csv ("make plots").
#
#	gnuplot -e "csv='results.csv'; into='bench/results'" plots.gp

set datafile separator ","
set style data linespoints
set grid ytics lt 1 lw 0.5 lc rgb "#dddddd"
set border 3
set tics nomirror
set key top left
ours = "#d62728"
theirs = "#1f77b4"

# Rows of one work and side: column 3 (at) against column 4 (value).
pick(w, s) = sprintf("< awk -F, '$1 == \"%s\" && $2 == \"%s\"' %s", w, s, csv)

# Of the rows with this condition: a name, the value, is it ours, the value in
# words.
rows(if, name) = sprintf("< awk -F, '%s { printf \"%%s,%%s,%%d,%%.3g\\n\", %s, $4, $2 == \"ivrq\", $4 }' %s", if, name, csv)

draw_bars = "plot bars using 0:2:($3 == 1 ? 0xd62728 : 0x1f77b4):xtic(1) with boxes lc rgb variable, bars using 0:2:4 with labels offset 0, 0.7"

svg(name) = sprintf("%s/%s.svg", into, name)
png(name) = sprintf("%s/%s.png", into, name)
vector = "set terminal svg size 720,440 font 'Helvetica,13' background 'white'"
pixels = "set terminal pngcairo size 1080,660 font 'Helvetica,14'"

do for [form in "svg png"] {
	eval(form eq "svg" ? vector : pixels)
	file(name) = form eq "svg" ? svg(name) : png(name)

	# The call that cancels, over the number of pending operations.
	set output file("cancel")
	set title "One cancel, from the call to its return"
	set xlabel "pending operations"
	set ylabel "time (ns)"
	set logscale xy
	set yrange [10:*]
	set xrange [0.8:1300]
	plot pick("cancel", "ivrq") using 3:4 lc rgb ours lw 2 pt 7 title "ivrq", \
	     pick("cancel", "mutex") using 3:4 lc rgb theirs lw 2 pt 5 \
		title "mutex and list"
	unset logscale
	set xrange [*:*]

	# One life, beside the baselines.
	set output file("life")
	set title "Time of one operation, one thread: its life, or put and get of the bare ring"
	unset xlabel
	set ylabel "time (ns)"
	set style fill solid 0.8
	set boxwidth 0.6
	set yrange [0:*]
	unset key
	bars = rows("$1 == \"life\" || $1 == \"ring\"", "$1 \": \" $2")
	eval(draw_bars)
	set key top left

	# A run of the worker, over idle calls.
	set output file("tick")
	set title "One run of the worker with 100 active calls"
	set xlabel "idle calls"
	set ylabel "time (microseconds)"
	set logscale x
	set xrange [700:1500000]
	set xtics ("1,000" 1000, "10,000" 10000, "100,000" 100000, "1,000,000" 1000000)
	set yrange [0:*]
	plot pick("tick", "ivrq") using 3:($4 / 1000) lc rgb ours lw 2 pt 7 \
		title "ivrq", \
	     pick("tick", "mutex") using 3:($4 / 1000) lc rgb theirs lw 2 \
		pt 5 title "mutex and list"
	unset logscale
	set xtics auto
	set xrange [*:*]

	# Latency of a run under too many threads.
	set output file("crowd")
	set title "Time of a run that delivered something: the worker's thread and 15 clients"
	set xlabel "percentile"
	set ylabel "time (microseconds)"
	set logscale y
	set yrange [*:*]
	set xtics ("50" 0, "99" 1, "99.9" 2, "max" 3)
	set xrange [-0.3:3.3]
	place(at) = at == 500 ? 0 : at == 990 ? 1 : at == 999 ? 2 : 3
	plot pick("crowd_one_busy", "ivrq") using (place($3)):($4 / 1000) \
		lc rgb ours lw 2 pt 7 title "ivrq, one call", \
	     pick("crowd_many_busy", "ivrq") using (place($3)):($4 / 1000) \
		lc rgb ours lw 2 pt 6 dt 2 title "ivrq, many calls", \
	     pick("crowd_one_busy", "mutex") using (place($3)):($4 / 1000) \
		lc rgb theirs lw 2 pt 5 title "mutex, one call", \
	     pick("crowd_many_busy", "mutex") using (place($3)):($4 / 1000) \
		lc rgb theirs lw 2 pt 4 dt 2 title "mutex, many calls"
	unset logscale
	set xtics auto
	set xrange [*:*]

	# Memory of a call that is open and idle.
	set output file("memory")
	set title "Resident memory of one idle call, of 1,000,000"
	unset xlabel
	set ylabel "bytes"
	set yrange [0:*]
	unset key
	bars = rows("$1 == \"resident\"", "$2")
	eval(draw_bars)
	set key top left
	unset output
}
