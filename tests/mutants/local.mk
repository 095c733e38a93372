# SPDX-License-Identifier: MIT

# Each with a hook of its own; one in the world of check_regressions.
HOOKED += \
	%D%/check_parts \
	%D%/check_windows
%C%_check_parts_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests \
	-DIVRQ_ATOMIC_HOOK
%C%_check_parts_LDADD = $(hooked_ldadd)
%C%_check_windows_SOURCES = \
	%D%/check_windows.c \
	tests/regressions.h \
	tests/regressions_world.c
%C%_check_windows_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests \
	-DIVRQ_ATOMIC_HOOK
%C%_check_windows_LDADD = $(hooked_ldadd)
