/* SPDX-License-Identifier: MIT */
/*
 * handoff.c - what the media thread and the I/O thread of a leg tell each
 * other.
 *
 * The media thread must never wait for the I/O thread, which may be inside a
 * read that takes seconds. So nothing here is a queue of commands that could
 * fill up: each direction has words that say the latest thing, and all the
 * plain fields beside a word are written before it by its only writer.
 *
 * Playing. A session is one list of files to play; the media thread numbers
 * them (in steps of 4, the low bits of `want` name the list). It may give up a
 * session and begin the next while the I/O thread is still in a read for the
 * old one. Two lists are enough for that:
 *
 *	FREE --claim, give--> GIVEN --take--> TAKEN --take of another--> FREE
 *			      GIVEN --claim (its session was given up)--> FREE
 *
 * The I/O thread holds at most one and lets go of it before it takes another,
 * so of two at least one is FREE or GIVEN and the media thread finds a list
 * after at most two looks at each. Samples of an old session that reach the
 * ring late are skipped: `first` is the place of the new session's first
 * sample, and before `begun` names the session nothing is played. A session's
 * end is told before its last sample is put (prompt.c holds one back), so a
 * ring that is empty without an end is a late disk and nothing else.
 *
 * Recording. One at a time, as its operation ends only when the I/O thread
 * says so. The verb goes NONE, BEGIN, END, CANCEL; END or CANCEL may be left
 * out. `record` is written before BEGIN (op, name) and before the first of END
 * and CANCEL (the rest), never between. After its last answer to the engine
 * the I/O thread touches nothing of the recording; the engine orders that
 * answer before the start of the next operation, hence before the next BEGIN
 * and the reset of the ring.
 *
 * Tones may come from any thread. The gate says which recording listens to
 * which tones, the mail which one it heard; the number of the recording in
 * both keeps a slow sender from ending a later recording.
 *
 * Kick. A leg is in its I/O thread's queue at most once: `kicked` says so.
 * Every kick writes `kicked`, also when it is set already, as a plain load
 * could see the old value while the I/O thread, having cleared it, still sees
 * the old want: a lost wake-up. The queue is taken whole, so no ABA.
 *
 * Edges
 * MA11: pairs with MR11. The list's content is visible to the taker.
 * MR11: pairs with MA11. Gives the list. Its own release, not that of want:
 *       the taker may have come by an older want.
 * MA12: pairs with MR12. The I/O thread's reads of the list are over.
 *       Relaxed: a path could be overwritten while a file is opened by it.
 *       (Taking back a list that nobody took needs no order.)
 * MR12: pairs with MA12. Lets go of the list.
 * MA14: pairs with MR14. first is visible, and every sample put since is of
 *       this session.
 * MR14: pairs with MA14. Tells the session's beginning.
 * MA15: pairs with MR15. end is visible.
 * MR15: pairs with MA15. Tells the session's end.
 * MA16: pairs with MR16. record, and all samples of the recording so far, are
 *       visible: those before END are all there are.
 * MR16: pairs with MA16. Tells the verb.
 * MA17: pairs with MR17. What was told before the kick is visible. Both sides
 *       write, so one of the two sees the other.
 * MR17: pairs with MA17. The kick itself.
 * MA18: pairs with MR18. next of each leg in the queue is visible.
 * MR18: pairs with MA18. Queues a leg.
 * MA19: pairs with MR19. The tone went to the engine before it ends a
 *       recording.
 * MR19: pairs with MA19. Tells the stop tone.
 * MX11: relaxed. A hint before a compare-and-swap, which judges it again.
 * MX12: relaxed. The gate says all it says by its own value.
 * MX13: relaxed. Whatever came before belonged to an earlier recording.
 * MX14: relaxed. No other thread has the leg yet.
 * MX15: relaxed. want only names a list. What the list holds, and that the
 *       media thread has read first and end of the session before, comes with
 *       taking it (MA11); that it is seen in the end, with the kick (MA17).
 */
