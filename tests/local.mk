# SPDX-License-Identifier: MIT
#
# To add a test: write tests/<name>.c and put its name into one list. A test
# outside WHITEBOX also needs its LDADD line below; one of several files, a
# SOURCES list.

# Internals: link the core's objects.
WHITEBOX = \
	%D%/check_call \
	%D%/check_cancel \
	%D%/check_deadline \
	%D%/check_engine \
	%D%/check_fence \
	%D%/check_layout \
	%D%/check_lin \
	%D%/check_op \
	%D%/check_pool \
	%D%/check_queue \
	%D%/check_ready \
	%D%/check_request \
	%D%/check_select \
	%D%/check_submit \
	%D%/check_tone \
	%D%/check_turn \
	%D%/check_wire \
	%D%/check_worker \
	%D%/oom_create \
	%D%/stress_fence \
	%D%/stress_once

# Link the core built with IVRQ_ATOMIC_HOOK.
HOOKED = \
	%D%/check_meetings \
	%D%/check_regressions \
	%D%/stress_frozen \
	%D%/stress_history \
	%D%/stress_yield

# The same, and without Check.
HOOKED_PLAIN = \
	%D%/stress_scenarios

# Link the core with narrow positions, just below their wrap.
WRAPPED = \
	%D%/check_model_wrap

# The installed surface only: link libivrq.la. Includes are checked.
BLACKBOX = \
	%D%/check_api \
	%D%/check_badinput \
	%D%/check_model \
	%D%/check_peers \
	%D%/check_promises

# The same, with libivrq-media.la.
BLACKBOX_MEDIA = \
	%D%/check_media \
	%D%/check_media_hostile

# Internals of libivrq-media: link its objects and the core's.
WHITEBOX_MEDIA = \
	%D%/check_handoff \
	%D%/check_media_cut \
	%D%/oom_media

# The installed surface of libivrq-graph, and its internals: link its objects
# and the core's.
BLACKBOX_GRAPH = \
	%D%/check_graph \
	%D%/check_graph_errors \
	%D%/check_graph_keep \
	%D%/check_graph_restart \
	%D%/check_json \
	%D%/stress_graph
WHITEBOX_GRAPH = \
	%D%/check_auth \
	%D%/check_auth_hostile \
	%D%/check_cells \
	%D%/check_clock \
	%D%/check_histogram \
	%D%/check_hosts \
	%D%/check_key \
	%D%/check_lanes \
	%D%/check_notify \
	%D%/check_notify_clock \
	%D%/check_notify_spool \
	%D%/check_repeat \
	%D%/check_route \
	%D%/check_spool \
	%D%/check_token \
	%D%/oom_json

# What "make check-stress" runs for longer.
STRESS = \
	%D%/stress_frozen \
	%D%/stress_history \
	%D%/stress_once \
	%D%/stress_scenarios \
	%D%/stress_yield
if HAVE_GRAPH
STRESS += %D%/stress_graph
endif

# Headers that test sources share.
noinst_HEADERS += \
	%D%/auth_stage.h \
	%D%/ct.h \
	%D%/keys.h \
	%D%/model.h \
	%D%/model_steps.h \
	%D%/notify_stage.h \
	%D%/whitebox.h \
	%D%/yield.h

CHECKERS = \
	%D%/check-bench.sh \
	%D%/check-docs.sh \
	%D%/check-edges.sh \
	%D%/check-exports.sh \
	%D%/check-gateway.sh \
	%D%/check-headers.sh \
	%D%/check-layers.sh \
	%D%/check-model-names.sh

AM_CPPFLAGS += $(CHECK_CFLAGS)

# For each program without an LDADD of its own.
LDADD = libivrq-core.la $(CHECK_LIBS)

%C%_check_lin_SOURCES = \
	%D%/check_lin.c \
	%D%/explore/lin.c \
	%D%/explore/lin_queue.c

stress_once_sources = \
	%D%/stress_audit.c \
	%D%/stress_clients.c \
	%D%/stress_once.c \
	%D%/stress_once.h
%C%_stress_once_SOURCES = $(stress_once_sources)

