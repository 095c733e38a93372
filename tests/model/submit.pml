/* SPDX-License-Identifier: MIT */
/*
 * submit.pml - a thread that submits OPS operations, one after the other.
 *
 * Taking storage from the pool, and giving it back after a refusal, is folded
 * into the step beside it: the pool has a test of its own, and nobody else can
 * see the storage then.
 */
mtype = {
	s_call, s_word, s_alive, s_slot,
	p_slot, p_mark, p_hit, p_check, p_stamp, p_word,
	f_word, f_alive, f_slot, f_undo, f_note,
	s_ready, s_end
};

/* What the word allows. C: queue.c ivrq__queue_submit "ivrq__total(word) == ring->capacity" */
inline s_room()
{
	if
	:: closed(w) -> s_refused(false)
	:: !closed(w) && total(w) == CAP -> s_refused(true)
	:: else -> pc = s_slot
	fi
}

/* The operation is the caller's. G2: it was never in the queue. */
inline s_refused(tell)
{
	assert(!accepted[id]); /* G2 */
	curref[id] = 0;
	assert(holders(note[rf]) == 0);
	give_back(rf); /* C: submit.c put_back "ivrq__cell_release(cell)" */
	s_next();
	if
	:: tell -> schedule(s_ready) /* C: submit.c ivrq__submit "if (answer == IVRQ__FULL)" */
	:: else
	fi
}

inline s_accepted()
{
	assert(accepted[id]); /* G2: it is in the queue, or was */
	accepted[id] = false;
#ifndef WAKE /* else the worker has yet to be told */
	curref[id] = 0;
#endif
	s_next();
#ifndef FAULT_WAKE /* the worker is not told */
	schedule(s_ready)
#endif
}

inline s_next()
{
	w = 0;
	s = 0;
	p = 0;
	rf = 0;
	h = 0;
#ifdef LIFE
	my = 0;
	readers = readers - (pc != s_call);
	my_note = 0;
	handle[id] = 0;
#endif
	barge = 0;
	helps = 0;
	k++;
	pc = (k < OPS -> s_call : s_end)
}

/* publish() has ended: the caller's loop goes on, or submit is done. */
inline p_back(moved)
{
	s = 0;
	h = 0;
	if
	:: helps -> helps = 0; w = 0; pc = s_word
	:: !helps && moved -> s_accepted()
	:: else -> w = 0; pc = f_word
	fi
}

/* The step itself: the tail moves. */
inline p_publish()
{
	g_publish(w, s);
	word = w + 1;
	if
	:: s & MARK_BARGE ->
		word = all_covered(w) + 1;
		if
		:: live(state(w)) -> word = hit_current(word, CUT_BARGE)
		:: else
		fi
	:: else
	fi;
	p_back(true)
}

/* The mark is there. Does it cut? */
inline p_barge()
{
	if
	:: (s & MARK_BARGE) && live(state(w)) -> pc = p_hit
#ifndef FINE /* nothing was touched: one step with the readings */
	:: !((s & MARK_BARGE) && live(state(w))) && word == w -> p_publish()
	:: else -> p_back(false)
#else
	:: else -> pc = p_word
#endif
	fi
}

/* The slot at the tail is known: is it filled, and marked? */
inline p_filled()
{
	if
	:: !ready_for(s, tail(w)) -> p_back(false)
#ifndef FAULT_MARK /* no boundary mark */
	:: ready_for(s, tail(w)) && needs_mark(w) && !(s & MARK_CUT) ->
		pc = p_mark
#endif
	:: else -> p_barge()
	fi
}

inline p_differs()
{
	if
	:: h == tail(w) -> h = 0; pc = p_word
	:: else -> pc = p_check
	fi
}

