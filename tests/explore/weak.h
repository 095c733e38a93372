/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_TESTS_EXPLORE_WEAK_H
#define IVRQ_TESTS_EXPLORE_WEAK_H
/* weak.h - what weak memory orders allow, for explore.c. Told in weak.c. */
#include "explore.h"

#define WEAK_BACK   3	 /* messages kept besides the newest one */
#define WEAK_MEMORY 8192 /* bytes of the memory, and of `plain` */

/* No word is known. */
void weak_forget(const struct explore_spec *spec);
/* Another user was found: the word is shared from the next begin on. */
void weak_add_word(const volatile void *object, size_t size);
/* The threads begin; all was done before by somebody who knew of all. */
void weak_begin(void);

/* Can it read the message so many before the newest? If `unlike`, only if it
 * is not `expected`. */
bool weak_may_read(unsigned thread, const volatile void *object, unsigned back,
		   int order, bool unlike, uint64_t expected);
uint64_t weak_read(unsigned thread, const volatile void *object, unsigned back,
		   int order);
void weak_write(unsigned thread, const volatile void *object, uint64_t value,
		int order, bool rmw);
/* A plain access; false: a part of a known one, all has to begin again. */
bool weak_plain(unsigned thread, const volatile void *object, size_t size,
		bool write, const void *where);

/* An event; does the thread know of it? */
void weak_mark(unsigned thread, unsigned event);
bool weak_knows(unsigned thread, unsigned event);

/* Drop what none of the threads that live needs to know. */
void weak_trim(unsigned done);
uint64_t weak_hash(unsigned done);
size_t weak_size(void);
char *weak_save(char *to);
const char *weak_restore(const char *from);

#endif