# The same program; the core yields at random.
%C%_stress_yield_SOURCES = $(stress_once_sources)
%C%_stress_yield_CPPFLAGS = $(AM_CPPFLAGS) -DIVRQ_ATOMIC_HOOK
%C%_stress_yield_LDADD = $(hooked_ldadd)

hooked_ldadd = libivrq-hooks.la $(CHECK_LIBS)
%C%_check_regressions_SOURCES = \
	%D%/check_regressions.c \
	%D%/regressions.h \
	%D%/regressions_frozen.c \
	%D%/regressions_hook.c \
	%D%/regressions_lives.c \
	%D%/regressions_steps.c \
	%D%/regressions_world.c
%C%_check_regressions_CPPFLAGS = $(AM_CPPFLAGS) -DIVRQ_ATOMIC_HOOK
%C%_check_regressions_LDADD = $(hooked_ldadd)

%C%_check_meetings_SOURCES = \
	%D%/check_meetings.c \
	%D%/regressions.h \
	%D%/regressions_hook.c \
	%D%/regressions_world.c
%C%_check_meetings_CPPFLAGS = $(AM_CPPFLAGS) -DIVRQ_ATOMIC_HOOK
%C%_check_meetings_LDADD = $(hooked_ldadd)

%C%_stress_frozen_SOURCES = \
	%D%/stress_frozen.c \
	%D%/stress_frozen.h \
	%D%/stress_world.c
%C%_stress_frozen_CPPFLAGS = $(AM_CPPFLAGS) -DIVRQ_ATOMIC_HOOK
%C%_stress_frozen_LDADD = $(hooked_ldadd)

%C%_stress_scenarios_SOURCES = \
	%D%/stress_acts.c \
	%D%/stress_calls.c \
	%D%/stress_scenarios.c \
	%D%/stress_scenarios.h
%C%_stress_scenarios_LDADD = libivrq-hooks.la

# The reference, and what takes steps on it and on the engine.
model_sources = \
	%D%/model.c \
	%D%/model_run.c \
	%D%/model_steps.c

%C%_stress_history_SOURCES = \
	%D%/explore/lin.c \
	%D%/explore/lin_queue.c \
	%D%/stress_history.c
%C%_stress_history_CPPFLAGS = $(AM_CPPFLAGS) -DIVRQ_ATOMIC_HOOK
%C%_stress_history_LDADD = $(hooked_ldadd)

# The same random sequences twice; positions are wide, and narrow.
check_model_sources = \
	%D%/check_model.c \
	$(model_sources)
%C%_check_model_SOURCES = $(check_model_sources)
%C%_check_model_wrap_SOURCES = $(check_model_sources)
%C%_check_model_wrap_LDADD = libivrq-wrap.la $(CHECK_LIBS)

check_LTLIBRARIES += libivrq-wrap.la
libivrq_wrap_la_SOURCES = $(CORE_SOURCES)
libivrq_wrap_la_CPPFLAGS = $(AM_CPPFLAGS) -DIVRQ_POS_BITS=12 -DIVRQ_POS_START=4090

# malloc is counted by the linker, in the core's own objects.
%C%_oom_create_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=aligned_alloc \
	-Wl,--wrap=posix_memalign

check_api_sources = \
	%D%/api.h \
	%D%/api_cancel.c \
	%D%/api_operations.c \
	%D%/check_api.c
%C%_check_api_SOURCES = $(check_api_sources)

check_badinput_sources = \
	%D%/badinput.h \
	%D%/badinput_submit.c \
	%D%/check_badinput.c
%C%_check_badinput_SOURCES = $(check_badinput_sources)

check_promises_sources = \
	%D%/check_promises.c \
	%D%/promises.h \
	%D%/promises_bounds.c \
	%D%/promises_cuts.c \
	%D%/promises_use.c
%C%_check_promises_SOURCES = $(check_promises_sources)

check_media_sources = \
	%D%/check_media.c \
	%D%/check_media_disk.c \
	%D%/check_media_play.c \
	%D%/check_media_record.c \
	%D%/check_media_stage.c \
	%D%/media_stage.h
%C%_check_media_SOURCES = $(check_media_sources)
%C%_check_media_CPPFLAGS = $(AM_CPPFLAGS) $(MEDIA_CFLAGS)

check_media_hostile_sources = \
	%D%/check_media_hostile.c \
	%D%/check_media_stage.c
