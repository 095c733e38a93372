/* SPDX-License-Identifier: MIT */
/*
 * word.pml - what the processes share: the word, the slots, the cells; and
 * what the checker alone knows of each operation, to judge by.
 *
 * The fields are those of lib/core/word.h, narrower. A position has four bits
 * and begins at 14, so it wraps at the third operation. Four bits are enough
 * for the comparisons: a run uses at most 7 positions (4 operations and 1 for
 * a life that ends, and the ring beyond), so no two that are compared are 8 or
 * more apart, and none comes round while an old one is still remembered.
 */
#ifndef OPS
#define OPS 2 /* operations of each submitter */
#endif
#ifndef SUBS
#define SUBS 2
#endif
#ifndef NREF
#define NREF 4 /* places for operations, the first half of submitter 0 */
#endif
#ifndef BARGES
#define BARGES 0 /* bit id * OPS + n: that operation barges in */
#endif
#define CAP   2
#define FIRST 14

/* word: head 4, slow 1, sweep 1, closed 2, state 4, cut 2, depth 2 */
#define depth(w)  ((w) & 3)
#define cut(w)	  (((w) >> 2) & 3)
#define state(w)  (((w) >> 4) & 15)
#define closed(w) (((w) >> 8) & 3)
#define SWEEP	  (1 << 10)
#define SLOW	  (1 << 11)
#define head(w)	  (((w) >> 12) & 15)

#define IDLE	  0
#define RUN	  1
#define DONE	  2
#define CUT_RANGE 3
#define CUT_BARGE 4
#define CUT_LONE  5
#define CUT_GROUP 6
#define FRONT	  8
#define KEEP	  9

#define OPEN	     0
#define CLOSED_EMPTY 1
#define CLOSED_LONE  2
#define CLOSED_RANGE 3
#define CLOSED_MASK  (3 << 8)

#ifdef FAULT_COMPARE /* positions compared as plain numbers */
#define before(a, b) ((a) < (b))
#else
#define before(a, b) ((((a) - (b)) & 15) >= 8)
#endif
#define pos(p, o) (((p) + (o)) & 15)
#define tail(w)	  pos(head(w), depth(w))
#define from_head(w, p) (((p) - head(w)) & 15)

#define live(st)  ((st) == RUN || (st) == KEEP)
#define flies(st) ((st) != IDLE && !((st) & FRONT))
#define is_cut(st) ((st) >= CUT_RANGE && !((st) & FRONT))
#define total(w)  (depth(w) + (flies(state(w)) -> 1 : 0))
#define front_live(w) \
	(depth(w) && (state(w) == KEEP || (state(w) == IDLE && !cut(w))))
#define in_reach(w, p) \
	(!before(p, head(w)) && from_head(w, p) < depth(w) && \
	 (from_head(w, p) >= cut(w) || (p == head(w) && state(w) == KEEP)))

#define with_state(w, st) (((w) & ~(15 << 4)) | ((st) << 4))
#define all_covered(w)	  (((w) & ~(3 << 2)) | (depth(w) << 2))
#define hit_current(w, st) with_state(w, (state(w) & FRONT) | (st))
#define cut_front(w, st) \
	with_state((w) + (cut(w) -> 0 : 4), FRONT | (st))
#define without_front(w) \
	((((w) - 1 - (cut(w) -> 4 : 0)) & 4095) | (pos(head(w), 1) << 12))

/* slot: payload 4, reference 2, barge 1, cut 1, type 3 */
#define FREE	   0
#define READY	   1
#define TAKEN	   2
#define SEALED	   3
#define KILLED	   4
#define HOLE	   5
#define MARK_CUT   8
#define MARK_BARGE 16
#define type(s)	   ((s) & 7)
#define ref(s)	   (((s) >> 5) & 3)
#define payload(s) (((s) >> 7) & 15)
#define with_type(s, t)	 (((s) & ~7) | (t))
#define killed_by(s, n)	 ((((s) & ~7) & 127) | KILLED | ((n) << 7))
#define filled(r, p, b)	 (READY | ((b) << 4) | ((r) << 5) | ((p) << 7))
#define free_for(p)	 (((p) & 15) << 7)
#define ready_for(s, p)	 (type(s) == READY && payload(s) == (p))
#define needs_mark(w)	 (depth(w) && cut(w) == depth(w))
#define AT(p)		 slot[(p) & 1]

