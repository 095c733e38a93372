/* SPDX-License-Identifier: MIT */
/*
 * worker.pml - the worker's visits. It waits until the call is in its ready
 * set, and looks at the queue until nothing is left to do.
 *
 * Callbacks are part of the step after which they come: they touch nothing
 * that another thread reads. Left out are tones, pauses, deadlines, the marks
 * of high and low water, and see(), which only read or do not touch the queue.
 */
mtype = {
	w_idle, w_sweep,
	l_word, l_hit, l_claim, l_slot, l_seal, l_mark,
	x_stop, x_stopped, x_end,
	q_fate, q_flight, q_word, q_mark, q_last, q_note, q_seal,
	q_sealed, q_tell, q_free, q_head, q_land, q_rel,
	q_bury,
	v_word, v_slot,
	t_word, t_flight, t_take, t_head, t_back, t_free,
	a_word, a_sel, a_slot, a_calm,
	z_word, z_tail, z_slot, z_note, z_same, z_refuse, z_end, z_life,
	z_skip, z_skipped
};

/* Does the look settle in its slot whether a kill or a cut has it? */
#if defined SELECT && !defined FAULT_SETTLE
#define SETTLES true
#else
#define SETTLES false
#endif

#ifdef COARSE
#define IDLE_PC l_word
#else
#define IDLE_PC w_idle
#endif

/* What the look found */
#define NOTHING	 0
#define WAIT	 1
#define START	 2
#define FINISHED 3
#define STOP	 4
#define CANCELED 5
#define DEAD	 6

inline w_clear()
{
	w = 0;
	s = 0;
	f = 0;
	p = 0;
	rf = 0;
	ct = 0;
	cn = 0;
	todo = NOTHING;
	fly = 0;
	killed = 0;
	behind = 0;
	j = 0;
	cnt = 0;
	v = 0
}

inline w_look()
{
	w_clear();
	pc = l_word
}

/* C: worker.c visit_queue "ivrq__turn_calm(&visit->ring)" */
inline w_done()
{
	w_clear();
#ifdef SELECT
	pc = a_word
#else
	w_close()
#endif
}

inline w_close()
{
#ifdef CLOSING
	pc = z_word
#else
	pc = IDLE_PC
#endif
}

/* From a word that was read: with SLOW a kill may be on its way. */
inline t_next()
{
	if
	:: !front_live(w) -> pc = t_back
#if defined(SELECT) && !defined(FAULT_TAKE)
	:: front_live(w) && (w & SLOW) -> pc = t_take
	:: front_live(w) && !(w & SLOW) -> pc = t_head
#else
	:: else -> pc = t_head
#endif
	fi
}

inline t_started()
{
	assert(g[rf] == G_LIVE && gpos[rf] == p); /* G4: not cut */
	g_start(rf);
	word = with_state(without_front(word), RUN);
	w = 0;
	s = 0;
	pc = t_free
}

/* C: turn.c look_ring "bool covered" */
#define rules(w) (cut(w) && state(w) != KEEP)

/* The slot of the position that the end of a life uses up. */
inline z_filled()
{
	if
	:: s == free_for(p + CAP) -> pc = z_life
#ifndef FAULT_REFUSE /* who has filled it is not told */
	:: s != free_for(p + CAP) && ready_for(s, p) -> pc = z_note
#endif
	:: else -> pc = z_end
	fi
}

/* The order of a pop. C: turn.c pop_front "First the slot, then head" */
#ifdef FAULT_FREE
#define q_first q_head
#else
#define q_first q_free
#endif


inline l_ring()
{
	p = head(w);
	if
	:: !depth(w) -> l_rest()
#ifdef COARSE
	:: else -> s = AT(p); l_first()
#else
	:: else -> pc = l_slot
#endif
	fi
}

