/* SPDX-License-Identifier: MIT */
/*
 * select.pml - a thread that cancels one operation, the current one, or all of
 * a group, one by one. The group is every operation: the hardest one.
 */
mtype = {
	o_call, o_word, o_flight, o_slot, o_same, o_place,
	o_current, o_oldest, o_still,
	e_enter, e_slow, e_leave, e_ready, e_end,
	m_hold, m_slot, m_free, m_flown, m_note, m_same, m_take, m_unhold,
	m_flight,
	k_word, k_slot, k_kill, k_same, k_again, k_place, k_claim, k_cut,
	k_flown, k_fate
};

inline o_begin()
{
#ifdef SYM_CANCEL
	tried = true;
#endif
	skip
}

/* The next one of the group: one back; at last the one in flight. */
inline m_on()
{
	v = 0;
	s = 0;
	hn = 0;
	held = 0;
	inflight = 0;
	if
	:: left -> left--; p = pos(p, 15); pc = m_hold
	:: !left && !last -> pc = m_flight
	:: else -> pc = e_leave
	fi
}

inline k_over()
{
	receipt(id, k_in, k_out);
	k_in = 0;
	k_out = 0;
	inside = 0;
	last = 0;
	p = 0;
	v = 0;
	s = 0;
	pc = e_end;
	schedule(e_ready)
}

/* A kill has been decided. C: cancel.c count "kill == IVRQ__HIT_RUNNING" */
inline k_done(flown, waiting)
{
	k_in = k_in + (flown -> 1 : 0);
	k_out = k_out + (waiting -> 1 : 0);
	v = 0;
	s = 0;
	claims = 0;
	at_head = 0;
	if
	:: scope == GROUP -> pc = m_unhold
	:: scope != GROUP && inside -> pc = e_leave
	:: else -> k_over()
	fi
}

inline k_found()
{
	if
#ifndef FAULT_CLAIM /* the number is not put into the cell */
	:: scope == GROUP && !claims -> pc = k_claim
#endif
	:: else -> pc = k_cut
	fi
}

/* C: select.c own_claim "ivrq__head(word) == position && ivrq__depth(word)" */
inline k_nowhere()
{
	at_head = 0;
	if
	:: claims != 2 -> k_done(false, false)
	:: claims == 2 && head(v) == p && depth(v) ->
		if
		:: state(v) == (FRONT | CUT_GROUP) -> k_done(false, true)
		:: else -> k_done(false, false)
		fi
	:: else -> pc = k_flown
	fi
}

/* Where the word decides. C: select.c place_of "ivrq__front_live(word)" */
inline k_where()
{
	if
	:: head(v) == p && front_live(v) -> at_head = 1; k_found()
	:: !(head(v) == p && front_live(v)) && state(v) == RUN ->
		at_head = 0;
		pc = k_place
	:: else -> k_nowhere()
	fi
}

/* kill_in_slot() has the answer: it is not decided there. */
inline k_word_decides()
{
	v = 0;
	s = 0;
	pc = k_again
}

