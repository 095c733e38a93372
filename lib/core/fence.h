/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_FENCE_H
#define IVRQ_CORE_FENCE_H
/*
 * fence.h - threads that wait for what the workers do. The only module that
 * waits, and the only one that reads a clock.
 */
#include <semaphore.h>

#include "core/pool.h"

struct ivrq__waiter {
	sem_t sem;
	ivrq__a32 busy;
};

struct ivrq__fences {
	struct ivrq__pool free;
	struct ivrq__waiter *waiter;
	uint32_t count;
	_Alignas(64) ivrq__a32 waiting;
};

void ivrq__fences_init(struct ivrq__fences *fences,
		       struct ivrq__waiter *waiters, ivrq__a32 *next,
		       uint32_t count);
void ivrq__fences_fini(struct ivrq__fences *fences);

/*
 * Wait until `done` answers true. It reads, seq_cst, something that a worker
 * changes, seq_cst, before it calls ivrq__fences_tell(). 0, IVRQ_ETIMEDOUT,
 * IVRQ_EPOOL, or IVRQ_EDEADLK inside a callback.
 */
int ivrq__fences_wait(struct ivrq__fences *fences, bool (*done)(void *arg),
		      void *arg, uint64_t timeout_ms);
void ivrq__fences_tell(struct ivrq__fences *fences);

/* The worker whose ivrq_worker_run() this thread is in, of any engine; NULL:
 * none. */
const void *ivrq__running(void);
void ivrq__set_running(const void *worker);

#endif