/* The slot of the first is known. C: turn.c look_ring "step->todo = IVRQ__CANCELED" */
inline l_first()
{
	rf = ref(s);
	if
	:: SETTLES && rules(w) && (w & SLOW) && ready_for(s, p) -> pc = l_seal
	:: else ->
		if
		:: type(s) == KILLED || type(s) == HOLE ->
			todo = DEAD;
			killed = (type(s) == KILLED);
			ct = BY_GROUP;
			cn = payload(s);
			w_leave()
		:: else ->
			if
#ifdef FAULT_BEHIND /* does not wait for the one that stops */
			:: rules(w) -> todo = CANCELED; l_cut()
#else
			:: rules(w) && !behind -> todo = CANCELED; l_cut()
#endif
			:: !rules(w) && !flies(state(w)) -> todo = START; l_rest()
			:: else -> l_rest()
			fi
		fi
	fi
}

/* Nothing leaves. Those killed further back do, then the first starts. */
inline l_rest()
{
#ifdef SELECT
	if
	:: w & SLOW -> pc = v_word
	:: else -> l_start()
	fi
#else
	l_start()
#endif
}

inline l_start()
{
	if
#ifdef COARSE /* nothing but the word decides */
	:: todo == START && front_live(word) ->
		flight = flight_of(p, rf);
		t_started()
	:: todo == START && !front_live(word) -> w_look()
#else
	:: todo == START -> s = 0; w = 0; pc = t_word
#endif
	:: else -> w_done()
	fi
}

/* What a look would act on. */
#define to_do(w) \
	(state(w) == DONE || (state(w) & FRONT && state(w) != KEEP) || \
	 (is_cut(state(w)) && \
	  (!stopping || (end[flight_ref(flight)] & END_STOPPED))) || \
	 (!flies(state(w)) && depth(w)) || (state(w) == RUN && cut(w)) || \
	 closes(w))
#ifdef CLOSING
#define closes(w) (total(w) == 0 && closed(w) && !ended)
#else
#define closes(w) false
#endif

/* A sweep has come to the end. C: worker.c sweep "return any" */
inline v_over()
{
	if
	:: any -> any = 0; w_look()
	:: else -> j = 0; v = 0; l_start()
	fi
}

/* find_cut(): one mark at most is to be read in a ring of two. */
inline l_cut()
{
	ct = BY_RANGE;
	if
#ifdef COARSE
	:: depth(w) == 2 -> l_marked(AT(pos(p, 1))); w_leave()
#else
	:: depth(w) == 2 -> pc = l_mark
#endif
	:: else -> cn = tail(w); w_leave()
	fi
}

/* The cut of the marked position, or of the end of the covered part. */
inline l_marked(m)
{
	if
	:: (m) & (MARK_CUT | MARK_BARGE) ->
		cn = pos(p, 1);
		ct = (((m) & (MARK_CUT | MARK_BARGE)) == MARK_BARGE ->
			      BY_BARGE : BY_RANGE)
	:: else ->
		cn = (cut(w) == 1 -> pos(p, 1) : tail(w));
		ct = BY_RANGE
	fi
}

/* C: worker.c leave "step->todo == IVRQ__DEAD && step->killed" */
inline w_leave()
{
	s = 0;
	if
	:: todo == DEAD && killed -> pc = q_bury
#ifndef FAULT_FATE
#ifdef COARSE /* it stays done */
	:: todo == FINISHED -> note[rf] = note[rf] | FATE_DONE; w_pop()
#else
	:: todo == FINISHED -> pc = q_fate
#endif
#ifdef SELECT
	:: todo == STOP && ct == BY_GROUP -> pc = q_fate
#endif
#endif
	:: else -> w_pop()
	fi
}

inline w_pop()
{
#ifdef SELECT
	pc = (fly -> q_flight : q_word)
#else
	pc = (fly -> q_flight : q_first)
#endif
}