proctype selector(bit id; byte scope)
{
	mtype pc = o_call;
	unsigned v : 16;    /* the word as it was read */
	short s;	    /* the slot as it was read */
	unsigned p : 4;	    /* the position at hand */
	short hn;	    /* the note as it was read */
	unsigned held : 3;  /* what it holds, + 1 */
	bit inflight;	    /* it was found in flight */
	unsigned k_in : 2;  /* what its kills hit in flight, */
	unsigned k_out : 2; /* and pending */
	unsigned left : 2;  /* how many of the group are still to see */
	bit last;	    /* and the one in flight was seen */
	bit inside;	    /* a selector */
	bit at_head;	    /* the word decides at the front */
	unsigned claims : 2; /* 1: another's claim; 2: this one's */

	{ do
	:: d_step { pc == o_call && scope == GROUP TRY -> /* C: cancel.c ivrq__cancel_group "enter(engine, &ring, &word, receipt)" */
		o_begin();
		rid[id] = id_of(BY_GROUP, id + 1);
		pc = e_enter }
	:: d_step { pc == o_call && scope == CURRENT TRY -> /* C: cancel.c cancel_current "word = ivrq__load_word(ring)" */
		o_begin();
		v = word;
		pc = o_current }
	/* by its handle: the first or the second there was */
	:: d_step { pc == o_call && scope == OP && before(FIRST, tail(word)) TRY -> /* C: cancel.c cancel_op "ivrq__op_position(op)" */
		o_begin();
		p = pos(FIRST, 0);
		pc = o_word }
	:: d_step { pc == o_call && scope == OP && before(pos(FIRST, 1), tail(word)) TRY -> /* C: cancel.c cancel_op "ivrq__op_position(op)" */
		o_begin();
		p = pos(FIRST, 1);
		pc = o_word }
	:: pc == o_call && scope == OP && over -> break /* there was none */

	/* cancel_op() */
	:: d_step { pc == o_word -> /* C: cancel.c cancel_op "word = ivrq__load_word(ring)" */
		v = word;
		pc = (before(p, head(v)) -> o_flight : o_slot) }
	:: d_step { pc == o_flight -> /* C: cancel.c cancel_op "ivrq__flies(ivrq__load_flight(ring), position)" */
		v = 0;
		if
		:: flight && flight_pos(flight) == p -> pc = o_place
		:: else -> k_over()
		fi }
	:: d_step { pc == o_slot -> /* C: cancel.c cancel_op "type = ivrq__type(ivrq__load_slot(ring, position))" */
		s = AT(p);
		pc = o_same }
	/* one that is leaving is not hit, whatever delivered_in_ring() says */
	:: d_step { pc == o_same -> /* C: cancel.c cancel_op "while (ivrq__load_word(ring) != word)" */
		if
		:: word != v -> pc = o_word
		:: word == v && type(s) == HOLE -> k_over()
		:: else -> v = 0; pc = o_place
		fi;
		s = 0 }

	/* cancel_one() */
	:: d_step { pc == o_place -> /* C: cancel.c cancel_one "uint64_t word = ivrq__load_word(ring)" */
		if
		:: before(p, head(word)) -> pc = k_word
		:: else -> pc = e_enter
		fi }

	/* cancel_current() */
	:: d_step { pc == o_current -> /* C: cancel.c cancel_current "flight = ivrq__load_flight(ring)" */
		if
		:: state(v) == RUN && flight -> p = flight_pos(flight); v = 0; pc = o_place
		:: else -> p = head(v); pc = o_oldest
		fi }
	:: d_step { pc == o_oldest -> /* C: cancel.c oldest "ivrq__load_slot(ring, p)" */
		if
		:: p != tail(v) && (type(AT(p)) == HOLE || type(AT(p)) == FREE) ->
			p = pos(p, 1)
		:: else -> pc = o_still
		fi }
	:: d_step { pc == o_still -> /* C: cancel.c cancel_current "while (ivrq__load_word(ring) != word)" */
		if
		:: word != v -> v = word; pc = o_current
		:: word == v && front_live(v) && p != tail(v) -> v = 0; pc = o_place
		:: else -> k_over()
		fi }

	/* ivrq__select_enter(), ivrq__select_leave() */
	:: d_step { pc == e_enter -> /* C: select.c ivrq__select_enter "ivrq__add_acqrel32(&ring->queue->selectors, 1)" */
		selectors++;
		inside = 1;
		pc = e_slow }
	:: d_step { pc == e_slow -> /* C: select.c ivrq__select_enter "*word | IVRQ__SLOW | IVRQ__SWEEP" */
#ifdef FAULT_SLOW /* a cut does not get to know of it */
#else
		word = word | SLOW | SWEEP;
#endif
		if
		:: scope == GROUP -> left = depth(word); p = tail(word); m_on()
		:: else -> pc = k_word
		fi }
	:: d_step { pc == e_leave -> /* C: select.c ivrq__select_leave "ivrq__sub_acqrel32(&ring->queue->selectors, 1)" */
		selectors--;
		k_over() }

	/* cancel_match(): ivrq__queue_hold() */
	:: d_step { pc == m_flight -> /* C: cancel.c ivrq__cancel_group "flight = ivrq__load_flight(&ring)" */
		last = 1;
		if
		:: flight && before(flight_pos(flight), p) ->
			p = flight_pos(flight);
			pc = m_hold
		:: else -> pc = e_leave
		fi }
	:: d_step { pc == m_hold -> /* C: queue.c find "uint64_t word = ivrq__load_word(ring)" */
		v = word;
		if
		:: before(p, head(v)) -> v = 0; pc = m_flown
		:: !before(p, head(v)) && from_head(v, p) >= depth(v) -> m_on()
		:: else -> pc = m_slot
		fi }
	:: d_step { pc == m_slot -> /* C: queue.c find "slot = ivrq__load_slot(ring, position)" */
		if
		:: type(AT(p)) == FREE -> pc = m_free
		:: else -> v = 0; held = ref(AT(p)) + 1; pc = m_note
		fi }
	:: d_step { pc == m_free -> /* C: queue.c find "ivrq__load_word(ring) == word" */
		if
		:: word == v -> m_on()
		:: else -> v = 0; pc = m_hold
		fi }
	:: d_step { pc == m_flown -> /* C: queue.c find "flight = ivrq__load_flight(ring)" */
		if
		:: flight && flight_pos(flight) == p ->
			held = flight_ref(flight) + 1;
			inflight = 1;
			pc = m_note
		:: else -> m_on()
		fi }
	:: d_step { pc == m_note -> /* C: queue.c find "*note = ivrq__ld_acq64(&ring->cell[ref].note)" */
		hn = note[held - 1];
		readers++;
		pc = m_same }
	:: d_step { pc == m_same && !inflight -> /* C: queue.c find "ivrq__pos_diff(position, ivrq__head(word)) >= 0" */
		if
		:: before(p, head(word)) -> readers--; hn = 0; held = 0; pc = m_hold
		:: else -> pc = m_take
		fi }
	:: d_step { pc == m_same && inflight -> /* C: queue.c find "ivrq__load_flight(ring) == flight" */
		if
		:: flight == flight_of(p, held - 1) -> inflight = 0; pc = m_take
		:: else -> readers--; m_on()
		fi }
	:: d_step { pc == m_take -> /* C: queue.c ivrq__queue_hold "note + IVRQ__HOLDER" */
		hold_hold(k_word, m_hold) }
	:: d_step { pc == m_unhold -> /* C: queue.c ivrq__cell_unhold "ivrq__cas_acqrel64(&cell->note, &old, next)" */
		unhold(held - 1);
		m_on() }

	/* kill_in_slot() */
	:: d_step { pc == k_word -> /* C: select.c kill_in_slot "uint64_t word = ivrq__load_word(ring)" */
		v = word;
		if
		:: before(p, head(v)) -> k_word_decides()
		:: !before(p, head(v)) && !in_reach(v, p) -> k_done(false, false)
		:: else -> pc = k_slot
		fi }
	:: d_step { pc == k_slot -> /* C: select.c kill_in_slot "slot = ivrq__load_slot(ring, position)" */
		s = AT(p);
		pc = (ready_for(s, p) -> k_kill : k_same) }
	:: d_step { pc == k_kill -> /* C: select.c kill_in_slot "ivrq__with_payload(killed, number)" */
		if
		:: AT(p) == s ->
			r = ref(s);
			/* G4: not started, not told; it may be covered by a cut
			 * that has not counted it yet */
			assert(gpos[r] == p);
			assert(g[r] == G_LIVE || ((g[r] & 3) == G_HIT && (word & SLOW)));
			rid[id] = id_of(BY_GROUP, id + 1);
			g[r] = hit_by(id_of(BY_GROUP, id + 1));
			AT(p) = killed_by(s, id + 1);
			k_done(false, true)
		:: else -> v = 0; s = 0; pc = k_word
		fi }
	:: d_step { pc == k_same -> /* C: select.c kill_in_slot "} else if (ivrq__load_word(ring) == word) {" */
		if
		:: word == v && type(s) == TAKEN -> k_word_decides()
		:: word == v && type(s) != TAKEN -> k_done(false, false)
		:: else -> v = 0; s = 0; pc = k_word
		fi }

	/* ivrq__select_kill(), ivrq__select_kill_group() */
	:: d_step { pc == k_again && scope != GROUP -> /* C: select.c ivrq__select_kill "word = ivrq__load_word(ring)" */
		v = word;
		k_where() }
	:: d_step { pc == k_again && scope == GROUP -> /* C: select.c ivrq__select_kill_group "word = ivrq__load_word(ring)" */
		v = word;
		k_where() }
	:: d_step { pc == k_place -> /* C: select.c place_of "ivrq__flies(ivrq__load_flight(ring), position)" */
		if
		:: flight && flight_pos(flight) == p -> k_found()
		:: else -> k_nowhere()
		fi }
	:: d_step { pc == k_claim -> /* C: select.c ivrq__select_kill_group "ivrq__cas_acqrel64(&ring->cell[ref].claim, &claim," */
		if
		:: claim[held - 1] == 0 -> claim[held - 1] = id + 1
		:: else
		fi;
		claims = (claim[held - 1] == id + 1 -> 2 : 1);
		k_where() }
	:: d_step { pc == k_cut -> /* C: select.c cut_at "ivrq__cas_word(ring, word," */
		if
		:: word == v ->
			r = (at_head -> ref(AT(p)) : flight_ref(flight));
			assert(g[r] == G_LIVE && gpos[r] == p); /* G4: this one */
			if
			:: scope == GROUP ->
				x = id_of(BY_GROUP, claim[r]);
				n = CUT_GROUP
			:: else ->
				x = id_of(BY_LONE, p);
				rid[id] = x;
				n = CUT_LONE
			fi;
			g[r] = hit_by(x);
			word = (at_head -> cut_front(v, n) : with_state(v, n));
			if
			:: scope == GROUP && claims != 2 -> k_done(false, false)
			:: else ->
				if
				:: at_head -> k_done(false, true)
				:: else -> k_done(true, false)
				fi
			fi
		:: else -> v = word; k_where()
		fi }

	/* own_claim() */
	:: d_step { pc == k_flown -> /* C: select.c own_claim "ivrq__state(word) == IVRQ__CUT_GROUP" */
		if
		:: flight && flight_pos(flight) == p && state(v) == CUT_GROUP ->
			k_done(true, false)
		:: else -> pc = k_fate
		fi }
	:: d_step { pc == k_fate -> /* C: select.c own_claim "& IVRQ__FATE" */
		if
		:: (note[held - 1] & FATE) == FATE_RUNNING -> k_done(true, false)
		:: (note[held - 1] & FATE) == FATE_WAITING -> k_done(false, true)
		:: else -> k_done(false, false)
		fi }
#ifdef WAKE
	:: d_step { pc == e_ready -> /* C: cancel.c leave "ivrq__call_schedule(engine, ivrq__handle_index(call.value))" */
		ready = true;
		pc = e_end }
#endif
	:: pc == e_end -> break
	od } FREEZABLE
}
