# SPDX-License-Identifier: MIT
#
# To add a source: one line in CORE_SOURCES, GRAPH_SOURCES or MEDIA_SOURCES. A
# new core module also takes its place in the order table of lib/README.

CORE_SOURCES = \
	%D%/core/atomics.h \
	%D%/core/call.c \
	%D%/core/call.h \
	%D%/core/cancel.c \
	%D%/core/cancel.h \
	%D%/core/deadline.c \
	%D%/core/deadline.h \
	%D%/core/engine.c \
	%D%/core/engine.h \
	%D%/core/fence.c \
	%D%/core/fence.h \
	%D%/core/op.c \
	%D%/core/op.h \
	%D%/core/pool.c \
	%D%/core/pool.h \
	%D%/core/queue.c \
	%D%/core/queue.h \
	%D%/core/ready.c \
	%D%/core/ready.h \
	%D%/core/request.c \
	%D%/core/request.h \
	%D%/core/select.c \
	%D%/core/select.h \
	%D%/core/state.h \
	%D%/core/submit.c \
	%D%/core/submit.h \
	%D%/core/tone.c \
	%D%/core/tone.h \
	%D%/core/turn.c \
	%D%/core/turn.h \
	%D%/core/wire.c \
	%D%/core/wire.h \
	%D%/core/word.h \
	%D%/core/worker.c \
	%D%/core/worker.h

GRAPH_SOURCES = \
	%D%/graph/actions.c \
	%D%/graph/actions.h \
	%D%/graph/answer.c \
	%D%/graph/answer.h \
	%D%/graph/auth.c \
	%D%/graph/auth.h \
	%D%/graph/cells.c \
	%D%/graph/cells.h \
	%D%/graph/clock.c \
	%D%/graph/clock.h \
	%D%/graph/config.c \
	%D%/graph/config.h \
	%D%/graph/decode.c \
	%D%/graph/encode.c \
	%D%/graph/graph.c \
	%D%/graph/histogram.c \
	%D%/graph/histogram.h \
	%D%/graph/fail.h \
	%D%/graph/hosts.c \
	%D%/graph/hosts.h \
	%D%/graph/http.c \
	%D%/graph/http.h \
	%D%/graph/json.h \
	%D%/graph/key.c \
	%D%/graph/key.h \
	%D%/graph/lanes.c \
	%D%/graph/lanes.h \
	%D%/graph/metrics.c \
	%D%/graph/notify.c \
	%D%/graph/notify.h \
	%D%/graph/outbox.c \
	%D%/graph/outbox.h \
	%D%/graph/parse.c \
	%D%/graph/receive.c \
	%D%/graph/recording.c \
	%D%/graph/recording.h \
	%D%/graph/registry.c \
	%D%/graph/registry.h \
	%D%/graph/repeat.c \
	%D%/graph/repeat.h \
	%D%/graph/route.c \
	%D%/graph/route.h \
	%D%/graph/send.c \
	%D%/graph/send.h \
	%D%/graph/signals.h \
	%D%/graph/spool.c \
	%D%/graph/spool.h \
	%D%/graph/state.h \
	%D%/graph/teller.c \
	%D%/graph/teller.h \
	%D%/graph/token.c \
	%D%/graph/token.h \
	%D%/graph/uuid.c

MEDIA_SOURCES = \
	%D%/media/file.c \
	%D%/media/handoff.c \
	%D%/media/handoff.h \
	%D%/media/io.c \
	%D%/media/leg.c \
	%D%/media/leg.h \
	%D%/media/media.c \
	%D%/media/prompt.c \
	%D%/media/record.c \
	%D%/media/ring.c \
	%D%/media/ring.h \
	%D%/media/speech.c \
	%D%/media/speech.h \
	%D%/media/tick.c \
	%D%/media/writer.c

# The objects live in convenience libraries: libivrq and the white-box tests
# link the same ones, so that tests never need extra exports.
noinst_LTLIBRARIES += libivrq-core.la
libivrq_core_la_SOURCES = $(CORE_SOURCES)

# The core with a call of the test's own before each atomic access.
check_LTLIBRARIES += libivrq-hooks.la
libivrq_hooks_la_SOURCES = $(CORE_SOURCES)
libivrq_hooks_la_CPPFLAGS = $(AM_CPPFLAGS) -DIVRQ_ATOMIC_HOOK

lib_LTLIBRARIES += libivrq.la
libivrq_la_SOURCES =
libivrq_la_LIBADD = libivrq-core.la
libivrq_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info $(IVRQ_LT_VERSION)
libivrq_la_DEPENDENCIES = libivrq-core.la %D%/ivrq.map

if HAVE_MEDIA
noinst_LTLIBRARIES += libivrq-media-core.la
libivrq_media_core_la_SOURCES = $(MEDIA_SOURCES)
libivrq_media_core_la_CPPFLAGS = $(AM_CPPFLAGS) $(MEDIA_CFLAGS)

lib_LTLIBRARIES += libivrq-media.la
libivrq_media_la_SOURCES =
libivrq_media_la_LIBADD = libivrq-media-core.la libivrq.la $(MEDIA_LIBS) -lm
libivrq_media_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info $(IVRQ_LT_VERSION)
libivrq_media_la_DEPENDENCIES = libivrq-media-core.la libivrq.la %D%/ivrq-media.map
endif

if HAVE_GRAPH
noinst_LTLIBRARIES += libivrq-graph-core.la
libivrq_graph_core_la_SOURCES = $(GRAPH_SOURCES)
libivrq_graph_core_la_CPPFLAGS = $(AM_CPPFLAGS) $(GRAPH_CFLAGS)

lib_LTLIBRARIES += libivrq-graph.la
libivrq_graph_la_SOURCES =
libivrq_graph_la_LIBADD = libivrq-graph-core.la libivrq.la $(GRAPH_LIBS)
libivrq_graph_la_LDFLAGS = $(AM_LDFLAGS) -no-undefined -version-info $(IVRQ_LT_VERSION)
libivrq_graph_la_DEPENDENCIES = libivrq-graph-core.la libivrq.la %D%/ivrq-graph.map
endif

if HAVE_VERSION_SCRIPT
libivrq_la_LDFLAGS += -Wl,--version-script=$(srcdir)/%D%/ivrq.map
if HAVE_MEDIA
libivrq_media_la_LDFLAGS += -Wl,--version-script=$(srcdir)/%D%/ivrq-media.map
endif
if HAVE_GRAPH
libivrq_graph_la_LDFLAGS += -Wl,--version-script=$(srcdir)/%D%/ivrq-graph.map
endif
else
libivrq_la_LDFLAGS += -export-symbols-regex '^ivrq_[^_]'
if HAVE_MEDIA
libivrq_media_la_LDFLAGS += -export-symbols-regex '^ivrq_[^_]'
endif
if HAVE_GRAPH
libivrq_graph_la_LDFLAGS += -export-symbols-regex '^ivrq_[^_]'
endif
endif

EXTRA_DIST += %D%/README %D%/ivrq.map %D%/ivrq-graph.map %D%/ivrq-media.map
