/* SPDX-License-Identifier: MIT */
/*
 * bench_ring: one operation into a bare ring and out of it; one thread.
 *
 *	ring		a put and the get that finds it; then it is empty
 *	floor_call	the same loop, and nothing behind put and get
 *	floor_cas	one compare-and-swap on 64 bits that nobody else wants
 *	floor_handover	a cache line from one core to another: half of its way
 *			there and back
 *	floor_clock	one reading of the clock
 *
 * Each side is called through two pointers, ours too: floor_call is what that
 * and the loop cost. All of a repeat is between two readings of the clock.
 *
 * Of ours it is the queue alone, without the engine, its pool, its strings and
 * its callbacks: all that is done to the word, the slots and the cell. Counted
 * are the submit, and the whole way out: the worker's look, the start, which
 * takes the operation out of the ring, the completion, the next look, which
 * finds it, the end of the flight (pop and land), and the release of the cell,
 * without which the reference could not be used again. The next operation
 * cannot start before, so there is no shorter way. The other sides have no
 * flight, no cancel and no cell: their get is one removal.
 *
 * That each get finds what was put is tried every time, and at the end of a
 * repeat that nothing is left.
 */
#include <pthread.h>
#include <sched.h>

#include "bench.h"
#include "core/turn.h"
#include "peer.h"

static unsigned long pairs = 500000, turns = 100000;

static const struct bench_option options[] = {
	{ "pairs", &pairs, 64, 1000000000 },
	{ "turns", &turns, 64, 1000000000 },
	{ NULL, NULL, 0, 0 },
};

static struct peer_item items[PEER_SLOTS];

/* ---------------------------------------------------------- our bare ring */

struct bare {
	_Alignas(64) struct ivrq__queue queue; /* as in struct ivrq__call */
	ivrq__a64 life;
	_Alignas(64) ivrq__a64 slot[PEER_SLOTS];
	struct ivrq__cell cell[PEER_SLOTS];
	struct ivrq__ring ring;
};

static void *bare_make(void)
{
	struct bare *bare = aligned_alloc(64, sizeof(*bare));

	if (!bare)
		bench_die("out of memory");
	memset(bare, 0, sizeof(*bare));
	bare->ring = (struct ivrq__ring){
		.queue = &bare->queue,
		.slot = bare->slot,
		.cell = bare->cell,
		.life = &bare->life,
		.alive = 2,
		.life_mask = ~UINT64_C(1),
		.capacity = PEER_SLOTS,
	};
	atomic_init(&bare->life, 2);
	ivrq__queue_init(&bare->ring);
	ivrq__queue_open(&bare->ring);
	return bare;
}

static bool bare_put(void *it, struct peer_item *item)
{
	struct bare *bare = it;
	struct ivrq__placed placed;

	return !ivrq__queue_submit(&bare->ring, item->number, false, &placed);
}

static struct peer_item *bare_get(void *it)
{
	struct bare *bare = it;
	const struct ivrq__ring *ring = &bare->ring;
	struct ivrq__step step;

	ivrq__turn_look(ring, &step);
	if (step.todo != IVRQ__START || !ivrq__turn_start(ring, &step))
		return NULL;
	if (ivrq__queue_complete(ring, step.position, step.ref) != IVRQ__ENDED)
		return NULL;
	ivrq__turn_look(ring, &step);
	if (step.todo != IVRQ__FINISHED)
		return NULL;
	ivrq__turn_pop(ring, &step);
	ivrq__turn_land(ring, &step);
	if (!ivrq__cell_release(&ring->cell[step.ref]))
		return NULL;
	return &items[step.ref];
}

static const struct peer ours = {
	.name = "ivrq",
	.make = bare_make,
	.put = bare_put,
	.get = bare_get,
	.end = free,
};

/* ------------------------------------------------------------ what it is */

static double ring(const void *which, void *arg)
{
	const struct peer *peer = which;
	void *it = peer->make();
	struct peer_item *item = items;
	unsigned long n;
	uint64_t spent;

	(void)arg;
	spent = bench_now();
	for (n = 0; n < pairs; n++) {
		if (!peer->put(it, item) || peer->get(it) != item)
			bench_die("conservation: what was put was not got");
		item = item == &items[PEER_SLOTS - 1] ? items : item + 1;
	}
	spent = bench_now() - spent;
	if (peer->get(it))
		bench_die("conservation: more was got than was put");
	peer->end(it);
	return (double)spent / (double)pairs;
}