#define flight_of(p, r)	 (((p) << 3) | ((r) + 1))
#define flight_pos(f)	 ((f) >> 3)
#define flight_ref(f)	 (((f) & 7) - 1)

/* note: serial 2, holders 2, count + 1 2, fate 2, orphan 1, refused 1 */
#define REFUSED	     1
#define ORPHAN	     2
#define FATE	     (3 << 2)
#define FATE_DONE    (1 << 2)
#define FATE_WAITING (2 << 2)
#define FATE_RUNNING (3 << 2)
#define count_of(n)  (((n) >> 4) & 3)
#define holders(n)   (((n) >> 6) & 3)
#define HOLDER	     (1 << 6)
#define recycled(n)  (((n) + 256) & (3 << 8))

/* the driver's word of an operation */
#define END_SET	     1
#define END_STOPPING 2
#define END_STOPPED  4

/* cancels: scopes, and the types of their ids */
#define ALL	0
#define PENDING 1
#define CURRENT 2
#define OP	3
#define GROUP	4
#define CLOSE	5
#define NONE	7
#define BY_RANGE 1
#define BY_BARGE 2
#define BY_LONE	 3
#define BY_GROUP 4
#define id_of(type, number) ((type) | ((number) << 3))

unsigned word : 16 = FIRST << 12;
short slot[CAP];
byte flight;
byte hit = FIRST - 1;
short note[NREF];
byte end[NREF];
byte pool = (1 << NREF) - 1;
#if SUBS == 1
#define mine(id) ((1 << NREF) - 1)
#else
#define mine(id) (((1 << NREF / 2) - 1) << (id * (NREF / 2)))
#endif
bool ready; /* the call is in its worker's ready set */
#ifdef SELECT
byte claim[NREF];
byte selectors;
#endif
#ifdef LIFE
byte life = 1; /* odd: open; a handle is the value of its life */
#endif
#ifdef CLOSING
bool ended; /* closed() was called */
#endif
#ifdef LIFE
bool vacant; /* the place is in the pool of calls */
#endif
byte play;  /* the driver's ear: started, as flight_of() */
byte asked; /* the driver is to tell when this has stopped */

/* ------------------------------------------------- what the checker knows */

/*
 * What has become of the operation at a place: decided at the one atomic step
 * that the engine's text names, by the rule that README.md tells. The engine
 * has to deliver just that.
 */
#define G_OUT  0 /* not in the queue, or its result was delivered */
#define G_LIVE 1
#define G_DONE 2
#define G_HIT  3 /* and the id of the cancel from bit 2 on */
#define hit_by(id) (G_HIT | ((id) << 2))
short g[NREF];
byte gpos[NREF];
byte curref[2]; /* what a submitter is submitting, + 1 */
bool accepted[2];
#ifdef LIFE
byte handle[2];
#endif
byte rid[2];   /* a receipt's id; 0: none, or all is delivered */
short bal[2];  /* what a receipt counted less what was delivered with its id */
bool given[2]; /* the receipt was given */
byte readers;  /* threads that remember a note */
byte dpos;     /* what the driver is completing, + 1 */
byte fate;     /* how its result went: 1 completed, 2 canceled */
#ifdef LTL /* what the formulas ask besides, since it is in the queue */
byte told[NREF];    /* its result: 1 completed, 2 canceled, 3 two of them */
bool started[NREF];
#define g_tell(r, result) told[r] = (told[r] -> 3 : result)
#define g_start(r)	  started[r] = true
#define g_enter(r)	  told[r] = 0; started[r] = false
#else
#define g_tell(r, result) skip
#define g_start(r)	  skip
#define g_enter(r)	  skip
#endif
#ifdef FREEZE
byte frozen = 255;
hidden byte lost;
#define WORKER	  1 /* the process ids, in the order of init */
#define DRIVER	  2
#define SUBMITTER 3
#define CANCELLER (3 + SUBS)
#define FREEZABLE unless { frozen == _pid -> skip }
#else
#define FREEZABLE
#endif

/* Tell the worker: a step of its own, or part of the step before it. */
#ifdef WAKE
#define schedule(label) pc = label
#else
#ifdef COARSE
#define schedule(label) skip
#else
#define schedule(label) ready = true
#endif
#endif

bool over;     /* nobody can go on: those who wait may end */

