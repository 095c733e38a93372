# SPDX-License-Identifier: MIT

# Each with a hook of its own, or in the world of check_regressions.
HOOKED += \
	%D%/check_moments \
	%D%/check_parts \
	%D%/check_windows
%C%_check_moments_SOURCES = \
	%D%/check_moments.c \
	tests/regressions.h \
	tests/regressions_hook.c \
	tests/regressions_world.c
%C%_check_moments_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests \
	-DIVRQ_ATOMIC_HOOK
%C%_check_moments_LDADD = $(hooked_ldadd)
%C%_check_parts_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests \
	-DIVRQ_ATOMIC_HOOK
%C%_check_parts_LDADD = $(hooked_ldadd)
%C%_check_windows_SOURCES = \
	%D%/check_windows.c \
	%D%/windows_acts.c \
	tests/regressions.h \
	tests/regressions_world.c
%C%_check_windows_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests \
	-DIVRQ_ATOMIC_HOOK
%C%_check_windows_LDADD = $(hooked_ldadd)

# The faults of tests/proof/mutants.sh. Not a part of "make check".
EXTRA_DIST += \
	%D%/equivalent \
	%D%/faults.py \
	%D%/killed-by \
	%D%/killers \
	%D%/logic \
	%D%/mutants.py \
	%D%/open \
	%D%/plain_world.c
noinst_HEADERS += \
	%D%/weak.h \
	%D%/weak_word.h \
	%D%/windows.h
