/* SPDX-License-Identifier: MIT */
/*
 * weak.c - what weak memory orders allow, for explore.c.
 *
 * A machine for C11's orders that goes on step by step, beside the memory that
 * explore.c has.
 *
 * Each thread has a clock: how far it knows each thread's past. It counts on
 * when the thread releases, so what comes after a release is known to nobody
 * who acquires that one. Happens-before is: the clock of the later one has
 * reached the time of the earlier one. What was done before the threads begin
 * has time 0, which all know.
 *
 * Each atomic word that two threads use has messages, the newest last. Stores
 * and read-modify-writes append; so the modification order is the order of
 * execution. A message has its value, the clock it releases, and for each
 * thread the time of its first access that wrote or read it. A load may return
 * a message unless a newer one was written or read by what the thread knows:
 * that is coherence, all four kinds of it. An acquire load joins the clock of
 * the message. A read-modify-write and a compare-and-swap that succeeds read
 * the newest message, a failed one reads any that is not the expected value,
 * with its own order.
 *
 * A release store gives its message the thread's clock. A read-modify-write
 * passes the clock of the message it read on, whatever its order: it goes on
 * with the release sequence. A relaxed store begins with nothing, also after a
 * release by the same thread (the rule since C++20; C11's text is stronger).
 *
 * seq_cst is acquire and release. And there is one order of all such accesses,
 * in which a load reads nothing older than the last seq_cst store or
 * read-modify-write of that word before it. It is not that of execution: a
 * store that lingers in a buffer while its thread goes on to load another word
 * looks, here, as if that load read an old value. So it is kept for each thread
 * which of them come before its next one: those that happened before; those of
 * the same word, but for two loads; and all before these. A load that misses a
 * store is before it, and so before all that comes after that store. This is
 * weaker than the standard where a seq_cst load has read what was not seq_cst;
 * what the engine may rely on is never more than this.
 *
 * Not modelled: a load that is made after a store that follows it (load
 * buffering; no value comes out of thin air), stores to one word whose order is
 * not that of execution, and messages more than WEAK_BACK behind.
 *
 * A plain access of bytes that another thread wrote, or a write of bytes that
 * another has read or written, is a race if that access is not known: a fault,
 * whatever the two would do. Bytes are kept together in fields, found out on
 * the way as the shared words are: each access is of one field or of several
 * whole ones.
 *
 * Two states are the same here if every later question has the same answer.
 * All questions are whether a clock has reached a time; so only the order of
 * times and clocks counts, for each thread by itself, and is what is hashed. A
 * time that all who live have reached counts no more; no more does a message
 * that nobody can read.
 */
#include "weak.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define T      EXPLORE_THREADS
#define WORDS  64
#define FIELDS 1024
#define EVENTS 32
#define NEVER  255
#define TIMES  256
#define KEEP   (WEAK_BACK + 1)

struct message {
	uint64_t value;
	uint8_t released[T];
	uint8_t known[T];  /* when the thread wrote or read it; NEVER */
	uint8_t before[T]; /* seq_cst, as far as who acquires it */
	uint8_t stored[T]; /* and as far as the last such store up to it */
	uint8_t author;	   /* + 1, of a seq_cst store */
	uint8_t pad[7];
};

struct word {
	struct message message[KEEP];
	uint8_t loaded[T]; /* seq_cst, as far as its loads */
	uint8_t count;
	uint8_t pad[3];
};

struct field {
	uint8_t writer;
	uint8_t written; /* when; 0: before the threads began */
	uint8_t read[T]; /* since then */
};

/* Of a word or field; not saved. */
struct place {
	const volatile void *object;
	size_t size;
};

static const struct explore_spec *spec;
static struct place places[WORDS];
static uint8_t word_at[WEAK_MEMORY / 4]; /* its number + 1 */
static unsigned word_count, words_begun, field_count;
static uint16_t field_at[2 * WEAK_MEMORY]; /* its number + 1 */

static uint8_t clocks[T][T];
static uint8_t befores[T][T]; /* seq_cst accesses before its next one */
static uint8_t marks[EVENTS], mark_of[EVENTS];
static struct word words[WORDS];
static struct field fields[FIELDS];

/* For the print: who was the last. True after a run without turning back. */
static const void *write_sites[FIELDS], *read_sites[FIELDS][T];

static bool acquires(int order)
{
	return order == memory_order_acquire || order == memory_order_acq_rel ||
	       order == memory_order_seq_cst || order == memory_order_consume;
}

