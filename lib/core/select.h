/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_CORE_SELECT_H
#define IVRQ_CORE_SELECT_H
/*
 * select.h - cancel operations one by one: enter, kill, leave; then schedule
 * the call. Any thread, lock-free. Pure, as queue.h.
 */
#include "core/queue.h"

int ivrq__select_enter(const struct ivrq__ring *ring, uint64_t *word);
void ivrq__select_leave(const struct ivrq__ring *ring);
enum ivrq__kill {
	IVRQ__LATE,	   /* finished, or cancelled by another */
	IVRQ__HIT_PENDING, /* by slot: carries the number given */
	IVRQ__HIT_WAITING, /* by the word: taken up, not started */
	IVRQ__HIT_RUNNING  /* by the word: started */
};
/* Alone: a hit by the word is BY_LONE, its number the position. */
enum ivrq__kill ivrq__select_kill(const struct ivrq__ring *ring,
				  uint64_t position, uint64_t number);
/* One of a group: every hit is BY_GROUP. The caller holds `ref`. */
enum ivrq__kill ivrq__select_kill_group(const struct ivrq__ring *ring,
					uint64_t position, uint32_t ref,
					uint64_t number);
/* Is a kill with this number not delivered yet? */
bool ivrq__select_has_kill(const struct ivrq__ring *ring, uint64_t number);

#endif