#include "media/handoff.h"

enum { FREE = 0, GIVEN = 1, TAKEN = 2 };
enum { QUEUED = 1, LAST = 2 };

#define SESSION(word)	((word) & ~3u)
#define MARK(recording) (((recording) >> 2) << 16) /* for gate and mail */

void ivrq__handoff_init(struct ivrq__handoff *hand, char *bytes,
			uint32_t path_bytes)
{
	ivrq__st_rlx32(&hand->want, 0);	  /* MX14 */
	ivrq__st_rlx32(&hand->verb, 0);	  /* MX14 */
	ivrq__st_rlx32(&hand->begun, 0);  /* MX14 */
	ivrq__st_rlx32(&hand->ended, 0);  /* MX14 */
	ivrq__st_rlx32(&hand->kicked, 0); /* MX14 */
	ivrq__st_rlx32(&hand->gate, 0);	  /* MX14 */
	ivrq__st_rlx32(&hand->mail, 0);	  /* MX14 */
	hand->session = hand->recording = hand->playing = hand->taken = 0;
	for (int i = 0; i < 2; i++) {
		ivrq__st_rlx32(&hand->list[i].state, FREE); /* MX14 */
		hand->list[i].bytes = bytes + (size_t)i * path_bytes;
	}
}

/* A list that may be written; no session is wanted while this is called. */
struct ivrq__list *ivrq__play_claim_md(struct ivrq__handoff *hand)
{
	for (;;) {
		for (int i = 0; i < 2; i++) {
			struct ivrq__list *list = &hand->list[i];
			ivrq__a32 *state = &list->state;
			uint32_t was = ivrq__ld_acq32(state); /* MA12 */

			if (was == FREE)
				return list;
			if (was == GIVEN &&
			    ivrq__cas_acq32(state, &was, FREE)) /* MA12 */
				return list;
		}
	}
}

void ivrq__play_give_md(struct ivrq__handoff *hand, struct ivrq__list *list)
{
	uint32_t which = (uint32_t)(list - hand->list) + 1;

	hand->session += 4;
	list->session = hand->session;
	ivrq__st_rel32(&list->state, GIVEN);		    /* MR11 */
	ivrq__st_rlx32(&hand->want, hand->session | which); /* MX15 */
}

void ivrq__play_drop_md(struct ivrq__handoff *hand)
{
	hand->session += 4;
	ivrq__st_rlx32(&hand->want, hand->session); /* MX15 */
}

bool ivrq__play_begun_md(struct ivrq__handoff *hand, uint32_t *first)
{
	if (ivrq__ld_acq32(&hand->begun) != hand->session) /* MA14 */
		return false;
	*first = hand->first;
	return true;
}

bool ivrq__play_ended_md(struct ivrq__handoff *hand, struct ivrq__play_end *end)
{
	if (ivrq__ld_acq32(&hand->ended) != hand->session) /* MA15 */
		return false;
	*end = hand->end;
	return true;
}

/* The list of a session may be taken before `want` names it. */
bool ivrq__play_stale_io(struct ivrq__handoff *hand)
{
	uint32_t want = ivrq__ld_rlx32(&hand->want); /* MX15 */

	return (int32_t)(SESSION(want) - hand->playing) > 0;
}

/*
 * Lets go of the list of a session that is not wanted any more and takes the
 * one that is. NULL: nothing to play, or the same as before.
 */
struct ivrq__list *ivrq__play_take_io(struct ivrq__handoff *hand)
{
	uint32_t want = ivrq__ld_rlx32(&hand->want); /* MX15 */
	uint32_t which = want & 3;
	uint32_t state = GIVEN;
	struct ivrq__list *list;

