/* SPDX-License-Identifier: MIT */
/*
 * cancel.pml - a thread that cancels all, cancels what is pending, or closes
 * the call: one cut. And the holds, which others use too.
 */
mtype = {
	c_call, c_word, c_alive, c_spare, c_take, c_hit, c_check, c_stamp,
	c_flight, c_cas, c_late, c_dead, c_deadcas, c_scas, c_seal, c_sealed,
	c_count, c_ready, c_end,
	h_word, h_slot, h_free, h_flight, h_note, h_same, h_hold,
	u_hold
};

/* What a cut makes of a word. C: queue.c plan_cut "plan.first = 1" */
#define spares(w) (scope == PENDING && state(w) == IDLE && front_live(w))
#define first(w)  (spares(w) -> 1 : cut(w))
#define count(w)  (depth(w) - first(w))
#define hits(w)	  (scope != PENDING && live(state(w)))
#define flew_of(w) (hits(w) && state(w) == RUN)

/* The word is another by now: all over again. */
inline c_over()
{
	w = 0;
	s = 0;
	h = 0;
	p = 0;
	keep = 0;
	pc = c_word
}

/* The step itself. C: queue.c plan_cut "plan.next" */
inline c_next()
{
	x = (count(w) -> id_of(BY_RANGE, tail(w)) :
	     (hits(w) -> id_of(BY_LONE, p) : 0));
	g_cut(scope, w, first(w), x);
	r = count(w);
	word = w;
	if
	:: r && keep -> word = with_state(word, KEEP)
	:: else
	fi;
	if
#ifdef FAULT_REACH /* covers one more */
	:: r -> word = all_covered(word) + 4
#else
	:: r -> word = all_covered(word)
#endif
	:: else
	fi;
#ifndef FAULT_MISS /* leaves the one in flight */
	if
	:: hits(w) -> word = hit_current(word, (r -> CUT_RANGE : CUT_LONE))
	:: else
	fi;
#endif
	if
	:: scope == CLOSE ->
		word = word | ((r -> CLOSED_RANGE :
			  (hits(w) -> CLOSED_LONE : CLOSED_EMPTY)) << 8)
	:: else
	fi;
#ifdef LIFE
	assert(my == life); /* G10: a stale handle cuts nothing */
#endif
	rid[id] = x
}

inline c_done()
{
	w = 0;
	s = 0;
	h = 0;
	p = 0;
	keep = 0;
	pc = c_end;
#ifndef FAULT_DEAF /* the worker is not told */
	schedule(c_ready)
#endif
}

/* C: queue.c ivrq__queue_cut "ivrq__cas_word(ring, &word, plan.next)" */
inline c_swap()
{
	if
	:: state(w) != RUN && !count(w) -> p = head(w)
	:: else
	fi;
	c_next();
	assert(n == count(w) + hits(w)); /* G1, G3: the word tells */
#ifdef FAULT_STAMP
	if
	:: hits(w) && count(w) -> pc = c_late
	:: else -> receipt(id, flew_of(w), n - flew_of(w)); c_done()
	fi
#else
	receipt(id, flew_of(w), n - flew_of(w));
	c_done()
#endif
}

inline c_try()
{
	if
#ifndef FINE /* nothing was touched: one step with the reading */
	:: pc == c_word -> c_swap()
#endif
	:: else -> pc = c_cas
	fi
}

inline c_go()
{
	h = 0;
	if
	:: hits(w) && !count(w) && state(w) == RUN -> pc = c_flight
#ifdef SELECT
	:: (w & SLOW) && count(w) -> p = pos(tail(w), 15); pc = h_word
#endif
	:: else -> c_try()
	fi
}

inline c_differs()
{
	if
	:: h == tail(w) -> c_go()
	:: else -> pc = c_check
	fi
}

inline c_planned()
{
	if
#ifndef FAULT_STAMP
	:: hits(w) && count(w) -> pc = c_hit
#endif
	:: else -> c_go()
	fi
}

inline c_spared()
{
	if
	:: ready_for(s, head(w)) -> pc = c_take
	:: else -> keep = (type(s) == TAKEN); s = 0; c_planned()
	fi
}

inline c_plan()
{
	if
#ifdef FAULT_WAIT /* until a start is through */
	:: flight && !flies(state(w)) -> c_over()
#endif
	:: spares(w) && count(w) -> pc = c_spare
	:: else -> c_planned()
	fi
}

/* The count of a covered part: this one lives unless it was killed. */
inline c_counted()
{
	if
	:: ready_for(s, p) -> pc = c_sealed
	:: else ->
		if
		:: payload(s) == p && (type(s) == TAKEN || type(s) == SEALED) ->
			cnt++
		:: else
		fi;
		s = 0;
		p = pos(p, 1);
		pc = (p == till -> c_count : c_seal)
	fi
}

/* --------------------------------------------------------------- the holds */

