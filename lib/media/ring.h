/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_LIB_MEDIA_RING_H
#define IVRQ_LIB_MEDIA_RING_H
/*
 * ring.h - samples from one thread to another. One producer (_sp), one
 * consumer (_sc), each of its functions is wait-free.
 */
#include <stddef.h>
#include <stdint.h>

#include "core/atomics.h"

struct ivrq__ring {
	int16_t *pcm;
	uint32_t mask; /* all of it, mask + 1 samples, is usable */
	/* Apart, so that neither side's store takes the other's line away. */
	_Alignas(64) ivrq__a32 head; /* the consumer's: next to read */
	_Alignas(64) ivrq__a32 tail; /* the producer's: next to fill */
};

/* @nsamples: a power of two. */
void ivrq__ring_init(struct ivrq__ring *ring, int16_t *pcm, uint32_t nsamples);

/* Empties it. Neither side may be inside. */
void ivrq__ring_reset(struct ivrq__ring *ring);

/* Room at the least; the consumer may make more at any time. */
uint32_t ivrq__ring_room_sp(struct ivrq__ring *ring);

/* NULL puts zeros. How many went in. */
uint32_t ivrq__ring_put_sp(struct ivrq__ring *ring, const int16_t *pcm,
			   uint32_t nsamples);

uint32_t ivrq__ring_tail_sp(struct ivrq__ring *ring);

/* Where the samples that can be read end; all before it are visible. */
uint32_t ivrq__ring_tail_sc(struct ivrq__ring *ring);

uint32_t ivrq__ring_head_sc(struct ivrq__ring *ring);

/* How many came out. */
uint32_t ivrq__ring_get_sc(struct ivrq__ring *ring, int16_t *pcm,
			   uint32_t nsamples);

/* Skips to a place not before head and not after tail. */
void ivrq__ring_seek_sc(struct ivrq__ring *ring, uint32_t place);

/* Samples in it, by any thread; a recent value. */
uint32_t ivrq__ring_level(const struct ivrq__ring *ring);

#endif
