/* SPDX-License-Identifier: MIT */
/*
 * ivrq.pml - one call's queue, as a model for spin. README has the promises it
 * is judged by, the configurations, and what is left out.
 *
 * A thread is a loop over steps; `pc` is the next one. Each step is one atomic
 * access of the C text, with the computation that follows it, as a d_step, and
 * names the place: C: file function "text in it". check-model-names.sh sees
 * that each is still there.
 */
#ifdef FORMULA /* a formula alone is to find the fault */
#define assert(what) skip
#endif
#include "word.pml"
#include "submit.pml"
#include "cancel.pml"
#ifdef SELECT
#include "select.pml"
#endif
#include "driver.pml"
#include "worker.pml"
#ifdef LTL
#include "promises.pml"
#endif

#ifdef LIFE
mtype = { i_wait, i_word, i_open, i_life, i_end };

/* Opens the next call in the same place, once. */
proctype opener()
{
	mtype pc = i_wait;
	unsigned w : 16;

	{ do
	:: d_step { pc == i_wait && vacant -> /* C: call.c take_place "ivrq__pool_pop(&engine->call_pool)" */
		vacant = false;
		pc = i_word }
	:: d_step { pc == i_word -> /* C: queue.c ivrq__queue_open "uint64_t word = ivrq__load_word(ring)" */
		w = word;
		pc = i_open }
	:: d_step { pc == i_open -> /* C: queue.c ivrq__queue_open "word & ~IVRQ__CLOSED_MASK" */
		if
		:: word == w -> word = w & ~CLOSED_MASK; w = 0; pc = i_life
		:: else -> w = word
		fi }
	:: d_step { pc == i_life -> /* C: call.c ivrq_call_open "ivrq__st_seq64(&at->life, life)" */
		life++;
		ended = false;
		pc = i_end }
	:: pc == i_end || (pc == i_wait && over) -> break
	od } FREEZABLE
}
#endif

#ifdef FREEZE
/* Stops one process for ever, at any of its steps, or none. */
proctype freezer()
{
	if
	:: frozen = WORKER
	:: frozen = DRIVER
	:: frozen = SUBMITTER
#ifdef C0
	:: frozen = CANCELLER
#endif
	:: skip
	fi
}
#endif

/*
 * The end of it, when nobody can go on. G7: with one frozen, all the others
 * have come to their end. Without the worker no result is due; without the
 * driver, none of what it plays and what comes after; without the submitter,
 * all that the others are concerned with.
 */
inline audit()
{
#ifdef FREEZE
	lost = (frozen == SUBMITTER -> curref[0] : 0);
	assert(SUBS == 1 || curref[1] == 0);	      /* G7 */
	assert(frozen == SUBMITTER || curref[0] == 0); /* G7 */
#ifdef C0
	assert(frozen == CANCELLER || given[0]); /* G7 */
#endif
	i = 0;
	do
	:: i < NREF ->
		assert(frozen == WORKER || frozen == DRIVER || i + 1 == lost ||
		       g[i] == G_OUT); /* G7, G2 */
		i++
	:: else -> break
	od;
	if
	:: frozen == DRIVER -> /* what has landed, and its holder, apart */
		assert(depth(word) == 0 || flies(state(word)))
	:: else
	fi
#else
	i = 0;
	do
	:: i < NREF ->
		assert(g[i] == G_OUT); /* G2: a result for each */
		i++
	:: else -> break
	od;
	assert(depth(word) == 0 && state(word) == IDLE && flight == 0);
	assert(bal[0] == 0 && bal[1] == 0); /* G3 */
	assert(pool == (1 << NREF) - 1)	    /* G9: all storage is back */
#endif
}

init {
	d_step {
		AT(FIRST) = free_for(FIRST);
		AT(FIRST + 1) = free_for(FIRST + 1)
	}
	atomic {
		run worker();
		run driver();
		run submitter(0);
#if SUBS > 1
		run submitter(1);
#endif
#ifdef C0
		START_CANCEL(0, C0);
#endif
#ifdef C1
		START_CANCEL(1, C1);
#endif
#ifdef LIFE
		run opener();
#endif
#ifdef FREEZE
		run freezer();
#endif
	}
	timeout;
	d_step { audit(); over = true }
}
