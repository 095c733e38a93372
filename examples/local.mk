# SPDX-License-Identifier: MIT
#
# "make demo" runs the demo on the prompts of the source tree; DEMO_ARGS adds
# options (--fast, --json), DEMO_OUT says where the recordings go. Likewise
# "make gateway": GATEWAY_ARGS (--calls, --port), GATEWAY_OUT.

DEMO_OUT = demo-out
GATEWAY_OUT = gateway-out

noinst_PROGRAMS += %D%/embed
%C%_embed_LDADD = libivrq.la

if HAVE_MEDIA
noinst_PROGRAMS += %D%/demo
%C%_demo_SOURCES = \
	%D%/check.c \
	%D%/demo.c \
	%D%/demo.h \
	%D%/loop.c \
	%D%/print.c \
	%D%/scenario.c \
	%D%/sound.c \
	%D%/sound.h \
	%D%/timeline.c
%C%_demo_CPPFLAGS = $(AM_CPPFLAGS) $(MEDIA_CFLAGS)
%C%_demo_LDADD = libivrq-media.la libivrq.la $(MEDIA_LIBS) -lm

demo: %D%/demo
	@$(MKDIR_P) $(DEMO_OUT)
	%D%/demo $(DEMO_ARGS) --prompts $(srcdir)/%D%/prompts --out $(DEMO_OUT)
else
demo:
	@echo "demo: needs libivrq-media; configure with --enable-media" >&2
	@exit 1
endif

if HAVE_GRAPH
if HAVE_MEDIA
noinst_PROGRAMS += %D%/gateway
%C%_gateway_SOURCES = \
	%D%/gateway.c \
	%D%/gateway.h \
	%D%/gateway_callers.c \
	%D%/gateway_print.c \
	%D%/gateway_receiver.c \
	%D%/sound.c \
	%D%/sound.h
%C%_gateway_CPPFLAGS = $(AM_CPPFLAGS) $(GRAPH_CFLAGS) $(MEDIA_CFLAGS)
%C%_gateway_LDADD = libivrq-graph.la libivrq-media.la libivrq.la \
	$(GRAPH_LIBS) $(MEDIA_LIBS) -lm

gateway: %D%/gateway
	@%D%/gateway --prompts $(srcdir)/%D%/prompts --out $(GATEWAY_OUT) \
		$(GATEWAY_ARGS)
else
gateway:
	@echo "gateway: needs libivrq-media; configure with --enable-media" >&2
	@exit 1
endif
else
gateway:
	@echo "gateway: needs libivrq-graph; configure with --enable-graph" >&2
	@exit 1
endif

# prompts is the whole directory.
EXTRA_DIST += %D%/Makefile.installed %D%/prompts

clean-local:
	rm -rf demo-out gateway-out

.PHONY: demo gateway
