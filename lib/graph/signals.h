/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_GRAPH_SIGNALS_H
#define IVRQ_LIB_GRAPH_SIGNALS_H
/*
 * signals.h - signals are the embedder's: no thread of the gateway takes one.
 * A thread begins with the mask of the one that makes it.
 */
#include <signal.h>
#include <stddef.h>

/* Holds all back from this thread; what it took before is in *mine. */
static inline void ivrq__signals_hold(sigset_t *mine)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, mine);
}

static inline void ivrq__signals_release(const sigset_t *mine)
{
	pthread_sigmask(SIG_SETMASK, mine, NULL);
}

#endif