/* C: worker.c stop "if (!op->started)" */
inline w_stop()
{
	assert((g[rf] & 3) == G_HIT && gpos[rf] == p); /* G4: no other is stopped */
	if
	:: !fly -> w_leave()
	:: fly && stopping -> pc = x_end
	:: else -> pc = x_stop
	fi
}

/* Who cut the one in flight or at the front. C: turn.c look_cut "step->todo = IVRQ__STOP" */
inline l_who()
{
	todo = STOP;
	if
	:: (state(w) & 7) == CUT_LONE -> ct = BY_LONE; cn = p; w_stop()
#ifdef SELECT
	:: (state(w) & 7) == CUT_GROUP -> ct = BY_GROUP; pc = l_claim
#endif
	:: (state(w) & 7) == CUT_BARGE -> ct = BY_BARGE; pc = l_hit
	:: else -> ct = BY_RANGE; pc = l_hit
	fi
}

/* Nobody but the worker changes the flight: no step of its own. C: turn.c ivrq__turn_look "uint64_t flight = ivrq__load_flight(ring)" */
inline l_flight()
{
	assert(flight); /* I7 */
	p = flight_pos(flight);
	rf = flight_ref(flight);
	fly = 1;
	if
	:: state(w) == DONE -> todo = FINISHED; w_leave()
	:: else -> l_who()
	fi
}

/* Nor the slot of one that is taken. C: turn.c ivrq__turn_look "ivrq__ref(ivrq__load_slot(ring, step->position))" */
inline l_front()
{
	p = head(w);
	assert(type(AT(p)) == TAKEN && cut(w)); /* I3 */
	rf = ref(AT(p));
	l_who()
}

inline q_counted()
{
	if
	:: ready_for(s, j) -> pc = q_sealed
	:: else ->
		if
		:: payload(s) == j && (type(s) == TAKEN || type(s) == SEALED) ->
			cnt++
		:: else
		fi;
		s = 0;
		j = pos(j, 1);
		pc = (j == cn -> q_tell : q_seal)
	fi
}

/* Before the first of a covered part is popped. C: turn.c pop_front "step->todo != IVRQ__STOP" */
inline q_before()
{
#if defined SELECT && !defined FAULT_COUNT
	if
	:: (w & SLOW) && cut(w) && todo != STOP ->
		if
		:: depth(w) == 2 -> pc = q_mark
		:: else -> ct2 = ct; cn2 = cn; cn = tail(w); q_leave_count()
		fi
	:: else -> pc = q_first
	fi
#else
	pc = q_first
#endif
}

inline q_leave_count()
{
	if
	:: cn == pos(p, 1) -> r2 = rf; pc = q_note
	:: else -> pc = q_last
	fi
}

inline q_counting_over()
{
	j = 0;
	cnt = 0;
	r2 = 0;
	ct = ct2;
	cn = cn2;
	ct2 = 0;
	cn2 = 0;
	pc = q_first
}

/* What head leaves behind. */
inline q_next()
{
	word = without_front(w);
	if
	:: todo == STOP -> word = with_state(word, IDLE)
	:: else
	fi
}

/* It has left; its result is told. C: worker.c leave "tell_canceled(visit, step)" */
inline q_result()
{
	if
	:: todo == FINISHED -> deliver(rf, p, 0, false)
	:: todo == STOP || todo == CANCELED ->
		deliver(rf, p, id_of(ct, cn), false)
	:: else
	fi
}

