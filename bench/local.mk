# SPDX-License-Identifier: MIT
#
# To add a benchmark: write bench/bench_<what>.c, one line in BENCHES and its
# SOURCES. It takes --smoke (tests/check-bench.sh) and prints "work=..." lines.
# What must be reached is a line in targets.
#
# To add a peer: bench/peer_<which>.c, its library here, a line in peer.c, one
# in configure.ac, and its package in this list, which "./bootstrap bench"
# installs; without them all is built, and the peer says that it is absent.
# packages: libck-dev libdpdk-dev liburcu-dev libglib2.0-dev gnuplot-nox valgrind

BENCHES = \
	%D%/bench_count \
	%D%/bench_crowd \
	%D%/bench_frozen \
	%D%/bench_life \
	%D%/bench_ring \
	%D%/bench_scale
if HAVE_GRAPH
BENCHES += %D%/bench_http
endif

bench_common = \
	%D%/bench.c \
	%D%/bench.h

bench_engine = \
	$(bench_common) \
	%D%/side.c \
	%D%/side.h \
	%D%/side_ivrq.c

bench_sides = \
	$(bench_engine) \
	%D%/side_mutex.c

bench_peers = \
	$(bench_common) \
	%D%/peer.c \
	%D%/peer.h \
	%D%/peer_mutex.c

# Each peer has flags of its own, none if its library is not here.
check_LTLIBRARIES += \
	%D%/libpeerck.la \
	%D%/libpeerglib.la \
	%D%/libpeerrte.la \
	%D%/libpeerurcu.la
%C%_libpeerck_la_SOURCES = %D%/peer_ck.c
%C%_libpeerck_la_CPPFLAGS = $(AM_CPPFLAGS) $(CK_CFLAGS)
%C%_libpeerglib_la_SOURCES = %D%/peer_glib.c
%C%_libpeerglib_la_CPPFLAGS = $(AM_CPPFLAGS) $(GLIB_CFLAGS)
# Its headers say asm, which is no word of strict C11.
%C%_libpeerrte_la_SOURCES = %D%/peer_rte.c
%C%_libpeerrte_la_CPPFLAGS = $(AM_CPPFLAGS) $(DPDK_CFLAGS)
%C%_libpeerrte_la_CFLAGS = $(AM_CFLAGS) -std=gnu11
%C%_libpeerurcu_la_SOURCES = %D%/peer_urcu.c
%C%_libpeerurcu_la_CPPFLAGS = $(AM_CPPFLAGS) $(URCU_CFLAGS)
peers_ldadd = \
	%D%/libpeerck.la \
	%D%/libpeerglib.la \
	%D%/libpeerrte.la \
	%D%/libpeerurcu.la \
	$(CK_LIBS) $(DPDK_LIBS) $(URCU_LIBS) $(GLIB_LIBS)

# The core, its atomic accesses counted.
check_LTLIBRARIES += libivrq-counted.la
libivrq_counted_la_SOURCES = $(CORE_SOURCES)
libivrq_counted_la_CPPFLAGS = $(AM_CPPFLAGS) -include $(srcdir)/%D%/count.h
%C%_bench_count_SOURCES = \
	$(bench_engine) \
	%D%/bench_count.c \
	%D%/count.c \
	%D%/count.h
%C%_bench_count_LDADD = libivrq-counted.la

%C%_bench_crowd_SOURCES = %D%/bench_crowd.c $(bench_sides)
%C%_bench_crowd_LDADD = libivrq-core.la

# The core with a hook before each atomic access.
%C%_bench_frozen_SOURCES = \
	%D%/bench_frozen.c \
	%D%/peer_ivrq.c \
	$(bench_peers)
%C%_bench_frozen_LDADD = $(peers_ldadd) libivrq-hooks.la

%C%_bench_http_SOURCES = \
	$(bench_common) \
	%D%/bench_http.c \
	%D%/http.h \
	%D%/http_client.c \
	%D%/http_echo.c \
	%D%/http_gateway.c
%C%_bench_http_CPPFLAGS = $(AM_CPPFLAGS) $(GRAPH_CFLAGS)
%C%_bench_http_LDADD = libivrq-graph-core.la libivrq-core.la $(GRAPH_LIBS)

%C%_bench_instr_SOURCES = %D%/bench_instr.c $(bench_engine)
%C%_bench_instr_LDADD = libivrq-core.la

%C%_bench_life_SOURCES = %D%/bench_life.c $(bench_sides)
%C%_bench_life_LDADD = libivrq-core.la

%C%_bench_ring_SOURCES = %D%/bench_ring.c $(bench_peers)
%C%_bench_ring_LDADD = $(peers_ldadd) libivrq-core.la

%C%_bench_scale_SOURCES = %D%/bench_scale.c $(bench_sides)
%C%_bench_scale_LDADD = libivrq-core.la

check_PROGRAMS += $(BENCHES) %D%/bench_instr

EXTRA_DIST += \
	%D%/csv.awk \
	%D%/instr.sh \
	%D%/instructions \
	%D%/plots.gp \
	%D%/results/cancel.png \
	%D%/results/cancel.svg \
	%D%/results/crowd.png \
	%D%/results/crowd.svg \
	%D%/results/life.png \
	%D%/results/life.svg \
	%D%/results/memory.png \
	%D%/results/memory.svg \
	%D%/results/tick.png \
	%D%/results/tick.svg \
	%D%/table.awk \
	%D%/targets

# All lines, then what must be reached. A program ends with an error if what it
# counted does not add up. Where the threads of a server and its clients come to
# lie differs from repeat to repeat, so there are more of these.
bench: $(BENCHES) %D%/bench_instr
	@mkdir -p bench-out && : >bench-out/lines
	@for b in $(BENCHES); do \
		case $$b in *_http) more=--repeats=31 ;; *) more= ;; esac; \
		./$$b $$more $(BENCH_ARGS) >bench-out/one; status=$$?; \
		cat bench-out/one; \
		cat bench-out/one >>bench-out/lines; \
		[ $$status = 0 ] || exit 1; \
	done
	@CC="$(CC)" sh $(srcdir)/%D%/instr.sh %D%/bench_instr \
		$(srcdir)/%D%/instructions >bench-out/one; cat bench-out/one; \
		cat bench-out/one >>bench-out/lines
	@awk -f $(srcdir)/%D%/csv.awk bench-out/lines >bench-out/results.csv
	@echo
	@awk -f $(srcdir)/%D%/table.awk $(srcdir)/%D%/targets bench-out/lines

# Fails if a figure has become more than 3 % larger than the stored one.
bench-instr: %D%/bench_instr
	CC="$(CC)" sh $(srcdir)/%D%/instr.sh %D%/bench_instr \
		$(srcdir)/%D%/instructions

bench-instr-store: %D%/bench_instr
	CC="$(CC)" sh $(srcdir)/%D%/instr.sh %D%/bench_instr \
		$(srcdir)/%D%/instructions store

# The pictures in bench/results, of the last "make bench". Needs gnuplot.
plots:
	@test -f bench-out/results.csv || { echo "first: make bench"; exit 1; }
	mkdir -p $(srcdir)/%D%/results
	gnuplot -e "csv='bench-out/results.csv'; into='$(srcdir)/%D%/results'" \
		$(srcdir)/%D%/plots.gp

clean-local: bench-clean
bench-clean:
	rm -rf bench-out

.PHONY: bench bench-clean bench-instr bench-instr-store plots