%C%_check_media_hostile_SOURCES = $(check_media_hostile_sources)
%C%_check_media_hostile_CPPFLAGS = $(AM_CPPFLAGS) $(MEDIA_CFLAGS)

# An embedder that the black-box tests share.
harness_sources = \
	%D%/fixture.c \
	%D%/fixture.h \
	%D%/harness.c \
	%D%/harness.h
if HAVE_CHECK
check_LTLIBRARIES += %D%/libharness.la
endif
%C%_libharness_la_SOURCES = $(harness_sources)

blackbox_ldadd = %D%/libharness.la libivrq.la $(CHECK_LIBS)
%C%_check_api_LDADD = $(blackbox_ldadd)
%C%_check_badinput_LDADD = $(blackbox_ldadd)
%C%_check_model_LDADD = $(blackbox_ldadd)
%C%_check_peers_LDADD = $(blackbox_ldadd)
%C%_check_promises_LDADD = $(blackbox_ldadd)

blackbox_media_ldadd = %D%/libharness.la libivrq-media.la libivrq.la \
	$(MEDIA_LIBS) $(CHECK_LIBS) -lm
%C%_check_media_LDADD = $(blackbox_media_ldadd)
%C%_check_media_hostile_LDADD = $(blackbox_media_ldadd)

%C%_check_handoff_CPPFLAGS = $(AM_CPPFLAGS) $(MEDIA_CFLAGS)
%C%_check_handoff_LDADD = libivrq-media-core.la libivrq-core.la \
	$(MEDIA_LIBS) $(CHECK_LIBS) -lm

# With the core built with IVRQ_ATOMIC_HOOK.
%C%_check_media_cut_SOURCES = \
	%D%/check_media_cut.c \
	%D%/check_media_stage.c \
	%D%/media_stage.h
%C%_check_media_cut_CPPFLAGS = $(AM_CPPFLAGS) $(MEDIA_CFLAGS)
%C%_check_media_cut_LDADD = libivrq-media-core.la libivrq-hooks.la \
	$(MEDIA_LIBS) $(CHECK_LIBS) -lm

# What lib/media takes of the system is refused by the linker, in its own
# objects.
%C%_oom_media_SOURCES = \
	%D%/check_media_stage.c \
	%D%/media_stage.h \
	%D%/oom_media.c
%C%_oom_media_CPPFLAGS = $(AM_CPPFLAGS) $(MEDIA_CFLAGS)
%C%_oom_media_LDADD = libivrq-media-core.la libivrq-core.la $(MEDIA_LIBS) \
	$(CHECK_LIBS) -lm
%C%_oom_media_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=aligned_alloc -Wl,--wrap=free \
	-Wl,--wrap=sem_init -Wl,--wrap=sem_destroy -Wl,--wrap=pthread_create \
	-Wl,--wrap=pthread_join -Wl,--wrap=src_new -Wl,--wrap=src_delete \
	-Wl,--wrap=sf_open_virtual

check_json_sources = \
	%D%/check_json.c \
	%D%/check_json_encode.c \
	%D%/check_json_receive.c \
	%D%/check_json_request.c \
	%D%/json_checks.h
graph_stage_sources = \
	%D%/graph_stage.c \
	%D%/graph_stage.h \
	%D%/receiver.c \
	%D%/receiver.h
check_graph_sources = %D%/check_graph.c $(graph_stage_sources)
check_graph_errors_sources = %D%/check_graph_errors.c $(graph_stage_sources)
check_graph_keep_sources = %D%/check_graph_keep.c $(graph_stage_sources)
check_graph_restart_sources = \
	%D%/check_graph_restart.c \
	%D%/graph_ledger.c \
	%D%/graph_ledger.h \
	$(graph_stage_sources)
stress_graph_sources = \
	%D%/stress_graph.c \
	%D%/graph_ledger.c \
	%D%/graph_ledger.h \
	%D%/http_load.c \
	%D%/http_load.h \
	$(graph_stage_sources)