/* As many in the queue as it is asked to hold: all are got, in order. */
static void try_full(const struct peer *peer)
{
	void *it = peer->make();
	uint32_t round, i;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < PEER_ROOM; i++)
			if (!peer->put(it, &items[i]))
				bench_die("conservation: a put was refused");
		for (i = 0; i < PEER_ROOM; i++)
			if (peer->get(it) != &items[i])
				bench_die("conservation: not in order");
		if (peer->get(it))
			bench_die("conservation: more was got than was put");
	}
	peer->end(it);
}

/* -------------------------------------------------------------- the floor */

static void *none_make(void)
{
	return bench_memory(1, sizeof(struct peer_item *));
}

static bool none_put(void *it, struct peer_item *item)
{
	*(struct peer_item **)it = item;
	return true;
}

static struct peer_item *none_get(void *it)
{
	struct peer_item *item = *(struct peer_item **)it;

	*(struct peer_item **)it = NULL;
	return item;
}

static const struct peer none = {
	.name = "none",
	.make = none_make,
	.put = none_put,
	.get = none_get,
	.end = free,
};

static double floor_cas(const void *which, void *arg)
{
	static _Alignas(64) ivrq__a64 word;
	uint64_t old = 0, spent;
	unsigned long n;

	(void)which;
	(void)arg;
	atomic_init(&word, 0);
	spent = bench_now();
	for (n = 0; n < pairs; n++)
		if (ivrq__cas_acqrel64(&word, &old, old + 1))
			old++;
	spent = bench_now() - spent;
	if (old != pairs)
		bench_die("a compare-and-swap failed");
	return (double)spent / (double)pairs;
}

static double floor_clock(const void *which, void *arg)
{
	uint64_t first = bench_now(), last = first, now;
	unsigned long n;

	(void)which;
	(void)arg;
	for (n = 0; n < pairs; n++) {
		now = bench_now();
		if (now < last)
			bench_die("the clock goes back");
		last = now;
	}
	return (double)(last - first) / (double)pairs;
}

/* Even: it is the first thread's turn; odd: the second's. Of 32 bits, which a
 * small machine has in one access too. */
static _Alignas(64) ivrq__a32 ball;

/* Spins; but when the other one has no core it lets it have this one. */
static void await(uint32_t value)
{
	unsigned spins = 0;

	while (ivrq__ld_acq32(&ball) != value)
		if (++spins % 10000 == 0)
			sched_yield();
}

static void *return_it(void *arg)
{
	uint32_t n;

	(void)arg;
	bench_pin(1);
	for (n = 0; n <= turns; n++) {
		await(2 * n + 1);
		ivrq__st_rel32(&ball, 2 * n + 2);
	}
	return NULL;
}

static double floor_handover(const void *which, void *arg)
{
	pthread_t other;
	uint64_t spent = 0;
	uint32_t n;

	(void)which;
	(void)arg;
	atomic_init(&ball, 0);
	if (pthread_create(&other, NULL, return_it, NULL))
		bench_die("cannot start a thread");
	for (n = 0; n <= turns; n++) {
		ivrq__st_rel32(&ball, 2 * n + 1);
		await(2 * n + 2);
		if (!n) /* it is there now */
			spent = bench_now();
	}
	spent = bench_now() - spent;
	pthread_join(other, NULL);
	return (double)spent / (double)turns / 2;
}

static void floors(void)
{
	static const char *const names[] = { "machine" };
	static const void *const sides[] = { &none };
	struct bench_work work = { "floor_call", 0, "ns", pairs, ring, NULL };
	int second = bench_pin(1);

	bench_run(&work, names, sides, 1);
	work.work = "floor_cas";
	work.once = floor_cas;
	bench_run(&work, names, sides, 1);
	work.work = "floor_clock";
	work.once = floor_clock;
	bench_run(&work, names, sides, 1);
	work.work = "floor_handover";
	work.once = floor_handover;
	work.pieces = turns;
	if (bench_pin(0) == second)
		printf("work=floor_handover side=machine absent=second-core\n");
	else
		bench_run(&work, names, sides, 1);
}

int main(int argc, char **argv)
{
	const char *names[BENCH_SIDES_MAX] = { "ivrq" };
	const void *sides[BENCH_SIDES_MAX] = { &ours };
	struct bench_work work = { "ring", 0, "ns", 0, ring, NULL };
	unsigned count, i;

	bench_begin(argc, argv, options);
	for (i = 0; i < PEER_SLOTS; i++)
		items[i].number = i;
	work.pieces = pairs;
	count = peer_sides(work.work, names, sides, 1);
	for (i = 0; i < count; i++)
		try_full(sides[i]);
	bench_run(&work, names, sides, count);
	floors();
	return 0;
}