static bool releases(int order)
{
	return order == memory_order_release || order == memory_order_acq_rel ||
	       order == memory_order_seq_cst;
}

static void join(uint8_t *to, const uint8_t *from)
{
	unsigned i;

	for (i = 0; i < T; i++)
		if (from[i] > to[i])
			to[i] = from[i];
}

/* -------------------------------------------------------------- the memory */

static size_t offset_of(const volatile void *object)
{
	return (size_t)((const volatile char *)object -
			(const char *)spec->memory);
}

static struct word *word_of(const volatile void *object)
{
	size_t at = offset_of(object) / 4;
	unsigned number = at < WEAK_MEMORY / 4 ? word_at[at] : 0;

	return number && number <= words_begun ? &words[number - 1] : NULL;
}

void weak_forget(const struct explore_spec *wanted)
{
	spec = wanted;
	if (spec->bytes > WEAK_MEMORY || spec->plain_bytes > WEAK_MEMORY)
		abort();
	memset(word_at, 0, sizeof(word_at));
	memset(field_at, 0, sizeof(field_at));
	word_count = words_begun = field_count = 0;
}

void weak_add_word(const volatile void *object, size_t size)
{
	if (word_count == WORDS)
		abort();
	places[word_count].object = object;
	places[word_count].size = size;
	word_at[offset_of(object) / 4] = (uint8_t)++word_count;
}

void weak_begin(void)
{
	unsigned i;

	memset(clocks, 0, sizeof(clocks));
	memset(befores, 0, sizeof(befores));
	memset(marks, 0, sizeof(marks));
	memset(fields, 0, sizeof(fields));
	memset(words, 0, sizeof(words));
	for (i = 0; i < T; i++)
		clocks[i][i] = 1;
	for (i = 0; i < word_count; i++) {
		const volatile void *object = places[i].object;

		words[i].count = 1;
		words[i].message[0].value =
			places[i].size == 8 ?
				*(const volatile uint64_t *)object :
				*(const volatile uint32_t *)object;
	}
	words_begun = word_count;
}

/* ------------------------------------------------------------ atomic access */

/* The oldest message that it can still read. */
static unsigned oldest(unsigned thread, const struct word *word)
{
	unsigned i, t;

	for (i = word->count - 1u; i; i--)
		for (t = 0; t < T; t++)
			if (word->message[i].known[t] <= clocks[thread][t])
				return i;
	return 0;
}

/* What comes before a seq_cst load by this thread, of that message. */
static void look_before(unsigned thread, const struct message *message,
			uint8_t *before)
{
	memcpy(before, befores[thread], T);
	join(before, clocks[thread]);
	join(before, message->stored);
	join(before, message->before);
	join(before, message->released);
}

/* The first seq_cst store after that message. */
static const struct message *next_store(const struct word *word, unsigned at)
{
	while (++at < word->count)
		if (word->message[at].author)
			return &word->message[at];
	return NULL;
}

static bool reaches(const uint8_t *before, const struct message *store)
{
	unsigned author = store->author - 1u;

	return before[author] >= store->known[author];
}

bool weak_may_read(unsigned thread, const volatile void *object, unsigned back,
		   int order, bool unlike, uint64_t expected)
{
	const struct word *word = word_of(object);
	const struct message *missed;
	uint8_t before[T];
	unsigned at;

	if (!word || back >= word->count)
		return false;
	at = word->count - 1 - back;
	if (at < oldest(thread, word) ||
	    (unlike && word->message[at].value == expected))
		return false;
	missed = next_store(word, at);
	if (order != memory_order_seq_cst || !missed)
		return true;
	look_before(thread, &word->message[at], before);
	return !reaches(before, missed);
}

static void tick(unsigned thread)
{
	if (++clocks[thread][thread] == NEVER)
		explore_fault("T%u releases too often", thread);
}

static void join_if(uint8_t *to, const struct message *store,
		    const uint8_t *from)
{
	if (reaches(to, store))
		join(to, from);
}

/* A load is before the store that it missed, and all that is after that. */
static void come_before(const struct message *store, const uint8_t *load)
{
	unsigned i, j;

	for (i = 0; i < T; i++)
		join_if(befores[i], store, load);
	for (i = 0; i < words_begun; i++) {
		join_if(words[i].loaded, store, load);
		for (j = 0; j < words[i].count; j++) {
			join_if(words[i].message[j].before, store, load);
			join_if(words[i].message[j].stored, store, load);
		}
	}
}

