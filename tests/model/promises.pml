/* SPDX-License-Identifier: MIT */
/*
 * promises.pml - the promises over time, as formulas: each is named after its
 * promise. A configuration of the kind "ltl" has to keep all that are here for
 * its switches.
 *
 * They put the results that were told, the starts, and the engine's own words
 * against what the checker knows of the two operations. No fairness: what has
 * to come comes whoever runs. Nothing is asked of a frozen thread.
 */
#if NREF != 2
#error "a formula is about two operations"
#endif

#define both(what)   (what(0) && what(1))
#define is_live(r)   (g[r] == G_LIVE)
#define is_done(r)   (g[r] == G_DONE)
#define is_hit(r)    ((g[r] & 3) == G_HIT)
#define is_out(r)    (g[r] == G_OUT)
#define completed(r) (told[r] == 1)
#define canceled(r)  (told[r] == 2)
#define has_ended(r) (told[r] == 1 || told[r] == 2)
#define older(a, b)  before(gpos[a], gpos[b])

#ifdef FREEZE
#define stuck(process) (frozen == process)
#define waits(r) \
	(stuck(WORKER) || stuck(DRIVER) || \
	 (stuck(SUBMITTER) && curref[0] == r + 1))
#else
#define stuck(process) false
#define waits(r) false
#endif

#if !defined FREEZE && !defined SELECT && defined C0 && C0 == ALL && \
	!defined C1 && BARGES == 0
/* Live when the cut comes, that is with its receipt: it ends canceled. */
#define before_cut(r) \
	([] ((is_live(r) && !given[0]) -> \
	     ((is_live(r) && !given[0]) U \
	      (is_done(r) || \
	       (given[0] && is_hit(r) && (is_hit(r) U canceled(r)))))))
ltl g1_before { both(before_cut) }

/* In the queue later than that: it does not. */
#define after_cut(r) \
	([] ((given[0] && is_out(r)) -> \
	     [] (is_live(r) -> [] !canceled(r))))
ltl g1_after { both(after_cut) }
#endif

/* Each accepted operation gets a result, */
#define result(r) ([] (is_live(r) -> <> (is_out(r) || waits(r))))
ltl g2_result { both(result) }

/* and no second one. */
#define once(r) ([] (has_ended(r) -> (has_ended(r) W is_live(r))))
ltl g2_once { both(once) }

#if defined C0 && !defined FREEZE && !defined LIFE
/* As many results as the receipt counts, */
#ifdef C1
ltl g3_settled {
	([] (given[0] -> <> [] (bal[0] == 0))) &&
	([] (given[1] -> <> [] (bal[1] == 0)))
}
#else
ltl g3_settled { [] (given[0] -> <> [] (bal[0] == 0)) }
#endif
/* and never more. */
ltl g3_counted {
	[] ((given[0] -> bal[0] >= 0) && (given[1] -> bal[1] >= 0))
}
#endif

/* One that was hit is not completed, */
#define hit_stays(r) ([] (is_hit(r) -> (!completed(r) W is_live(r))))
ltl g4_hit { both(hit_stays) }

/* nor one that was completed canceled, */
#define done_stays(r) ([] (is_done(r) -> (!canceled(r) W is_live(r))))
ltl g4_done { both(done_stays) }

/* and what was hit before its start never starts. */
#define no_start(r) \
	([] ((is_hit(r) && !started[r]) -> (!started[r] W is_live(r))))
ltl g4_start { both(no_start) }

#if !defined SELECT && !defined FREEZE
/*
 * Before the result of one that was cut: nothing of a later one of the same
 * cut, or of one that came after it. What an earlier cut hit may come first.
 */
#define in_turn(a, b) \
	([] ((is_hit(a) && (g[b] == g[a] || is_live(b)) && older(a, b)) -> \
	     ((!is_out(b) && !started[b]) U is_out(a))))
ltl g5_order { in_turn(0, 1) && in_turn(1, 0) }
#endif

/* Each call ends: of a submitter, a canceller, the driver. */
ltl g7_submit {
	([] (curref[0] -> <> (!curref[0] || stuck(SUBMITTER)))) &&
	([] (curref[1] -> <> (!curref[1])))
}
#if defined C0 && !defined LIFE
#ifdef C1
ltl g7_cancel { (<> given[0]) && (<> given[1]) }
#else
ltl g7_cancel { <> (given[0] || stuck(CANCELLER)) }
#endif
#endif
ltl g7_complete { [] (dpos -> <> (!dpos || stuck(DRIVER))) }

/* And all come to rest. */
ltl g7_rest { <> [] over }

#ifndef FREEZE
/* All storage comes back. */
ltl g9_storage { <> [] (pool == (1 << NREF) - 1) }
#endif

#if defined CLOSING && !defined LIFE
ltl g10_closed { [] (closed(word) -> [] closed(word)) }

/* What is closed is not entered. */
#define entered(r) ([] ((closed(word) && is_out(r)) -> [] is_out(r)))
ltl g10_entered { both(entered) }

/* closed() is called, and is the last. */
ltl g10_told { [] (closed(word) -> <> ended) }
ltl g10_last { [] (ended -> [] (is_out(0) && is_out(1))) }
#endif
#ifdef LIFE
/* With a handle of an earlier life nothing is accepted. */
ltl g10_life {
	[] ((handle[0] && handle[0] != life && !accepted[0]) ->
	    (!accepted[0] W (handle[0] == 0)))
}
#endif
