# SPDX-License-Identifier: MIT
#
# To add a benchmark: write bench/bench_<what>.c, one line in BENCHES and its
# LDADD. It takes --smoke (tests/check-bench.sh) and prints "bench=..." lines.

BENCHES = \
	%D%/bench_queue

%C%_bench_queue_LDADD = libivrq-core.la

noinst_HEADERS += %D%/bench.h
check_PROGRAMS += $(BENCHES)

bench: $(BENCHES)
	@for b in $(BENCHES); do ./$$b $(BENCH_ARGS) || exit 1; done

.PHONY: bench
