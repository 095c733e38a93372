/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_SPOOL_H
#define IVRQ_LIB_GRAPH_SPOOL_H
/*
 * spool.h - notifications on disk, in order for each call. Not for several
 * threads at once: its owner has a lock.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ivrq/json.h>

/* One notification; the bytes of the text are followed by a NUL, that by the
 * address. free(). */
struct ivrq__element {
	struct ivrq__element *next;
	uint64_t seq;	   /* grows with each of all calls; 0 is none */
	uint64_t added_ns; /* CLOCK_MONOTONIC; of a restored one made up */
	size_t bytes;
	const char *uri;
	char text[];
};

/* NULL: no memory. */
struct ivrq__element *ivrq__element_make(const char *text, size_t bytes,
					 const char *uri);

struct ivrq__spool;

/*
 * `file` NULL: a temporary one. `full`: what was put is on the disk, not only
 * the system's, when that answers. 0; IVRQ_EINVAL it cannot be used, or is
 * no spool; IVRQ_EBUSY it has another user; IVRQ_ENOMEM.
 */
int ivrq__spool_open(const char *file, bool full, struct ivrq__spool **spool,
		     ivrq_error *error);
void ivrq__spool_close(struct ivrq__spool *spool);

/* The highest seq in it; 0: empty. Negative: it cannot be read. */
int64_t ivrq__spool_last(struct ivrq__spool *spool);

/*
 * Each call that has something in it, the one that waits longest first, with
 * the address of its first. `each` answers 0 to go on. 0, what `each`
 * answered, or IVRQ_EINVAL.
 */
int ivrq__spool_calls(struct ivrq__spool *spool,
		      int (*each)(void *user, const ivrq_uuid *call,
				  const char *uri, uint64_t rows),
		      void *user);

/* Adds a list, all or nothing. false: see _why(). */
bool ivrq__spool_put(struct ivrq__spool *spool, const ivrq_uuid *call,
		     const struct ivrq__element *first);

/* The next of a call behind `seq`, at most `limit`, all to one address. Their
 * number; negative: see _why(). They stay in the spool. */
int ivrq__spool_get(struct ivrq__spool *spool, const ivrq_uuid *call,
		    uint64_t seq, uint32_t limit, struct ivrq__element **first);

/* Removes those of a call up to `seq`. false: see _why(). */
bool ivrq__spool_remove(struct ivrq__spool *spool, const ivrq_uuid *call,
			uint64_t seq);

/* Why the latest failed; until the next. */
const char *ivrq__spool_why(struct ivrq__spool *spool);

#endif
