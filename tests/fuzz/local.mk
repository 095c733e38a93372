# SPDX-License-Identifier: MIT
#
# Fuzz targets. In "make check" they are plain programs that replay the saved
# corpus. libFuzzer brings a main() of its own:
#
#	make fuzz FUZZ_MAIN= LDFLAGS=-fsanitize=fuzzer
#
# as tests/proof/fuzz.sh does.

FUZZ = \
	%D%/fuzz_api \
	%D%/fuzz_config
FUZZ_MEDIA = \
	%D%/fuzz_wav
FUZZ_GRAPH = \
	%D%/fuzz_bearer \
	%D%/fuzz_json \
	%D%/fuzz_route
noinst_HEADERS += %D%/fuzz.h
EXTRA_DIST += %D%/corpus

check_LTLIBRARIES += %D%/libreplay.la
%C%_libreplay_la_SOURCES = %D%/replay.c
FUZZ_MAIN = %D%/libreplay.la

# All in one program, without shared libraries: a fuzzer runs and debugs it as
# it is.
%C%_fuzz_api_SOURCES = %D%/fuzz_api.c $(model_sources)
%C%_fuzz_api_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
%C%_fuzz_api_LDADD = $(FUZZ_MAIN) libivrq-core.la
%C%_fuzz_bearer_CPPFLAGS = $(AM_CPPFLAGS) $(GRAPH_CFLAGS)
%C%_fuzz_bearer_LDADD = $(FUZZ_MAIN) libivrq-graph-core.la libivrq-core.la \
	$(GRAPH_LIBS)
%C%_fuzz_config_LDADD = $(FUZZ_MAIN) libivrq-core.la
%C%_fuzz_json_CPPFLAGS = $(AM_CPPFLAGS) $(GRAPH_CFLAGS)
%C%_fuzz_json_LDADD = $(FUZZ_MAIN) libivrq-graph-core.la libivrq-core.la \
	$(GRAPH_LIBS)
%C%_fuzz_route_CPPFLAGS = $(AM_CPPFLAGS) $(GRAPH_CFLAGS)
%C%_fuzz_route_LDADD = $(FUZZ_MAIN) libivrq-graph-core.la libivrq-core.la \
	$(GRAPH_LIBS)
%C%_fuzz_wav_CPPFLAGS = $(AM_CPPFLAGS) $(MEDIA_CFLAGS)
%C%_fuzz_wav_LDADD = $(FUZZ_MAIN) libivrq-media-core.la libivrq-core.la \
	$(MEDIA_LIBS) -lm

fuzz: $(FUZZ) $(FUZZ_GRAPH) $(FUZZ_MEDIA)
.PHONY: fuzz
