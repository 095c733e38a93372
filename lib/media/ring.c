/* SPDX-License-Identifier: MIT */
/*
 * ring.c - samples from one thread to another.
 *
 * head and tail run freely and are compared only by their difference, so all
 * of the ring is usable. They start a little below the wrap: a mistake there
 * shows in the first second of a call and not after three days of it.
 *
 * Invariants
 * 1. 0 <= tail - head <= mask + 1.
 * 2. Samples [head, tail) are the consumer's, the others the producer's.
 * 3. Only the producer stores tail, only the consumer stores head; reset
 *    stores both while neither is inside.
 *
 * Edges
 * MA1: pairs with MR1. The samples below tail are visible. Relaxed: the
 *      consumer could read what was there before.
 * MR1: pairs with MA1. Publishes the samples just copied in.
 * MA2: pairs with MR2. The consumer's reads of the place are over. Relaxed:
 *      the producer could overwrite a sample before it is read.
 * MR2: pairs with MA2. Gives the place back; also where it skips, as the
 *      producer may see that store and not the one before it.
 * MX1: relaxed. The thread reads the index that only it stores.
 * MX2: relaxed. reset() runs while neither side is inside; whoever comes next
 *      is ordered after it by what kept them out.
 * MX3: relaxed. A number for the statistics; nothing is read by it.
 */
#include <string.h>

#include "media/ring.h"

#define START (0u - 4000u)

void ivrq__ring_init(struct ivrq__ring *ring, int16_t *pcm, uint32_t nsamples)
{
	ring->pcm = pcm;
	ring->mask = nsamples - 1;
	ivrq__ring_reset(ring);
}

void ivrq__ring_reset(struct ivrq__ring *ring)
{
	ivrq__st_rlx32(&ring->head, START); /* MX2 */
	ivrq__st_rlx32(&ring->tail, START); /* MX2 */
}

static void copy_in(struct ivrq__ring *ring, uint32_t at, const int16_t *pcm,
		    uint32_t n)
{
	uint32_t from = at & ring->mask;
	uint32_t first = ring->mask + 1 - from;

	if (first > n)
		first = n;
	if (pcm) {
		memcpy(ring->pcm + from, pcm, first * sizeof(*pcm));
		memcpy(ring->pcm, pcm + first, (n - first) * sizeof(*pcm));
	} else {
		memset(ring->pcm + from, 0, first * sizeof(*ring->pcm));
		memset(ring->pcm, 0, (n - first) * sizeof(*ring->pcm));
	}
}

static void copy_out(const struct ivrq__ring *ring, uint32_t at, int16_t *pcm,
		     uint32_t n)
{
	uint32_t from = at & ring->mask;
	uint32_t first = ring->mask + 1 - from;

	if (first > n)
		first = n;
	memcpy(pcm, ring->pcm + from, first * sizeof(*pcm));
	memcpy(pcm + first, ring->pcm, (n - first) * sizeof(*pcm));
}

uint32_t ivrq__ring_room_sp(struct ivrq__ring *ring)
{
	uint32_t tail = ivrq__ld_rlx32(&ring->tail); /* MX1 */
	uint32_t head = ivrq__ld_acq32(&ring->head); /* MA2 */

	return ring->mask + 1 - (tail - head);
}

uint32_t ivrq__ring_put_sp(struct ivrq__ring *ring, const int16_t *pcm,
			   uint32_t nsamples)
{
	uint32_t room = ivrq__ring_room_sp(ring);
	uint32_t tail = ivrq__ld_rlx32(&ring->tail); /* MX1 */

	if (nsamples > room)
		nsamples = room;
	if (nsamples == 0)
		return 0;
	copy_in(ring, tail, pcm, nsamples);
	ivrq__st_rel32(&ring->tail, tail + nsamples); /* MR1 */
	return nsamples;
}

uint32_t ivrq__ring_tail_sp(struct ivrq__ring *ring)
{
	return ivrq__ld_rlx32(&ring->tail); /* MX1 */
}

uint32_t ivrq__ring_tail_sc(struct ivrq__ring *ring)
{
	return ivrq__ld_acq32(&ring->tail); /* MA1 */
}

uint32_t ivrq__ring_head_sc(struct ivrq__ring *ring)
{
	return ivrq__ld_rlx32(&ring->head); /* MX1 */
}

uint32_t ivrq__ring_get_sc(struct ivrq__ring *ring, int16_t *pcm,
			   uint32_t nsamples)
{
	uint32_t head = ivrq__ld_rlx32(&ring->head); /* MX1 */
	uint32_t used = ivrq__ring_tail_sc(ring) - head;

	if (nsamples > used)
		nsamples = used;
	if (nsamples == 0)
		return 0;
	copy_out(ring, head, pcm, nsamples);
	ivrq__st_rel32(&ring->head, head + nsamples); /* MR2 */
	return nsamples;
}

void ivrq__ring_seek_sc(struct ivrq__ring *ring, uint32_t place)
{
	ivrq__st_rel32(&ring->head, place); /* MR2 */
}

uint32_t ivrq__ring_level(const struct ivrq__ring *ring)
{
	uint32_t head = ivrq__ld_rlx32(&ring->head); /* MX3 */
	uint32_t tail = ivrq__ld_rlx32(&ring->tail); /* MX3 */
	uint32_t used = tail - head;

	return used > ring->mask + 1 ? ring->mask + 1 : used;
}
