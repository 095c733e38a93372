# SPDX-License-Identifier: MIT
#
# To add a benchmark: write bench/bench_<what>.c, one line in BENCHES and its
# SOURCES. It takes --smoke (tests/check-bench.sh) and prints "work=..." lines.

BENCHES = \
	%D%/bench_crowd \
	%D%/bench_life \
	%D%/bench_scale

bench_sides = \
	%D%/bench.c \
	%D%/bench.h \
	%D%/side.h \
	%D%/side_ivrq.c \
	%D%/side_mutex.c

%C%_bench_crowd_SOURCES = %D%/bench_crowd.c $(bench_sides)
%C%_bench_crowd_LDADD = libivrq-core.la

%C%_bench_life_SOURCES = %D%/bench_life.c $(bench_sides)
%C%_bench_life_LDADD = libivrq-core.la

%C%_bench_scale_SOURCES = %D%/bench_scale.c $(bench_sides)
%C%_bench_scale_LDADD = libivrq-core.la

check_PROGRAMS += $(BENCHES)

bench: $(BENCHES)
	@for b in $(BENCHES); do ./$$b $(BENCH_ARGS) || exit 1; done

.PHONY: bench
