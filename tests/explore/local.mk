# SPDX-License-Identifier: MIT

# Link the core whose every atomic access is the explorer's. No Check.
EXPLORE = \
	%D%/check_frozen \
	%D%/check_interleavings \
	%D%/check_modules \
	%D%/check_orders
STRESS += $(EXPLORE)
noinst_HEADERS += \
	%D%/explore.h \
	%D%/guest.h \
	%D%/lin.h \
	%D%/modules.h \
	%D%/machine.h \
	%D%/plain.h \
	%D%/runs.h \
	%D%/scenes.h \
	%D%/trace.h \
	%D%/weak.h \
	%D%/world.h

explore_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/%D% \
	-include $(srcdir)/%D%/trace.h -DIVRQ_POS_BITS=8 \
	-DIVRQ_POS_START=explore_first_position
check_LTLIBRARIES += libivrq-explore.la
libivrq_explore_la_SOURCES = $(CORE_SOURCES)
libivrq_explore_la_CPPFLAGS = $(explore_cppflags)
explorer = \
	%D%/access.c \
	%D%/explore.c \
	%D%/states.c \
	%D%/weak.c
judges = \
	%D%/judge.c \
	%D%/show.c
%C%_check_interleavings_SOURCES = \
	$(explorer) \
	$(judges) \
	%D%/check_interleavings.c \
	%D%/history.c \
	%D%/lin.c \
	%D%/lin_queue.c \
	%D%/longest.c \
	%D%/runs.c \
	%D%/world.c
%C%_check_interleavings_CPPFLAGS = $(explore_cppflags)
%C%_check_interleavings_LDADD = libivrq-explore.la
%C%_check_modules_SOURCES = \
	$(explorer) \
	%D%/check_modules.c \
	%D%/lin.c \
	%D%/module_call.c \
	%D%/module_fence.c \
	%D%/module_pool.c \
	%D%/module_ready.c \
	%D%/module_tone.c \
	%D%/runs.c
%C%_check_modules_CPPFLAGS = $(explore_cppflags)
%C%_check_modules_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sem_post \
	-Wl,--wrap=sem_clockwait -Wl,--wrap=sem_timedwait
%C%_check_modules_LDADD = libivrq-explore.la

%C%_check_frozen_SOURCES = \
	$(explorer) \
	$(judges) \
	%D%/check_frozen.c \
	%D%/guest.c \
	%D%/world.c
%C%_check_frozen_CPPFLAGS = $(explore_cppflags)
%C%_check_frozen_LDADD = libivrq-explore.la

# The core tells of its plain accesses too; the sanitizer's library, which
# would take them, is not linked: sanitize.c does. Not for the linker, and not
# together with another sanitizer: so not among the other flags.
check_LTLIBRARIES += libivrq-orders.la
libivrq_orders_la_SOURCES = $(CORE_SOURCES)
libivrq_orders_la_CPPFLAGS = $(explore_cppflags) -DEXPLORE_PLAIN \
	-fsanitize=thread
libivrq_orders_la_CFLAGS = $(STD_CFLAGS) $(WARN_CFLAGS) $(VIS_CFLAGS)
check_LTLIBRARIES += %D%/libplainworld.la
%C%_libplainworld_la_SOURCES = %D%/world.c
%C%_libplainworld_la_CPPFLAGS = $(explore_cppflags) -DEXPLORE_BY_PLAIN \
	-include $(srcdir)/%D%/plain.h
%C%_check_orders_SOURCES = \
	$(explorer) \
	$(judges) \
	%D%/acts.c \
	%D%/check_orders.c \
	%D%/plain.c \
	%D%/sanitize.c \
	%D%/scenes.c \
	%D%/stage.c \
	%D%/stage.h
%C%_check_orders_CPPFLAGS = $(explore_cppflags)
%C%_check_orders_LDADD = %D%/libplainworld.la libivrq-orders.la