inline hold_hold(got, again)
{
	if
	:: note[held - 1] == hn ->
		assert(holders(hn) < 3);
		note[held - 1] = hn + HOLDER;
		pc = got
	:: else -> held = 0; pc = again
	fi;
	readers--;
	hn = 0
}

/* C: queue.c ivrq__cell_unhold "next = old - IVRQ__HOLDER" */
inline unhold(at)
{
	assert(holders(note[at])); /* G10: it was held all the time */
	note[at] = note[at] - HOLDER;
	if
#ifndef FAULT_ORPHAN /* the last holder does not give it back */
	:: (note[at] & ORPHAN) && !holders(note[at]) -> give_back(at)
#endif
	:: else
	fi
}

/* Not in the queue: nothing is held. All there is may be a dead head. */
inline c_nothing()
{
	held = 0;
	hn = 0;
	v = 0;
	if
	:: depth(w) == 1 -> p = 0; pc = c_dead
	:: else -> c_over()
	fi
}

inline c_gone()
{
	if
	:: cuts ->
		cuts = 0;
		receipt(id, flew, cnt);
		cnt = 0;
		flew = 0;
		c_done()
	:: else -> c_over()
	fi
}

proctype canceller(bit id; byte scope)
{
	mtype pc = c_word;
	unsigned w : 16; /* the word as it was read */
	short s;	 /* the slot as it was read */
	byte h;		 /* `hit` as it was read */
	unsigned p : 4;	 /* the position at hand */
	bit keep;	 /* head is spared */
#ifdef LIFE
	byte my; /* the handle */
	pc = c_call;
#endif
#ifdef SELECT
	unsigned v : 16;   /* the word as it was read to hold */
	short hn;	   /* the note as it was read */
	unsigned held : 3; /* what it holds, + 1 */
	bit inflight;	   /* it was found in flight */
	unsigned till : 4; /* the end of the part that is counted */
	unsigned cnt : 2;
	bit cuts; /* it has cut, slowly, */
	bit flew; /* and one of it in flight */
#endif

	{ do
#ifdef LIFE
	:: d_step { pc == c_call -> /* C: call.c ivrq__call_find "life = ivrq__ld_acq64(ring->life)" */
		my = life - !(life & 1);
		pc = c_word }
#endif

	/* ivrq__queue_cut() */
	:: d_step { pc == c_word TRY -> /* C: queue.c ivrq__queue_cut "uint64_t word = ivrq__load_word(ring)" */
		w = word;
#ifdef SYM_CANCEL
		tried = true;
#endif
#ifdef LIFE
		pc = c_alive }
	:: d_step { pc == c_alive -> /* C: queue.c ivrq__queue_cut "if (!ivrq__alive(ring))" */
		if
		:: life != my -> w = 0; pc = c_end
		:: life == my && closed(w) && scope == CLOSE -> c_done()
		:: else -> c_plan()
		fi }
#else
		if
		:: closed(w) && scope == CLOSE -> c_done()
		:: else -> c_plan()
		fi }
#endif
	:: d_step { pc == c_spare -> /* C: queue.c ivrq__queue_take_up "slot = ivrq__load_slot(ring, position)" */
		s = AT(head(w));
		c_spared() }
	:: d_step { pc == c_take -> /* C: queue.c ivrq__queue_take_up "ivrq__with_type(slot, IVRQ__TAKEN)" */
		if
		:: AT(head(w)) == s ->
			AT(head(w)) = with_type(s, TAKEN);
			s = 0;
			keep = 1;
			c_planned()
		:: else -> s = AT(head(w)); c_spared()
		fi }
	:: d_step { pc == c_hit -> /* C: queue.c stamp "old = ivrq__ld_acq64(hit)" */
		h = hit;
		c_differs() }
	:: d_step { pc == c_check -> /* C: queue.c stamp "ivrq__load_word(ring) != word" */
		if
		:: word != w -> c_over()
		:: else -> pc = c_stamp
		fi }
	:: d_step { pc == c_stamp -> /* C: queue.c stamp "ivrq__cas_acqrel64(hit, &old, boundary)" */
		if
		:: hit == h -> hit = tail(w); c_go()
		:: else -> h = hit; c_differs()
		fi }
	:: d_step { pc == c_flight -> /* C: queue.c describe "ivrq__load_flight(ring)" */
		p = flight_pos(flight);
		pc = c_cas }
	:: d_step { pc == c_cas -> /* C: queue.c ivrq__queue_cut "ivrq__cas_word(ring, &word, plan.next)" */
		if
#ifdef FAULT_STORE /* loads, then stores */
		:: true ->
#else
#ifdef FAULT_TAIL /* does not see that the tail has moved */
		:: (word & ~3) == (w & ~3) ->
#else
		:: word == w ->
#endif
#endif
			c_swap()
		:: else -> c_over()
		fi }
#ifdef FAULT_STAMP /* the boundary is written after the cut */
	:: d_step { pc == c_late -> /* C: queue.c stamp "ivrq__cas_acqrel64(hit, &old, boundary)" */
		hit = tail(w);
		receipt(id, flew_of(w), count(w) + hits(w) - flew_of(w));
		c_done() }
#endif

#ifdef SELECT
	/* cut_slowly() */
	:: d_step { pc == c_dead -> /* C: queue.c cut_slowly "ivrq__depth(word) == 1" */
		pc = c_deadcas;
		if
		:: type(AT(head(w))) != FREE -> c_over()
		:: else
		fi }
	:: d_step { pc == c_deadcas -> /* C: queue.c cut_slowly "ivrq__cas_word(ring, &word, plan->next))" */
		if
		:: word == w ->
			c_next();
			assert(n == hits(w)); /* G3: only the one in flight */
			receipt(id, flew_of(w), hits(w) - flew_of(w));
			c_done()
		:: else -> c_over()
		fi }
	:: d_step { pc == c_scas -> /* C: queue.c cut_slowly "if (ivrq__cas_word(ring, &word, plan->next))" */
		if
		:: word == w ->
			c_next();
			cuts = 1;
			flew = flew_of(w);
			cnt = hits(w) - flew_of(w);
			p = pos(head(w), first(w));
			till = tail(w);
			w = 0;
			keep = 0;
			pc = c_seal
		:: else -> pc = u_hold
		fi }
	:: d_step { pc == c_seal -> /* C: queue.c ivrq__queue_seal "slot = ivrq__load_slot(ring, p)" */
		s = AT(p);
		c_counted() }
	:: d_step { pc == c_sealed -> /* C: queue.c ivrq__queue_seal "ivrq__with_type(slot, IVRQ__SEALED)" */
		if
		:: AT(p) == s -> AT(p) = with_type(s, SEALED)
		:: else
		fi;
		s = AT(p);
		c_counted() }
	:: d_step { pc == c_count -> /* C: queue.c slow_count "note & IVRQ__COUNT" */
		if
		:: count_of(note[held - 1]) -> cnt = count_of(note[held - 1]) - 1
		:: else
		fi;
		p = 0;
		till = 0;
		pc = u_hold }

	/* ivrq__queue_hold() */
	:: d_step { pc == h_word -> /* C: queue.c find "uint64_t word = ivrq__load_word(ring)" */
		v = word;
		if
		:: before(p, head(v)) -> v = 0; pc = h_flight
		:: !before(p, head(v)) && from_head(v, p) >= depth(v) -> c_nothing()
		:: else -> pc = h_slot
		fi }
	:: d_step { pc == h_slot -> /* C: queue.c find "slot = ivrq__load_slot(ring, position)" */
		s = AT(p);
		if
		:: type(s) == FREE -> pc = h_free
		:: else -> v = 0; held = ref(s) + 1; pc = h_note
		fi;
		s = 0 }
	:: d_step { pc == h_free -> /* C: queue.c find "ivrq__load_word(ring) == word" */
		if
		:: word == v -> c_nothing()
		:: else -> v = 0; pc = h_word
		fi }
	:: d_step { pc == h_flight -> /* C: queue.c find "flight = ivrq__load_flight(ring)" */
		if
		:: flight && flight_pos(flight) == p ->
			held = flight_ref(flight) + 1;
			inflight = 1;
			pc = h_note
		:: else -> c_nothing()
		fi }
	:: d_step { pc == h_note -> /* C: queue.c find "*note = ivrq__ld_acq64(&ring->cell[ref].note)" */
		hn = note[held - 1];
		readers++;
		pc = h_same }
	:: d_step { pc == h_same && !inflight -> /* C: queue.c find "ivrq__pos_diff(position, ivrq__head(word)) >= 0" */
		if
		:: before(p, head(word)) -> readers--; hn = 0; held = 0; pc = h_word
		:: else -> pc = h_hold
		fi }
	:: d_step { pc == h_same && inflight -> /* C: queue.c find "ivrq__load_flight(ring) == flight" */
		inflight = 0;
		if
		:: flight == flight_of(p, held - 1) -> pc = h_hold
		:: else -> readers--; c_nothing()
		fi }
	:: d_step { pc == h_hold -> /* C: queue.c ivrq__queue_hold "note + IVRQ__HOLDER" */
		hold_hold(c_scas, h_word) }
	:: d_step { pc == u_hold -> /* C: queue.c ivrq__cell_unhold "ivrq__cas_acqrel64(&cell->note, &old, next)" */
		unhold(held - 1);
		held = 0;
		c_gone() }
#endif
#ifdef WAKE
	:: d_step { pc == c_ready -> /* C: call.c ivrq__call_cut "ivrq__call_schedule(engine, index)" */
		ready = true;
		pc = c_end }
#endif
	:: pc == c_end -> break
	od } FREEZABLE
}

/* Cuts are canceller's, kills are selector's. */
#ifdef SELECT
#define START_CANCEL(id, scope) \
	if \
	:: scope == OP || scope == CURRENT || scope == GROUP -> \
		run selector(id, scope) \
	:: else -> run canceller(id, scope) \
	fi
#else
#define START_CANCEL(id, scope) run canceller(id, scope)
#endif