proctype submitter(bit id)
{
	mtype pc = s_call;
	unsigned w : 16; /* the word as it was read */
	short s;	 /* the slot as it was read */
	byte h;		 /* `hit` as it was read */
	unsigned p : 4;	 /* the position it has filled */
	unsigned rf : 2; /* the storage of its operation */
	unsigned k : 2;	 /* how many it has submitted */
	bit barge;
	bit helps; /* publish() for somebody else */
#ifdef LIFE
	byte my; /* the handle */
	short my_note;
#endif

	{ do
	:: d_step { pc == s_call && (pool & mine(id)) BEGIN -> /* C: submit.c take_storage "ivrq__pool_pop" */
		r = pool & mine(id);
		rf = (r & 1 -> 0 : (r & 2 -> 1 : (r & 4 -> 2 : 3)));
		pool = pool & ~(1 << rf);
		curref[id] = rf + 1;
#ifdef SYM_SUBMIT
		begun = true;
#endif
		barge = (BARGES >> (id * OPS + k)) & 1;
#ifdef LIFE
		my = life - !(life & 1);
		handle[id] = my;
		readers++;
		my_note = note[rf]; /* C: queue.c ivrq__queue_submit "uint64_t note = " */
#endif
		pc = s_word }
	:: d_step { pc == s_call && !(pool & mine(id)) BEGIN -> /* C: submit.c ivrq__submit "ref == IVRQ__NONE" */
		s_next() }
	:: d_step { pc == s_word -> /* C: queue.c ivrq__queue_submit "uint64_t word = ivrq__load_word(ring)" */
		w = word;
#ifdef LIFE
		pc = s_alive }
	:: d_step { pc == s_alive -> /* C: queue.c ivrq__queue_submit "if (!ivrq__alive(ring))" */
		if
		:: life != my -> s_refused(false)
		:: else -> s_room()
		fi }
#else
		s_room() }
#endif
	:: d_step { pc == s_slot -> /* C: queue.c ivrq__queue_submit "ivrq__cas_slot(ring, tail, &slot, next)" */
		s = AT(tail(w));
		if
#ifndef FAULT_HELP /* a filled tail is left to who filled it */
		:: ready_for(s, tail(w)) -> helps = 1; p_filled()
#endif
		:: s == free_for(tail(w)) ->
			p = tail(w);
			AT(p) = filled(rf, p, barge);
#ifndef FAULT_MARK
			if
			:: needs_mark(w) -> AT(p) = AT(p) | MARK_CUT
			:: else
			fi;
#endif
			s = 0;
			w = 0;
			pc = f_word
		:: else -> s = 0; w = 0; pc = s_word
		fi }

	/* publish() */
	:: d_step { pc == p_slot -> /* C: queue.c publish "slot = ivrq__load_slot(ring, tail)" */
		s = AT(tail(w));
		p_filled() }
#ifndef FAULT_MARK
	:: d_step { pc == p_mark -> /* C: queue.c publish "slot | IVRQ__MARK_CUT" */
		if
		:: AT(tail(w)) == s ->
			s = s | MARK_CUT;
			AT(tail(w)) = s;
			p_barge()
		:: else -> p_back(false)
		fi }
#endif
	:: d_step { pc == p_hit -> /* C: queue.c stamp "old = ivrq__ld_acq64(hit)" */
		h = hit;
		p_differs() }
	:: d_step { pc == p_check -> /* C: queue.c stamp "ivrq__load_word(ring) != word" */
		if
		:: word != w -> p_back(false)
		:: else -> pc = p_stamp
		fi }
	:: d_step { pc == p_stamp -> /* C: queue.c stamp "ivrq__cas_acqrel64(hit, &old, boundary)" */
		if
		:: hit == h -> hit = tail(w); h = 0; pc = p_word
		:: else -> h = hit; p_differs()
		fi }
	:: d_step { pc == p_word -> /* C: queue.c publish "ivrq__cas_word(ring, &word, next)" */
		if
#ifdef FAULT_ENTER /* does not see that it was closed */
		:: (word & ~CLOSED_MASK) == w ->
			w = word;
#else
		:: word == w ->
#endif
			p_publish()
		:: else -> p_back(false)
		fi }

	/* finish() */
	:: d_step { pc == f_word -> /* C: queue.c finish "uint64_t word = ivrq__load_word(ring)" */
		w = word;
#ifdef LIFE
		pc = f_alive }
	:: d_step { pc == f_alive -> /* C: queue.c finish "if (!ivrq__alive(ring))" */
		if
		:: life != my -> w = 0; pc = f_note
		:: life == my && tail(w) != p -> s_accepted()
		:: life == my && tail(w) == p && closed(w) -> w = 0; pc = f_slot
		:: else -> pc = p_slot
		fi }
	:: d_step { pc == f_note -> /* C: queue.c after_end "now == (note | IVRQ__REFUSED)" */
		/* G2, G10: it is told so if it did not get in, and only then */
		assert(accepted[id] != (note[rf] == (my_note | REFUSED)));
		if
		:: accepted[id] -> s_accepted()
		:: else -> s_refused(false)
		fi }
#else
		if
		:: tail(w) != p -> s_accepted()
		:: tail(w) == p && closed(w) -> w = 0; pc = f_slot
#ifdef FINE
		:: else -> pc = p_slot
#else
		:: else -> s = AT(p); p_filled()
#endif
		fi }
#endif
	:: d_step { pc == f_slot -> /* C: queue.c finish "slot = ivrq__load_slot(ring, position)" */
		s = AT(p);
		if
		:: ready_for(s, p) -> pc = f_undo
#ifdef LIFE
		:: else -> s = 0; pc = f_note
#else
		:: else -> assert(false) /* nobody else takes it back */
#endif
		fi }
	:: d_step { pc == f_undo -> /* C: queue.c finish "ivrq__free_for(position)" */
		if
		:: AT(p) == s -> AT(p) = free_for(p); s_refused(false)
		:: else -> s = 0; pc = f_word
		fi }
#ifdef WAKE
	:: d_step { pc == s_ready -> /* C: submit.c ivrq__submit "ivrq__call_schedule(engine, index)" */
		ready = true;
		curref[id] = 0;
		pc = (k < OPS -> s_call : s_end) }
#endif
	:: pc == s_end -> break
	od } FREEZABLE
}