static void load_in_order(unsigned thread, struct word *word, unsigned at)
{
	const struct message *missed = next_store(word, at);
	uint8_t before[T];

	look_before(thread, &word->message[at], before);
	memcpy(befores[thread], before, T);
	join(word->loaded, before);
	if (missed)
		come_before(missed, before);
	tick(thread);
}

uint64_t weak_read(unsigned thread, const volatile void *object, unsigned back,
		   int order)
{
	struct word *word = word_of(object);
	struct message *message = &word->message[word->count - 1 - back];
	uint8_t *known = &message->known[thread];

	if (*known > clocks[thread][thread])
		*known = clocks[thread][thread];
	if (acquires(order)) {
		join(clocks[thread], message->released);
		join(befores[thread], message->before);
	}
	if (order == memory_order_seq_cst)
		load_in_order(thread, word, word->count - 1u - back);
	return message->value;
}

static void drop_oldest(struct word *word)
{
	memmove(&word->message[0], &word->message[1],
		(KEEP - 1) * sizeof(word->message[0]));
	word->count--;
	memset(&word->message[word->count], 0, sizeof(word->message[0]));
}

static void store_in_order(unsigned thread, const struct word *word,
			   struct message *message)
{
	uint8_t *before = befores[thread];

	join(before, message->stored);
	join(before, word->loaded);
	join(before, clocks[thread]);
	memcpy(message->stored, before, T);
	message->author = (uint8_t)(thread + 1);
}

void weak_write(unsigned thread, const volatile void *object, uint64_t value,
		int order, bool rmw)
{
	struct word *word = word_of(object);
	struct message *message;
	uint8_t *clock = clocks[thread];

	if (word->count == KEEP)
		drop_oldest(word);
	message = &word->message[word->count++];
	memset(message, 0, sizeof(*message));
	memset(message->known, NEVER, sizeof(message->known));
	message->value = value;
	message->known[thread] = clock[thread];
	memcpy(message->stored, message[-1].stored, T);
	if (rmw) {
		join(message->released, message[-1].released);
		join(message->before, message[-1].before);
	}
	if (order == memory_order_seq_cst)
		store_in_order(thread, word, message);
	if (!releases(order))
		return;
	join(message->released, clock);
	join(message->before, befores[thread]);
	tick(thread);
}

/* ------------------------------------------------------------- plain access */

/* Function and line, by what the debugger's tables say. */
static void name_site(const void *site, char *buf, size_t size)
{
	extern const char __executable_start[];
	char path[256], command[400], line[160] = "";
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	const char *base;
	FILE *pipe;

	snprintf(buf, size, "%p", site);
	if (n <= 0 || !site)
		return;
	path[n] = '\0';
	snprintf(command, sizeof(command),
		 "addr2line -psf -e '%s' %#zx 2>/dev/null", path,
		 (size_t)((const char *)site - __executable_start) - 1);
	pipe = popen(command, "r");
	if (!pipe)
		return;
	if (fgets(line, sizeof(line), pipe) && line[0] != '?') {
		line[strcspn(line, "\n")] = '\0';
		base = line;
		snprintf(buf, size, "%s", base);
	}
	pclose(pipe);
}

static void race(unsigned thread, bool write, const void *site, unsigned other,
		 bool other_wrote, const void *other_site,
		 const volatile void *object)
{
	char name[64], here[200], there[200];

	if (explore_printing()) {
		name_site(site, here, sizeof(here));
		name_site(other_site, there, sizeof(there));
		explore_note("race: %s in %s", write ? "write" : "read", here);
		explore_note("with: T%u %s in %s", other,
			     other_wrote ? "write" : "read", there);
	}
	spec->name(object, name, sizeof(name));
	explore_fault("race: T%u %s %s, which T%u has %s", thread,
		      write ? "writes" : "reads", name, other,
		      other_wrote ? "written" : "read");
}

static void touch(unsigned thread, unsigned number, bool write,
		  const void *site, const volatile void *object)
{
	struct field *field = &fields[number];
	const uint8_t *clock = clocks[thread];
	unsigned i;

	if (field->writer != thread && field->written > clock[field->writer])
		race(thread, write, site, field->writer, true,
		     write_sites[number], object);
	if (!write) {
		field->read[thread] = clock[thread];
		read_sites[number][thread] = site;
		return;
	}
	for (i = 0; i < T; i++)
		if (i != thread && field->read[i] > clock[i])
			race(thread, write, site, i, false,
			     read_sites[number][i], object);
	memset(field, 0, sizeof(*field));
	field->writer = (uint8_t)thread;
	field->written = clock[thread];
	write_sites[number] = site;
}