/* Two threads that do the same: it does not matter which of them is first. */
#ifdef SYM_SUBMIT
bool begun;
#define BEGIN && (id == 0 || begun)
#else
#define BEGIN
#endif
#ifdef SYM_CANCEL
bool tried;
#define TRY && (id == 0 || tried)
#else
#define TRY
#endif

hidden byte i, r, y, x;
hidden short n;

/* The tail has moved over a filled slot. G1, G2: it is in, once. */
inline g_publish(w, s)
{
	assert(!closed(w)); /* G10: nothing enters what was closed */
	r = ref(s);
	assert(g[r] == G_OUT); /* G2 */
	if
	:: s & MARK_BARGE ->
		i = 0;
		do
		:: i < NREF ->
			if
			:: g[i] == G_LIVE -> g[i] = hit_by(id_of(BY_BARGE, tail(w)))
			:: else
			fi;
			i++
		:: else -> break
		od
	:: else
	fi;
	g[r] = G_LIVE;
	gpos[r] = tail(w);
	g_enter(r);
	if
	:: curref[0] == r + 1 && !accepted[0] -> i = 0
	:: else -> i = 1
	fi;
	assert(curref[i] == r + 1 && !accepted[i]); /* G2: published once */
#ifdef LIFE
	assert(handle[i] == life); /* G10: into the life it was meant for */
#endif
	accepted[i] = true
}

/* A cut has replaced a word. G1: at this step it hits all, or all pending. */
inline g_cut(scope, w, first, id)
{
	n = 0;
	i = 0;
	do
	:: i < NREF ->
		if
		:: g[i] == G_LIVE &&
		   (scope != PENDING ||
		    (from_head(w, gpos[i]) < depth(w) &&
		     from_head(w, gpos[i]) >= first)) ->
			g[i] = hit_by(id);
			n++
		:: else
		fi;
		i++
	:: else -> break
	od
}

/*
 * The worker tells a result. G2: of one that has none yet. G3, G4: as it was
 * decided, with the id of the cancel that hit it. G5: in order.
 */
inline deliver(at, p, id, inplace)
{
	assert(g[at] != G_OUT && gpos[at] == p); /* G2 */
	assert(id || g[at] == G_DONE);		 /* G2: completed */
	assert(!id || g[at] == hit_by(id));	 /* G1, G3, G4: by this one */
	if
	:: !inplace -> in_order(at, p, id)
	:: else
	fi;
	g[at] = G_OUT;
	gpos[at] = 0;
	g_tell(at, (id -> 2 : 1));
	if
	:: dpos == p + 1 -> fate = (id -> 2 : 1)
	:: else
	fi;
	if
	:: id == 0 || (id & 7) == BY_BARGE
	:: else ->
		assert((id == rid[0]) != (id == rid[1])); /* G3: whose it is */
		i = (id == rid[0] -> 0 : 1);
		bal[i] = bal[i] - 1;
		settle(i)
	fi
}

/* G5: no callback of one that came after a cut before the results of it. */
inline in_order(at, p, id)
{
	y = 0;
	do
	:: y < NREF ->
		x = (g[y] >> 2) & 7; /* the type of the cancel */
		if
		:: y != at && (g[y] & 3) == G_HIT &&
		   (x == BY_RANGE || x == BY_BARGE) ->
			x = (g[y] >> 5) & 15; /* its boundary */
			assert(before(p, x)); /* G5: overtook a result */
			assert(g[y] != hit_by(id) || before(p, gpos[y])) /* G5 */
		:: else
		fi;
		y++
	:: else -> break
	od
}

/* Forget a receipt when it is given and all its results are delivered. */
inline settle(k)
{
	assert(!given[k] || bal[k] >= 0); /* G3: more results than counted */
	if
	:: given[k] && bal[k] == 0 -> rid[k] = 0
	:: else
	fi
}

/* The receipt. G3: as many in flight as can be. */
inline receipt(k, flew, count)
{
	assert(flew <= 1); /* G3 */
	bal[k] = bal[k] + flew + count;
	given[k] = true;
	settle(k)
}

/*
 * Nobody knows the storage any more. Its serial matters as long as a thread
 * remembers a note: else the cell is as it was at first.
 */
inline give_back(at)
{
	assert(g[at] == G_OUT); /* G10: reused before its result */
	assert(!(pool & (1 << at)));
	pool = pool | (1 << at);
	note[at] = (readers -> recycled(note[at]) : 0);
	end[at] = 0;
#ifdef SELECT
	claim[at] = 0
#endif
}
