/* SPDX-License-Identifier: MIT */
/*
 * io.c - the I/O threads.
 *
 * Each sleeps on a semaphore. Whoever puts a leg into an empty queue posts it,
 * so there is one post for each time the queue is taken with something in it
 * and none is lost. A leg is looked at in full when its turn comes; what it
 * needs is in its own words (handoff.c), not in the queue.
 *
 * A leg that ends is kicked one last time; the thread frees it then, and no
 * other entry of the leg can be in the queue (`kicked` is set in the entry
 * that says so).
 *
 * Edges
 * MA21: pairs with MR21. All last kicks came before; the queue that is taken
 *       after this load holds them.
 * MR21: pairs with MA21. Tells the thread to end.
 */
#include <errno.h>

#include "media/leg.h"

static void serve(ivrq_media_leg *leg)
{
	if (ivrq__kick_take_io(&leg->hand)) {
		ivrq__reader_close(&leg->reader);
		ivrq__writer_close(leg);
		ivrq__leg_free(leg);
		return;
	}
	ivrq__writer_run(leg);
	ivrq__reader_run(leg);
}

static void *run(void *user)
{
	struct ivrq__io *io = user;
	bool quit = false;

	while (!quit) {
		uint32_t next;

		while (sem_wait(&io->wake) && errno == EINTR)
			;
		quit = ivrq__ld_acq32(&io->quit); /* MA21 */
		next = ivrq__queue_take_io(&io->queue);
		while (next) {
			ivrq_media_leg *leg = io->media->table[next - 1];

			next = leg->hand.next;
			serve(leg);
		}
	}
	return NULL;
}

bool ivrq__io_start(struct ivrq__io *io, ivrq_media *media)
{
	io->media = media;
	if (sem_init(&io->wake, 0, 0))
		return false;
	if (!pthread_create(&io->thread, NULL, run, io))
		return true;
	sem_destroy(&io->wake);
	return false;
}

void ivrq__io_stop(struct ivrq__io *io)
{
	ivrq__st_rel32(&io->quit, 1); /* MR21 */
	sem_post(&io->wake);
	pthread_join(io->thread, NULL);
	sem_destroy(&io->wake);
}

void ivrq__io_kick(ivrq_media_leg *leg, bool last)
{
	/* After the last kick the leg may be gone at once. */
	struct ivrq__io *io = leg->io;

	if (ivrq__kick(&leg->hand, &io->queue, leg->index, last))
		sem_post(&io->wake);
}