proctype worker()
{
	mtype pc = IDLE_PC;
	unsigned w : 16;    /* the word as it was read */
	unsigned v : 16;    /* the same, by a sweep */
	short s;	    /* the slot as it was read */
	byte f;		    /* the flight as it was read */
	unsigned p : 4;	    /* the operation: its position */
	unsigned rf : 2;    /* and its reference */
	unsigned ct : 3;    /* the cut: its type */
	unsigned cn : 4;    /* and its number */
	unsigned todo : 3;  /* what the look found */
	bit fly;	    /* of the one in flight */
	bit killed;	    /* not delivered */
	bit behind;	    /* this is turn_look_behind() */
	bit any;	    /* the sweep has found one */
	bit stopping;	    /* the driver was asked to stop */
	unsigned j : 4;	    /* a position on the way */
	unsigned cnt : 2;   /* what a seal has counted */
	unsigned ct2 : 3;
	unsigned cn2 : 4;
	unsigned r2 : 2;
	short hn; /* a note as it was read */

	{ do
#ifndef COARSE
#ifdef CLOSING
	:: d_step { pc == w_idle && ready && ended -> /* C: worker.c visit_call "if (!(life & IVRQ__LIFE_OPEN)" */
		ready = false }
#else
#define ended false
#endif
	:: d_step { pc == w_idle && ready && !ended -> /* C: worker.c visit_call "visit_queue(&visit)" */
		ready = false;
#ifdef SELECT
		pc = w_sweep }
	:: d_step { pc == w_sweep -> /* C: turn.c ivrq__turn_sweeping "word & ~IVRQ__SWEEP" */
		word = word & ~SWEEP;
		w_look() }
#else
		w_look() }
#endif
	:: d_step { pc == l_word -> /* C: turn.c ivrq__turn_look "uint64_t word = ivrq__load_word(ring)" */
#else
	/* It waits until the word has something to do. */
	:: d_step { pc == l_word && to_do(word) -> /* C: turn.c ivrq__turn_look "uint64_t word = ivrq__load_word(ring)" */
#endif
		w = word;
		if
		:: state(w) == IDLE || state(w) == KEEP || state(w) == RUN -> l_ring()
		:: flies(state(w)) && state(w) != RUN -> l_flight()
		:: else -> l_front()
		fi }
	:: d_step { pc == l_hit -> /* C: turn.c look_cut "ivrq__ld_acq64(&ring->queue->hit)" */
		cn = hit;
		w_stop() }
#ifdef SELECT
	:: d_step { pc == l_claim -> /* C: turn.c look_cut "ivrq__ld_acq64(&ring->cell[step->ref].claim)" */
		cn = claim[rf];
		w_stop() }
#endif
	:: d_step { pc == l_slot -> /* C: turn.c look_ring "slot = ivrq__load_slot(ring, step->position)" */
		s = AT(p);
		l_first() }
#ifdef SELECT
	:: d_step { pc == l_seal -> /* C: turn.c look_ring "ivrq__with_type(slot, IVRQ__SEALED)))" */
		if
		:: ready_for(AT(p), p) -> AT(p) = with_type(AT(p), SEALED)
		:: else
		fi;
		s = AT(p);
		l_first() }
#endif
	:: d_step { pc == l_mark -> /* C: turn.c find_cut "marks = ivrq__load_slot(ring, p)" */
		l_marked(AT(pos(p, 1)));
		w_leave() }

	/* stop() */
	:: d_step { pc == x_stop -> /* C: worker.c stop "ivrq__or_acqrel64(at, IVRQ__END_STOPPING)" */
		end[rf] = end[rf] | END_STOPPING;
		stopping = 1;
		asked = flight_of(p, rf); /* the driver answers later */
		pc = x_end }
	:: d_step { pc == x_stop -> /* C: worker.c stop "ivrq__or_acqrel64(at, IVRQ__END_STOPPING)" */
		end[rf] = end[rf] | END_STOPPING;
		stopping = 1;
		pc = x_stopped } /* it answers at once */
	:: d_step { pc == x_stopped -> /* C: worker.c stop "ivrq__op_stopped(at, &outcome)" */
		end[rf] = END_STOPPING | END_STOPPED;
		pc = x_end }
	:: d_step { pc == x_end -> /* C: worker.c stop "end = ivrq__ld_acq64(at)" */
		if
		:: end[rf] & END_STOPPED -> w_leave()
		:: else -> /* what is behind it goes on */
			behind = 1;
			fly = 0;
			todo = WAIT;
			f = 0;
			ct = 0;
			cn = 0;
			rf = 0;
			l_ring()
		fi }

	/* ivrq__turn_pop(): the one in flight */
#ifndef FAULT_FATE
	:: d_step { pc == q_fate -> /* C: turn.c tell_fate "ivrq__cell_tell" */
		note[rf] = note[rf] |
			   (todo == FINISHED -> FATE_DONE :
			    (fly -> FATE_RUNNING : FATE_WAITING));
		w_pop() }
#endif
	:: d_step { pc == q_flight -> /* C: turn.c pop_flight "ivrq__with_state(word, IVRQ__IDLE)" */
		word = with_state(word, IDLE);
		w = 0;
		pc = q_land }
	:: d_step { pc == q_land -> /* C: turn.c ivrq__turn_land "ivrq__st_rel64(&ring->queue->flight, 0)" */
		q_result();
		flight = 0;
		stopping = 0;
		pc = q_rel }

	/* ivrq__turn_pop(): the ring's first */
#ifdef SELECT
	:: d_step { pc == q_word -> /* C: turn.c pop_front "uint64_t word = ivrq__load_word(ring)" */
		w = word;
		q_before() }
#endif
#if defined SELECT && !defined FAULT_COUNT
	:: d_step { pc == q_mark -> /* C: turn.c find_cut "marks = ivrq__load_slot(ring, p)" */
		ct2 = ct;
		cn2 = cn;
		l_marked(AT(pos(p, 1)));
		q_leave_count() }
	:: d_step { pc == q_last -> /* C: turn.c leave_count "ivrq__ref(ivrq__load_slot(ring, last))" */
		r2 = ref(AT(pos(cn, 15)));
		pc = q_note }
	:: d_step { pc == q_note -> /* C: turn.c leave_count "note = ivrq__ld_acq64(&cell->note)" */
		if
		:: !holders(note[r2]) || count_of(note[r2]) -> q_counting_over()
		:: else -> j = p; pc = q_seal
		fi }
	:: d_step { pc == q_seal -> /* C: queue.c ivrq__queue_seal "slot = ivrq__load_slot(ring, p)" */
		s = AT(j);
		q_counted() }
	:: d_step { pc == q_sealed -> /* C: queue.c ivrq__queue_seal "ivrq__with_type(slot, IVRQ__SEALED)" */
		if
		:: AT(j) == s -> AT(j) = with_type(s, SEALED)
		:: else
		fi;
		s = AT(j);
		q_counted() }
	:: d_step { pc == q_tell -> /* C: turn.c leave_count "ivrq__cell_tell(cell, count << IVRQ__COUNT_SHIFT)" */
		note[r2] = note[r2] | ((cnt + 1) << 4);
		q_counting_over() }
#endif
	:: d_step { pc == q_free -> /* C: turn.c pop_front "free_slot(ring, position)" */
		AT(p) = free_for(p + CAP);
#ifdef FAULT_FREE /* head first, then the slot */
		w = 0;
		pc = q_rel }
#else
		pc = q_head }
#endif
	:: d_step { pc == q_head -> /* C: turn.c pop_front "while (!ivrq__cas_word(ring, &word, next))" */
		if
#ifndef SELECT /* nothing hangs on an older word */
		:: true -> w = word;
#else
		:: word == w ->
#endif
			q_next();
#ifdef FAULT_FREE
			pc = q_free
#else
			w = 0;
			pc = q_rel
#endif
#ifdef SELECT
		:: else -> w = word; q_before()
#endif
		fi }

	/* let_go(); the result of one from the ring is told here */
	:: d_step { pc == q_rel -> /* C: queue.c ivrq__cell_release "ivrq__cas_acqrel64(&cell->note, &old, next)" */
		if
		:: !fly -> q_result()
		:: else
		fi;
		if
		:: holders(note[rf]) -> note[rf] = note[rf] | ORPHAN
		:: else -> give_back(rf)
		fi;
		w_look() }
#ifdef SELECT
	:: d_step { pc == q_bury -> /* C: turn.c ivrq__turn_bury "ivrq__with_type(slot, IVRQ__HOLE)" */
		assert(type(AT(p)) == KILLED); /* it is the worker's */
		deliver(rf, p, id_of(ct, cn), true);
#ifndef FAULT_BURY /* it stays killed */
		AT(p) = with_type(AT(p), HOLE);
#endif
		if
		:: any -> /* one of a sweep: the next */
			s = 0;
			ct = 0;
			cn = 0;
			rf = 0;
			killed = 0;
			pc = v_word
		:: else -> w_look()
		fi }

	/* sweep() */
	:: d_step { pc == v_word -> /* C: turn.c ivrq__turn_sweep "uint64_t word = ivrq__load_word(ring)" */
		v = word;
		s = 0;
		if
		:: !any -> j = head(v)
		:: any && before(j, head(v)) -> j = head(v)
		:: else
		fi;
		if
		:: before(j, tail(v)) -> pc = v_slot
		:: else -> v_over()
		fi }
	:: d_step { pc == v_slot -> /* C: turn.c ivrq__turn_sweep "slot = ivrq__load_slot(ring, *from)" */
		s = AT(j);
		if
		:: type(s) == KILLED ->
			any = 1;
			p = j;
			rf = ref(s);
			ct = BY_GROUP;
			cn = payload(s);
			pc = q_bury
		:: else ->
			j = pos(j, 1);
			if
			:: before(j, tail(v)) -> skip
			:: else -> v_over()
			fi
		fi;
		s = 0 }
#endif

	/* start() */
	:: d_step { pc == t_word -> /* C: turn.c ivrq__turn_start "uint64_t word = ivrq__load_word(ring)" */
		w = word;
		pc = t_flight }
	:: d_step { pc == t_flight -> /* C: turn.c ivrq__turn_start "ivrq__st_rel64(&ring->queue->flight, flight)" */
		flight = flight_of(p, rf);
		t_next() }
#ifdef SELECT
	:: d_step { pc == t_take -> /* C: turn.c ivrq__turn_start "!ivrq__queue_take_up(ring, position)" */
		if
		:: type(AT(p)) == READY || type(AT(p)) == TAKEN ->
			AT(p) = with_type(AT(p), TAKEN);
			pc = t_head
		:: else -> pc = t_back
		fi }
#endif
	:: d_step { pc == t_head -> /* C: turn.c ivrq__turn_start "while (!ivrq__cas_word(ring, &word, next))" */
		if
		:: word == w -> t_started()
		:: else -> w = word; t_next()
		fi }
	:: d_step { pc == t_back -> /* C: turn.c ivrq__turn_start "ivrq__st_rel64(&ring->queue->flight, 0)" */
		flight = 0;
		w = 0;
		w_look() }
	:: d_step { pc == t_free -> /* C: turn.c ivrq__turn_start "free_slot(ring, position)" */
		AT(p) = free_for(p + CAP);
		in_order(rf, p, 0); /* G5: the driver hears of it */
		play = flight_of(p, rf);
		w_look() }

#ifdef SELECT
	/* ivrq__turn_calm() */
	:: d_step { pc == a_word -> /* C: turn.c ivrq__turn_calm "uint64_t word = ivrq__load_word(ring)" */
		w = word;
		if
		:: !(w & SLOW) || (w & SWEEP) || cut(w) -> w = 0; w_close()
		:: else -> pc = a_sel
		fi }
	:: d_step { pc == a_sel -> /* C: turn.c ivrq__turn_calm "ivrq__ld_acq32(&ring->queue->selectors)" */
		if
		:: selectors -> w = 0; w_close()
		:: else -> j = head(w); pc = (j == tail(w) -> a_calm : a_slot)
		fi }
	:: d_step { pc == a_slot -> /* C: turn.c ivrq__turn_calm "ivrq__type(ivrq__load_slot(ring, p))" */
		if
		:: type(AT(j)) == KILLED || type(AT(j)) == HOLE ->
			w = 0;
			j = 0;
			w_close()
		:: else -> j = pos(j, 1); pc = (j == tail(w) -> a_calm : a_slot)
		fi }
	:: d_step { pc == a_calm -> /* C: turn.c ivrq__turn_calm "word & ~IVRQ__SLOW" */
		if
		:: word == w -> word = w & ~SLOW
		:: else
		fi;
		w = 0;
		j = 0;
		w_close() }
#endif

#ifdef CLOSING
	/* tell_closed() */
	:: d_step { pc == z_word -> /* C: worker.c tell_closed "uint64_t word = ivrq__load_word(&visit->ring)" */
		pc = IDLE_PC;
		if
#ifdef FAULT_EARLY /* something is left */
		:: !closed(word) -> skip
#else
		:: total(word) || !closed(word) -> skip
#endif
		:: else ->
			/* G10: the last callback; nothing is left to tell */
			assert((g[0] | g[1] | g[NREF - 2] | g[NREF - 1]) == G_OUT);
			assert(!ended);
			ended = true;
#ifdef LIFE
			pc = z_tail
#endif
		fi }
#endif
#ifdef LIFE
	/* ivrq__call_end() */
	:: d_step { pc == z_tail -> /* C: turn.c ivrq__turn_end "ivrq__tail(ivrq__load_word(ring))" */
		p = tail(word);
#ifdef FAULT_SKIP /* no position is used up */
		pc = z_life }
#else
		pc = z_slot }