%C%_check_json_SOURCES = $(check_json_sources)
%C%_check_graph_SOURCES = $(check_graph_sources)
%C%_check_graph_errors_SOURCES = $(check_graph_errors_sources)
%C%_check_graph_keep_SOURCES = $(check_graph_keep_sources)
%C%_check_graph_restart_SOURCES = $(check_graph_restart_sources)
%C%_stress_graph_SOURCES = $(stress_graph_sources)

blackbox_graph_cppflags = $(AM_CPPFLAGS) $(GRAPH_CFLAGS)
blackbox_graph_ldadd = libivrq-graph.la libivrq.la $(GRAPH_LIBS) $(CHECK_LIBS)
%C%_check_json_CPPFLAGS = $(blackbox_graph_cppflags)
%C%_check_json_LDADD = $(blackbox_graph_ldadd)
%C%_check_graph_CPPFLAGS = $(blackbox_graph_cppflags)
%C%_check_graph_LDADD = $(blackbox_graph_ldadd)
%C%_check_graph_errors_CPPFLAGS = $(blackbox_graph_cppflags)
%C%_check_graph_errors_LDADD = $(blackbox_graph_ldadd)
%C%_check_graph_keep_CPPFLAGS = $(blackbox_graph_cppflags)
%C%_check_graph_keep_LDADD = $(blackbox_graph_ldadd)
%C%_check_graph_restart_CPPFLAGS = $(blackbox_graph_cppflags)
%C%_check_graph_restart_LDADD = $(blackbox_graph_ldadd)
%C%_stress_graph_CPPFLAGS = $(blackbox_graph_cppflags)
%C%_stress_graph_LDADD = $(blackbox_graph_ldadd)

whitebox_graph_cppflags = $(AM_CPPFLAGS) $(GRAPH_CFLAGS)
whitebox_graph_ldadd = libivrq-graph-core.la libivrq-core.la $(GRAPH_LIBS) \
	$(CHECK_LIBS)
%C%_check_notify_SOURCES = \
	%D%/check_notify.c \
	%D%/receiver.c
%C%_check_notify_spool_SOURCES = \
	%D%/check_notify_spool.c \
	%D%/receiver.c
%C%_check_notify_clock_SOURCES = \
	%D%/check_notify_clock.c \
	%D%/receiver.c

# What they take of the system is refused by the linker, in the library's own
# objects.
%C%_check_auth_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_auth_LDADD = $(whitebox_graph_ldadd)
%C%_check_auth_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=strdup
%C%_check_auth_hostile_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_auth_hostile_LDADD = $(whitebox_graph_ldadd)
%C%_check_cells_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_cells_LDADD = $(whitebox_graph_ldadd)
%C%_check_clock_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_clock_LDADD = $(whitebox_graph_ldadd)
%C%_check_clock_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_check_histogram_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_histogram_LDADD = $(whitebox_graph_ldadd)
%C%_check_histogram_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc
%C%_check_hosts_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_hosts_LDADD = $(whitebox_graph_ldadd)
%C%_check_key_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_key_LDADD = $(whitebox_graph_ldadd)
%C%_check_lanes_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_lanes_LDADD = $(whitebox_graph_ldadd)
%C%_check_notify_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_notify_LDADD = $(whitebox_graph_ldadd)
%C%_check_notify_clock_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_notify_clock_LDADD = $(whitebox_graph_ldadd)
%C%_check_notify_clock_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_gettime
%C%_check_notify_spool_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_notify_spool_LDADD = $(whitebox_graph_ldadd)
%C%_check_repeat_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_repeat_LDADD = $(whitebox_graph_ldadd)
%C%_check_repeat_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc
%C%_check_route_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_route_LDADD = $(whitebox_graph_ldadd)
%C%_check_spool_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_spool_LDADD = $(whitebox_graph_ldadd)
%C%_check_token_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_check_token_LDADD = $(whitebox_graph_ldadd)
%C%_check_token_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getrandom
%C%_oom_json_CPPFLAGS = $(whitebox_graph_cppflags)
%C%_oom_json_LDADD = $(whitebox_graph_ldadd)
%C%_oom_json_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=free

