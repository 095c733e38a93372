/* SPDX-License-Identifier: MIT */
/*
 * driver.pml - the driver's thread. It completes each operation that it was
 * told to start, at any moment, and says when one has stopped.
 *
 * It knows an operation only after that has left the ring, so the two loads
 * in ivrq__queue_hold() that find this out are left out.
 */
mtype = {
	d_wait, d_note, d_again, d_hold, d_set, d_word, d_run, d_done,
	d_landed, d_fate, d_stop, d_ready, d_unhold
};

/* The driver is told that a cancel has won. G4: that is so. */
inline d_lost()
{
	assert(stops || fate == 2 || (fate == 0 && (g[rf] & 3) == G_HIT)); /* G4 */
	d_let_go()
}

inline d_won()
{
	assert(fate == 1 || (fate == 0 && g[rf] == G_DONE)); /* G4 */
	d_let_go()
}

inline d_let_go()
{
	w = 0;
	e = 0;
	pc = (held -> d_unhold : d_wait);
	if
	:: held -> schedule(d_ready)
	:: else -> d_forget()
	fi
}

inline d_forget()
{
	f = 0;
	rf = 0;
	held = 0;
	stops = 0;
	dpos = 0;
	fate = 0;
	pc = d_wait
}

/* RUN becomes DONE. */
inline d_complete()
{
	assert(g[rf] == G_LIVE && gpos[rf] == flight_pos(f)); /* G4 */
	g[rf] = G_DONE;
	word = with_state(w, DONE);
	d_won()
}

/* Not in flight any more. */
inline d_nothing()
{
	assert(!stops); /* the worker waits for it */
	d_lost()
}

inline d_held()
{
	if
	:: stops -> pc = d_stop
	:: !stops && (e == DONE || is_cut(e)) ->
		e = 0;
		d_lost()
	:: else -> pc = d_set
	fi;
	e = 0
}

/* C: op.c find "ivrq__state(ivrq__load_word(ring))" */
inline d_found()
{
	e = state(word);
	if
	:: !flies(e) -> d_nothing()
	:: else -> pc = d_note
	fi
}

proctype driver()
{
	mtype pc = d_wait;
	byte f;		   /* the operation, as its flight */
	unsigned rf : 2;   /* its reference, for the asserts */
	bit stops;	   /* this is ivrq_op_stopped() */
	unsigned w : 16;   /* the word as it was read */
	byte e;		   /* its end as it was read */
	short hn;	   /* its note as it was read */
	bit held;

	{ do
	:: d_step { pc == d_wait && play -> /* C: op.c ivrq_op_complete "find(engine, op, &ring, &state)" */
		f = play;
		rf = flight_ref(f);
		play = 0;
		dpos = flight_pos(f) + 1;
		fate = (g[rf] != G_OUT && gpos[rf] == flight_pos(f) -> 0 : 2);
		d_found() }
	:: d_step { pc == d_wait && asked -> /* C: op.c ivrq_op_stopped "find(engine, op, &ring, &state)" */
		f = asked;
		rf = flight_ref(f);
		asked = 0;
		stops = 1;
		d_found() }

	/* ivrq__queue_hold() */
	:: d_step { pc == d_note -> /* C: queue.c find "*note = ivrq__ld_acq64(&ring->cell[ref].note)" */
		hn = note[rf];
		readers++;
#ifdef FINE
		pc = d_again }
	:: d_step { pc == d_again -> /* C: queue.c find "ivrq__load_flight(ring) == flight" */
#endif
		if
		:: flight == f -> pc = d_hold
		:: else -> readers--; hn = 0; d_nothing()
		fi }
	:: d_step { pc == d_hold -> /* C: queue.c ivrq__queue_hold "note + IVRQ__HOLDER" */
		if
		:: note[rf] == hn ->
			note[rf] = hn + HOLDER;
			held = 1;
			d_held()
		:: else -> pc = d_note
		fi;
		readers--;
		hn = 0 }
	:: d_step { pc == d_set -> /* C: op.c ivrq__op_end "ivrq__cas_acqrel64(at, &end, set)" */
		if
		:: !(end[rf] & (END_SET | END_STOPPING)) ->
			end[rf] = END_SET;
			pc = d_word
		:: (end[rf] & END_STOPPING) && !(end[rf] & END_SET) -> d_lost()
		:: else -> pc = d_word
		fi }

	/* ivrq__queue_complete() */
	:: d_step { pc == d_word -> /* C: queue.c ivrq__queue_complete "uint64_t word = ivrq__load_word(ring)" */
#ifndef FINE
		w = word;
		if
		:: flight == f && state(w) == RUN -> d_complete()
		:: flight == f && state(w) == DONE -> d_won()
#ifdef FAULT_WAIT /* until what has won is told */
		:: flight == f && is_cut(state(w)) -> w = 0
#endif
		:: flight == f && is_cut(state(w)) -> d_lost()
		:: else -> w = 0; pc = d_fate
		fi }
#else
		w = word;
		pc = d_run }
	:: d_step { pc == d_run -> /* C: queue.c ivrq__queue_complete "while (ivrq__load_flight(ring) == mine" */
		pc = (flight == f && state(w) == RUN -> d_done : d_landed) }
	:: d_step { pc == d_done -> /* C: queue.c ivrq__queue_complete "ivrq__with_state(word, IVRQ__DONE)" */
		if
#ifdef FAULT_DONE /* loads, then stores */
		:: true ->
#else
		:: word == w ->
#endif
			d_complete()
		:: else -> w = word; pc = d_run
		fi }
	:: d_step { pc == d_landed -> /* C: queue.c ivrq__queue_complete "ivrq__state_cut(ivrq__state(word))" */
		if
		:: flight == f && is_cut(state(w)) -> d_lost()
		:: flight == f && state(w) == DONE -> d_won()
		:: else -> w = 0; pc = d_fate
		fi }
#endif
	:: d_step { pc == d_fate -> /* C: queue.c ivrq__queue_complete "(note & IVRQ__FATE) == IVRQ__FATE_DONE" */
		if
		:: (note[rf] & FATE) == FATE_DONE -> d_won()
		:: else -> d_lost()
		fi }

	/* ivrq__op_stopped() */
	:: d_step { pc == d_stop -> /* C: op.c ivrq__op_stopped "ivrq__cas_acqrel64(at, &end, stopped)" */
		assert((end[rf] & END_STOPPING) && !(end[rf] & END_STOPPED));
		end[rf] = END_STOPPING | END_STOPPED;
		d_let_go() }
#ifdef WAKE
	:: d_step { pc == d_ready -> /* C: op.c let_go "ivrq__call_schedule(engine, ivrq__op_call(op))" */
		ready = true;
		pc = d_unhold }
#endif
	:: d_step { pc == d_unhold -> /* C: queue.c ivrq__cell_unhold "ivrq__cas_acqrel64(&cell->note, &old, next)" */
		unhold(rf);
		d_forget() }
	:: pc == d_wait && over -> break
	od } FREEZABLE
}