static unsigned new_field(size_t from, size_t end)
{
	if (field_count == FIELDS)
		abort();
	field_count++;
	for (; from < end; from++)
		field_at[from] = (uint16_t)field_count;
	return field_count;
}

/* Where its bytes are in field_at; 0: it is private. */
static bool locate(const volatile void *object, size_t *at, size_t *end)
{
	size_t offset = offset_of(object);

	if (offset < spec->bytes) {
		*at = offset;
		*end = spec->bytes;
		return true;
	}
	offset = (size_t)((const volatile char *)object -
			  (const char *)spec->plain);
	*at = WEAK_MEMORY + offset;
	*end = WEAK_MEMORY + spec->plain_bytes;
	return offset < spec->plain_bytes;
}

bool weak_plain(unsigned thread, const volatile void *object, size_t size,
		bool write, const void *site)
{
	const volatile char *byte = object;
	size_t first, at, end, to;
	bool whole = true;

	if (!locate(object, &first, &end))
		return true;
	if (end > first + size)
		end = first + size;
	for (at = first; at < end; at = to) {
		unsigned number = field_at[at];

		for (to = at; to < end && field_at[to] == number; to++)
			;
		if (!number) {
			number = new_field(at, to);
		} else if ((at == first && at && field_at[at - 1] == number) ||
			   (to == end && to < sizeof(field_at) / 2 &&
			    field_at[to] == number)) {
			number = new_field(at, to);
			whole = false;
		}
		touch(thread, number - 1, write, site, byte + (at - first));
	}
	return whole;
}

/* ------------------------------------------------------------------- events */

void weak_mark(unsigned thread, unsigned event)
{
	if (event >= EVENTS)
		abort();
	marks[event] = clocks[thread][thread];
	mark_of[event] = (uint8_t)thread;
}

bool weak_knows(unsigned thread, unsigned event)
{
	return marks[event] <= clocks[thread][mark_of[event]];
}

/* ------------------------------------------------------------------- states */

void weak_trim(unsigned done)
{
	unsigned i, t, from, least;

	for (i = 0; i < words_begun; i++) {
		if (words[i].count == 1)
			continue;
		least = words[i].count - 1u;
		for (t = 0; t < spec->threads; t++) {
			from = oldest(t, &words[i]);
			if (!(done >> t & 1) && from < least)
				least = from;
		}
		while (least--)
			drop_oldest(&words[i]);
	}
}

/* The times of one thread, put in order. */
struct order {
	uint8_t least; /* all have reached it */
	uint8_t time[TIMES];
	uint8_t clock[TIMES];
};

static struct order orders[T];
static bool is_time[T][TIMES], is_clock[T][TIMES];

static void see_time(unsigned thread, uint8_t time)
{
	if (time > orders[thread].least && time != NEVER)
		is_time[thread][time] = true;
}

static void see_clock(unsigned thread, uint8_t clock)
{
	if (clock > orders[thread].least)
		is_clock[thread][clock] = true;
}

static void see_all(unsigned done)
{
	unsigned i, j, t;

	for (i = 0; i < field_count; i++) {
		see_time(fields[i].writer, fields[i].written);
		for (t = 0; t < spec->threads; t++)
			see_time(t, fields[i].read[t]);
	}
	for (i = 0; i < EVENTS; i++)
		see_time(mark_of[i], marks[i]);
	for (i = 0; i < words_begun; i++)
		for (j = 0; j < words[i].count; j++)
			for (t = 0; t < spec->threads; t++) {
				see_time(t, words[i].message[j].known[t]);
				see_clock(t, words[i].message[j].released[t]);
				see_clock(t, words[i].message[j].before[t]);
				see_clock(t, words[i].message[j].stored[t]);
			}
	for (i = 0; i < words_begun; i++)
		for (t = 0; t < spec->threads; t++)
			see_clock(t, words[i].loaded[t]);
	for (i = 0; i < spec->threads; i++)
		for (t = 0; t < spec->threads; t++)
			if (i != t && !(done >> i & 1)) {
				see_clock(t, clocks[i][t]);
				see_clock(t, befores[i][t]);
			}
}