ALL_TESTS = $(EXPLORE) $(FUZZ) $(HOOKED_PLAIN)
if HAVE_CHECK
ALL_TESTS += $(WHITEBOX) $(HOOKED) $(WRAPPED) $(BLACKBOX)
if HAVE_MEDIA
ALL_TESTS += $(BLACKBOX_MEDIA) $(WHITEBOX_MEDIA)
endif
if HAVE_GRAPH
ALL_TESTS += $(BLACKBOX_GRAPH) $(WHITEBOX_GRAPH)
endif
endif
if HAVE_MEDIA
ALL_TESTS += $(FUZZ_MEDIA)
endif
if HAVE_GRAPH
ALL_TESTS += $(FUZZ_GRAPH)
endif
check_PROGRAMS += $(ALL_TESTS)
TESTS += $(ALL_TESTS) $(CHECKERS)
EXTRA_DIST += $(CHECKERS) %D%/api-names.awk %D%/model %D%/proof

# A program that hangs is stopped after TEST_TIMEOUT seconds. Check's own limit
# for one case is 4 s, too short under a sanitizer.
TEST_TIMEOUT = 600
if HAVE_TIMEOUT
LOG_COMPILER = $(TIMEOUT) -k 10 $(TEST_TIMEOUT)
endif
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)

# ${X=...} keeps what the user has set.
AM_TESTS_ENVIRONMENT = \
	BENCHES='$(BENCHES)' \
	BLACKBOX='$(BLACKBOX:=.c) $(BLACKBOX_GRAPH:=.c) \
		$(BLACKBOX_MEDIA:=.c) $(harness_sources) \
		$(check_api_sources) $(check_badinput_sources) \
		$(check_graph_errors_sources) $(check_graph_keep_sources) \
		$(check_graph_sources) \
		$(check_graph_restart_sources) \
		$(check_json_sources) $(check_media_sources) \
		$(stress_graph_sources) \
		$(check_model_sources) \
		$(check_promises_sources)' \
	CC='$(CC)' \
	GRAPH_CFLAGS='$(GRAPH_CFLAGS)' \
	HAVE_GRAPH='$(have_graph)' \
	HAVE_MEDIA='$(have_media)' \
	MEDIA_CFLAGS='$(MEDIA_CFLAGS)' \
	NM='$(NM)' \
	top_builddir='$(top_builddir)' \
	top_srcdir='$(top_srcdir)'; \
	: "$${CK_DEFAULT_TIMEOUT=60}" \
	"$${ASAN_OPTIONS=detect_leaks=1}" \
	"$${TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:exitcode=66}" \
	"$${UBSAN_OPTIONS=print_stacktrace=1}"; \
	export BENCHES BLACKBOX CC GRAPH_CFLAGS HAVE_GRAPH HAVE_MEDIA \
	MEDIA_CFLAGS NM top_builddir top_srcdir CK_DEFAULT_TIMEOUT ASAN_OPTIONS TSAN_OPTIONS UBSAN_OPTIONS;

# The stress tests do STRESS_FACTOR times the work they do in "make check".
STRESS_FACTOR = 20
check-stress: all $(check_LTLIBRARIES) $(check_PROGRAMS)
	IVRQ_STRESS=$(STRESS_FACTOR) \
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(STRESS)' \
		TEST_TIMEOUT=`expr $(TEST_TIMEOUT) '*' $(STRESS_FACTOR)`

# Every operation, by several threads on many calls, for STRESS_S seconds.
STRESS_S = 60
EXTRA_PROGRAMS = %D%/stress_long
%C%_stress_long_SOURCES = \
	%D%/stress_long_calls.c \
	%D%/stress_long.c \
	%D%/stress_long.h
%C%_stress_long_LDADD = libivrq-core.la
stress: all %D%/stress_long
	STRESS_S=$(STRESS_S) %D%/stress_long

# The programs again and again until one fails.
LOOPS = 50
check-loop: all $(check_LTLIBRARIES) $(check_PROGRAMS)
	@i=0; while test $$i -lt $(LOOPS); do \
		$(MAKE) $(AM_MAKEFLAGS) check-TESTS \
			TESTS='$(ALL_TESTS)' >check-loop.out 2>&1 || \
			{ cat check-loop.out; exit 1; }; \
		i=`expr $$i + 1`; \
	done; rm -f check-loop.out; echo "check-loop: $(LOOPS) clean runs"

CLEANFILES += check-loop.out $(EXTRA_PROGRAMS)
.PHONY: check-loop check-stress stress