	if ((int32_t)(SESSION(want) - hand->playing) <= 0)
		return NULL;
	if (hand->taken) {
		list = &hand->list[hand->taken - 1];
		ivrq__st_rel32(&list->state, FREE); /* MR12 */
	}
	hand->taken = 0;
	if (!which) {
		hand->playing = SESSION(want);
		return NULL;
	}
	list = &hand->list[which - 1];
	/* It fails if the session is given up: the kick for that follows. */
	if (!ivrq__cas_acq32(&list->state, &state, TAKEN)) /* MA11 */
		return NULL;
	hand->taken = which;
	hand->playing = list->session;
	return list;
}

void ivrq__play_begin_io(struct ivrq__handoff *hand, uint32_t first)
{
	hand->first = first;
	ivrq__st_rel32(&hand->begun, hand->playing); /* MR14 */
}

void ivrq__play_end_io(struct ivrq__handoff *hand,
		       const struct ivrq__play_end *end)
{
	hand->end = *end;
	ivrq__st_rel32(&hand->ended, hand->playing); /* MR15 */
}

void ivrq__record_begin_md(struct ivrq__handoff *hand, uint16_t stop_tones)
{
	uint32_t gate;

	hand->recording += 4;
	ivrq__record_verb_md(hand, IVRQ__RECORD_BEGIN);
	ivrq__st_rlx32(&hand->mail, 0); /* MX13 */
	gate = MARK(hand->recording) | stop_tones;
	ivrq__st_rlx32(&hand->gate, gate); /* MX12 */
}

void ivrq__record_verb_md(struct ivrq__handoff *hand,
			  enum ivrq__record_verb verb)
{
	uint32_t word = hand->recording | (uint32_t)verb;

	ivrq__st_rlx32(&hand->gate, 0);	   /* MX12 */
	ivrq__st_rel32(&hand->verb, word); /* MR16 */
}

enum ivrq__record_verb ivrq__record_verb_io(struct ivrq__handoff *hand,
					    uint32_t *recording)
{
	uint32_t word = ivrq__ld_acq32(&hand->verb); /* MA16 */

	*recording = SESSION(word);
	return (enum ivrq__record_verb)(word & 3);
}

void ivrq__tone_mail(struct ivrq__handoff *hand, char tone)
{
	ivrq__a32 *mail = &hand->mail;
	uint32_t gate = ivrq__ld_rlx32(&hand->gate); /* MX12 */
	uint32_t was = ivrq__ld_rlx32(mail);	     /* MX11 */
	uint32_t mine = (gate & ~0xffffu) | (unsigned char)tone;

	if (!(gate & ivrq_tone_bit(tone)))
		return;
	do {
		/* The first of a recording counts; never over a later one. */
		if (was && (int32_t)((mine & ~0xffffu) - (was & ~0xffffu)) <= 0)
			return;
	} while (!ivrq__cas_acqrel32(mail, &was, mine)); /* MR19 */
}

/* The stop tone that the recording under way has heard, or 0. */
char ivrq__tone_take_md(struct ivrq__handoff *hand)
{
	uint32_t mail = ivrq__ld_acq32(&hand->mail); /* MA19 */

	if (!mail || (mail & ~0xffffu) != MARK(hand->recording))
		return 0;
	return (char)(mail & 0xff);
}

bool ivrq__kick(struct ivrq__handoff *hand, struct ivrq__queue *queue,
		uint32_t index, bool last)
{
	ivrq__a32 *newest = &queue->newest;
	uint32_t mine = last ? QUEUED | LAST : QUEUED;
	uint32_t was = ivrq__ld_rlx32(newest); /* MX11 */

	if (ivrq__or_acqrel32(&hand->kicked, mine) & QUEUED) /* MR17 */
		return false;
	do
		hand->next = was;
	while (!ivrq__cas_acqrel32(newest, &was, index + 1)); /* MR18 */
	return was == 0;
}

uint32_t ivrq__queue_take_io(struct ivrq__queue *queue)
{
	return ivrq__xchg_acqrel32(&queue->newest, 0); /* MA18 */
}

bool ivrq__kick_take_io(struct ivrq__handoff *hand)
{
	return ivrq__xchg_acqrel32(&hand->kicked, 0) & LAST; /* MA17 */
}