/* At one number the time comes first: the clock has reached it. */
static void put_in_order(unsigned done)
{
	unsigned t, i, rank;
	bool was_clock;

	memset(is_time, 0, sizeof(is_time));
	memset(is_clock, 0, sizeof(is_clock));
	for (t = 0; t < spec->threads; t++) {
		orders[t].least = NEVER - 1;
		for (i = 0; i < spec->threads; i++)
			if (i != t && !(done >> i & 1) &&
			    clocks[i][t] < orders[t].least)
				orders[t].least = clocks[i][t];
	}
	see_all(done);
	for (t = 0; t < spec->threads; t++) {
		uint8_t most = clocks[t][t];

		rank = 0;
		was_clock = true;
		for (i = 0; i <= most; i++) {
			if (is_time[t][i]) {
				rank += was_clock;
				was_clock = false;
			}
			orders[t].time[i] = is_time[t][i] ? (uint8_t)rank : 0;
			was_clock |= is_clock[t][i];
			orders[t].clock[i] = (uint8_t)rank;
		}
		orders[t].time[NEVER] = NEVER;
	}
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	uint64_t z = (a * 3 ^ b) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 32)) * UINT64_C(0xd6e8feb86659fd93);
	return z ^ (z >> 29);
}

static uint64_t hash_clock(const uint8_t *clock)
{
	uint64_t order = 0;
	unsigned t;

	for (t = 0; t < spec->threads; t++)
		order = order << 8 | orders[t].clock[clock[t]];
	return order;
}

static uint64_t hash_word(const struct word *word)
{
	uint64_t hash = mix(word->count, hash_clock(word->loaded));
	unsigned j, t;

	for (j = 0; j < word->count; j++) {
		const struct message *message = &word->message[j];
		uint64_t order = 0;

		for (t = 0; t < spec->threads; t++) {
			order = order << 8 |
				orders[t].clock[message->released[t]];
			order = order << 8 | orders[t].time[message->known[t]];
		}
		hash = mix(mix(hash, message->value), order);
		order = hash_clock(message->before) << 32 |
			hash_clock(message->stored);
		hash = mix(mix(hash, order), message->author);
	}
	return hash;
}

uint64_t weak_hash(unsigned done)
{
	uint64_t hash = 5;
	unsigned i, t;

	put_in_order(done);
	for (i = 0; i < spec->threads; i++)
		for (t = 0; t < spec->threads; t++)
			if (i != t && !(done >> i & 1))
				hash = mix(
					hash,
					orders[t].clock[clocks[i][t]] * 256u +
						orders[t].clock[befores[i][t]]);
	for (i = 0; i < words_begun; i++)
		hash = mix(hash, hash_word(&words[i]));
	for (i = 0; i < field_count; i++) {
		const struct field *field = &fields[i];
		uint64_t order = orders[field->writer].time[field->written];

		order = order ? order * T + field->writer : 0;
		for (t = 0; t < spec->threads; t++)
			order = order << 8 | orders[t].time[field->read[t]];
		if (order)
			hash = mix(mix(hash, i), order);
	}
	for (i = 0; i < EVENTS; i++)
		if (marks[i])
			hash = mix(mix(hash, i),
				   orders[mark_of[i]].time[marks[i]]);
	return hash;
}

size_t weak_size(void)
{
	return sizeof(field_count) + sizeof(clocks) + sizeof(befores) +
	       sizeof(marks) + sizeof(mark_of) +
	       words_begun * sizeof(words[0]) + field_count * sizeof(fields[0]);
}

static char *put(char *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	return to + size;
}

static const char *get(void *to, const char *from, size_t size)
{
	memcpy(to, from, size);
	return from + size;
}

char *weak_save(char *to)
{
	to = put(to, &field_count, sizeof(field_count));
	to = put(to, clocks, sizeof(clocks));
	to = put(to, befores, sizeof(befores));
	to = put(to, marks, sizeof(marks));
	to = put(to, mark_of, sizeof(mark_of));
	to = put(to, words, words_begun * sizeof(words[0]));
	return put(to, fields, field_count * sizeof(fields[0]));
}

/* Fields that were not known then have not been used. */
const char *weak_restore(const char *from)
{
	unsigned count;

	from = get(&count, from, sizeof(count));
	from = get(clocks, from, sizeof(clocks));
	from = get(befores, from, sizeof(befores));
	from = get(marks, from, sizeof(marks));
	from = get(mark_of, from, sizeof(mark_of));
	from = get(words, from, words_begun * sizeof(words[0]));
	from = get(fields, from, count * sizeof(fields[0]));
	memset(&fields[count], 0, (field_count - count) * sizeof(fields[0]));
	return from;
}
