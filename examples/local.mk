# SPDX-License-Identifier: MIT
#
# "make demo" runs the demo on the prompts of the source tree; DEMO_ARGS adds
# options (--fast, --json), DEMO_OUT says where the recordings go.

DEMO_OUT = demo-out

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

# prompts is the whole directory.
EXTRA_DIST += %D%/Makefile.installed %D%/prompts

clean-local:
	rm -rf demo-out

.PHONY: demo