#endif
	:: d_step { pc == z_slot -> /* C: turn.c ivrq__turn_end "slot = ivrq__load_slot(ring, position)" */
		s = AT(p);
		z_filled() }
	:: d_step { pc == z_note -> /* C: turn.c refuse "old = ivrq__ld_acq64(note)" */
		rf = ref(s);
		hn = note[rf];
		pc = z_same }
	:: d_step { pc == z_same -> /* C: turn.c refuse "ivrq__load_slot(ring, position) == slot" */
		pc = (AT(p) == s -> z_refuse : z_end) }
	:: d_step { pc == z_refuse -> /* C: turn.c refuse "old | IVRQ__REFUSED" */
		if
		:: note[rf] == hn -> note[rf] = hn | REFUSED; pc = z_end
		:: else -> hn = note[rf]; pc = z_same
		fi }
	:: d_step { pc == z_end -> /* C: turn.c ivrq__turn_end "ivrq__cas_slot(ring, position, &slot, next)" */
		hn = 0;
		if
		:: AT(p) == s ->
			AT(p) = free_for(p + CAP);
			pc = z_life
		:: else -> s = AT(p); z_filled()
		fi }
	:: d_step { pc == z_life -> /* C: call.c ivrq__call_end "ivrq__st_rel64(&at->life, next)" */
		life++;
		w_clear();
		pc = z_skip }
	:: d_step { pc == z_skip -> /* C: turn.c ivrq__turn_skip "uint64_t word = ivrq__load_word(ring)" */
		w = word;
		pc = z_skipped }
	:: d_step { pc == z_skipped -> /* C: turn.c ivrq__turn_skip "ivrq__cas_word(ring, &word, next)" */
		if
		:: word == w ->
#ifdef FAULT_SKIP
			word = (tail(w) << 12) | (w & CLOSED_MASK);
#else
			word = (pos(tail(w), 1) << 12) | (w & CLOSED_MASK);
#endif
			w = 0;
			vacant = true; /* the place goes back to the pool */
			pc = IDLE_PC
		:: else -> w = word
		fi }
#endif
	:: pc == IDLE_PC && over -> break
	od } FREEZABLE
}
