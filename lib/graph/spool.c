/* SPDX-License-Identifier: MIT */
/*
 * spool.c - notifications on disk, in SQLite.
 *
 *	spool(seq, call, uri, element, told_ns), by seq; an index by call, seq
 *
 * One process has the file to itself: locking_mode EXCLUSIVE, taken in _open()
 * and kept. The log is a WAL; a kill leaves what was put, and with `full` the
 * loss of power too. Removing is never waited for on the disk: what comes
 * back after a loss of power was answered 2xx and is sent twice.
 *
 * A file is ours by its application_id, or new and empty. Its mode is 0600:
 * notifications have tokens of recordings in them.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "graph/clock.h"
#include "graph/fail.h"
#include "graph/spool.h"

#define APPLICATION 0x49565251 /* "IVRQ" */
#define VERSION	    1

enum statement { PUT, GET, REMOVE, BEGIN, COMMIT, ROLLBACK, STATEMENTS };

static const char *const texts[STATEMENTS] = {
	[PUT] = "INSERT INTO spool(seq, call, uri, element, told_ns) "
		"VALUES(?1, ?2, ?3, ?4, ?5)",
	[GET] = "SELECT seq, uri, element, told_ns FROM spool "
		"WHERE call = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
	[REMOVE] = "DELETE FROM spool WHERE call = ?1 AND seq <= ?2",
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK"
};

struct ivrq__spool {
	sqlite3 *db;
	sqlite3_stmt *statement[STATEMENTS];
	bool full;
	bool lazy; /* the next commit is not waited for */
	char why[128];
};

struct ivrq__element *ivrq__element_make(const char *text, size_t bytes,
					 const char *uri)
{
	size_t uri_bytes = strlen(uri) + 1;
	struct ivrq__element *element =
		malloc(sizeof(*element) + bytes + 1 + uri_bytes);

	if (!element)
		return NULL;
	element->next = NULL;
	element->seq = 0;
	element->added_ns = 0;
	element->bytes = bytes;
	memcpy(element->text, text, bytes);
	element->text[bytes] = 0;
	memcpy(element->text + bytes + 1, uri, uri_bytes);
	element->uri = element->text + bytes + 1;
	return element;
}

static bool exec(struct ivrq__spool *spool, const char *text)
{
	return sqlite3_exec(spool->db, text, NULL, NULL, NULL) == SQLITE_OK;
}

/* The first column of the first row; -1: there is none. */
static int64_t ask(struct ivrq__spool *spool, const char *text)
{
	sqlite3_stmt *statement = NULL;
	int64_t value = -1;

	if (sqlite3_prepare_v2(spool->db, text, -1, &statement, NULL) ==
		    SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement); /* keeps the connection's error */
	return value;
}

/* Remembers why, for _why(): later statements replace SQLite's own text. */
static bool failed(struct ivrq__spool *spool)
{
	snprintf(spool->why, sizeof(spool->why), "%s",
		 sqlite3_errmsg(spool->db));
	return false;
}

static bool make_tables(struct ivrq__spool *spool)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "BEGIN IMMEDIATE;"
		 "CREATE TABLE spool(seq INTEGER PRIMARY KEY, "
		 "call BLOB NOT NULL, uri TEXT NOT NULL, "
		 "element BLOB NOT NULL, told_ns INTEGER NOT NULL);"
		 "CREATE INDEX by_call ON spool(call, seq);"
		 "PRAGMA application_id=%d;"
		 "PRAGMA user_version=%d;"
		 "COMMIT",
		 APPLICATION, VERSION);
	return exec(spool, text);
}

/* Is it ours, and whole? A new one is made. *rule says what it is not. */
static bool take_over(struct ivrq__spool *spool, bool named, const char **rule)
{
	int64_t tables;

	*rule = "a file that can be used, not damaged";
	if (named && !exec(spool, "PRAGMA locking_mode=EXCLUSIVE"))
		return false;
	tables = ask(spool, "SELECT count(*) FROM sqlite_master");
	if (tables < 0)
		return false;
	if (tables && (ask(spool, "PRAGMA application_id") != APPLICATION ||
		       ask(spool, "PRAGMA user_version") != VERSION)) {
		*rule = "a spool of this library";
		return false;
	}
	/* Needs the lock, which is kept from here on. */
	if (named && !exec(spool, "PRAGMA journal_mode=WAL;"
				  "PRAGMA journal_size_limit=16777216;"
				  "BEGIN EXCLUSIVE;COMMIT"))
		return false;
	if (!exec(spool, !named	     ? "PRAGMA synchronous=OFF" :
			 spool->full ? "PRAGMA synchronous=FULL" :
				       "PRAGMA synchronous=NORMAL"))
		return false;
	if (!tables && !make_tables(spool))
		return false;
	/* Answers one row, "ok". */
	return ask(spool, "SELECT count(*) FROM pragma_quick_check(1) "
			  "WHERE quick_check = 'ok'") == 1;
}

static int open_error(sqlite3 *db)
{
	switch (db ? sqlite3_errcode(db) : SQLITE_NOMEM) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return IVRQ_EBUSY;
	case SQLITE_NOMEM:
		return IVRQ_ENOMEM;
	default:
		return IVRQ_EINVAL;
	}
}

/*
 * The log gets the file's mode. Only a file that is new is opened here: to
 * close one that is in use would end the locks of its user in this process.
 */
static void make_file(const char *file)
{
	int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

static bool prepare(struct ivrq__spool *spool)
{
	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(spool->db, texts[i], -1,
				       SQLITE_PREPARE_PERSISTENT,
				       &spool->statement[i], NULL))
			return false;
	return true;
}

static int refuse(struct ivrq__spool *spool, int code, const char *rule,
		  ivrq_error *error)
{
	if (spool)
		ivrq__spool_close(spool);
	if (code == IVRQ_EBUSY)
		rule = "a file of its own";
	else if (code == IVRQ_ENOMEM)
		rule = "memory";
	return ivrq__fail(error, code, "spool_file", rule);
}

int ivrq__spool_open(const char *file, bool full, struct ivrq__spool **spool,
		     ivrq_error *error)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
			  SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	struct ivrq__spool *made;
	const char *rule = "a file that can be opened";

	/* SQLite has names of its own: "" and ":memory:". */
	if (file && (!*file || *file == ':'))
		return refuse(NULL, IVRQ_EINVAL, "the name of a file", error);
	made = calloc(1, sizeof(*made));
	if (!made)
		return refuse(NULL, IVRQ_ENOMEM, NULL, error);
	made->full = full && file;
	if (file)
		make_file(file);
	if (sqlite3_open_v2(file ? file : "", &made->db, flags, NULL) ||
	    !take_over(made, file != NULL, &rule) || !prepare(made))
		return refuse(made, open_error(made->db), rule, error);
	*spool = made;
	return 0;
}

void ivrq__spool_close(struct ivrq__spool *spool)
{
	if (!spool)
		return;
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(spool->statement[i]);
	sqlite3_close(spool->db);
	free(spool);
}

const char *ivrq__spool_why(struct ivrq__spool *spool)
{
	return spool->why;
}

int64_t ivrq__spool_last(struct ivrq__spool *spool)
{
	return ask(spool, "SELECT coalesce(max(seq), 0) FROM spool");
}

int ivrq__spool_calls(struct ivrq__spool *spool,
		      int (*each)(void *user, const ivrq_uuid *call,
				  const char *uri, uint64_t rows),
		      void *user)
{
	/* With min(), SQLite takes uri of the row that has the minimum. */
	static const char text[] =
		"SELECT call, uri, count(*), min(seq) FROM spool "
		"GROUP BY call ORDER BY 4";
	sqlite3_stmt *statement = NULL;
	int answer = 0, step = SQLITE_ERROR;

	if (sqlite3_prepare_v2(spool->db, text, -1, &statement, NULL) ==
	    SQLITE_OK)
		step = sqlite3_step(statement);
	for (; step == SQLITE_ROW && !answer; step = sqlite3_step(statement)) {
		const void *call = sqlite3_column_blob(statement, 0);
		const char *uri =
			(const char *)sqlite3_column_text(statement, 1);
		ivrq_uuid id;

		if (sqlite3_column_bytes(statement, 0) != sizeof(id.bytes) ||
		    !uri) {
			answer = IVRQ_EINVAL;
			break;
		}
		memcpy(id.bytes, call, sizeof(id.bytes));
		answer = each(user, &id, uri,
			      (uint64_t)sqlite3_column_int64(statement, 2));
	}
	sqlite3_finalize(statement);
	return answer ? answer : step == SQLITE_DONE ? 0 : IVRQ_EINVAL;
}

static bool run(struct ivrq__spool *spool, enum statement which)
{
	sqlite3_stmt *statement = spool->statement[which];
	bool good = sqlite3_step(statement) == SQLITE_DONE || failed(spool);

	sqlite3_reset(statement);
	return good;
}

/* Says whether commits are waited for from now on. */
static bool set_lazy(struct ivrq__spool *spool, bool lazy)
{
	if (!spool->full || spool->lazy == lazy)
		return true;
	if (!exec(spool, lazy ? "PRAGMA synchronous=NORMAL" :
				"PRAGMA synchronous=FULL"))
		return failed(spool);
	spool->lazy = lazy;
	return true;
}

static bool bind_call(sqlite3_stmt *statement, const ivrq_uuid *call, int index)
{
	return sqlite3_bind_blob(statement, index, call->bytes,
				 sizeof(call->bytes),
				 SQLITE_STATIC) == SQLITE_OK;
}

static bool put_one(struct ivrq__spool *spool, const ivrq_uuid *call,
		    const struct ivrq__element *element)
{
	sqlite3_stmt *put = spool->statement[PUT];
	int64_t age = (int64_t)ivrq__now_ns() - (int64_t)element->added_ns;

	if (sqlite3_bind_int64(put, 1, (int64_t)element->seq) ||
	    !bind_call(put, call, 2) ||
	    sqlite3_bind_text(put, 3, element->uri, -1, SQLITE_STATIC) ||
	    sqlite3_bind_blob64(put, 4, element->text, element->bytes,
				SQLITE_STATIC) ||
	    sqlite3_bind_int64(put, 5, ivrq__date_ns() - age))
		return failed(spool);
	return run(spool, PUT);
}

bool ivrq__spool_put(struct ivrq__spool *spool, const ivrq_uuid *call,
		     const struct ivrq__element *first)
{
	bool several = first->next != NULL, good = true;

	if (!set_lazy(spool, false) || (several && !run(spool, BEGIN)))
		return false;
	for (; first && good; first = first->next)
		good = put_one(spool, call, first);
	if (!several || (good && run(spool, COMMIT)))
		return good;
	/* SQLite may have rolled back itself. */
	if (!sqlite3_get_autocommit(spool->db)) {
		sqlite3_step(spool->statement[ROLLBACK]);
		sqlite3_reset(spool->statement[ROLLBACK]);
	}
	return false;
}

/* The row that was stepped to, with the time of now as both clocks have it. */
static struct ivrq__element *read_row(sqlite3_stmt *get)
{
	const char *uri = (const char *)sqlite3_column_text(get, 1);
	const void *text = sqlite3_column_blob(get, 2);
	int64_t age = ivrq__date_ns() - sqlite3_column_int64(get, 3);
	int64_t now = (int64_t)ivrq__now_ns();
	struct ivrq__element *element;

	if (!uri || !text)
		return NULL; /* no memory */
	element = ivrq__element_make(text, (size_t)sqlite3_column_bytes(get, 2),
				     uri);
	if (!element)
		return NULL;
	element->seq = (uint64_t)sqlite3_column_int64(get, 0);
	/* The clock may have been set, and the machine started again. */
	age = age < 0 ? 0 : age > now ? now : age;
	element->added_ns = (uint64_t)(now - age);
	return element;
}

int ivrq__spool_get(struct ivrq__spool *spool, const ivrq_uuid *call,
		    uint64_t seq, uint32_t limit, struct ivrq__element **first)
{
	sqlite3_stmt *get = spool->statement[GET];
	struct ivrq__element *head = NULL, **tail = &head, *row;
	int count = 0, step = SQLITE_NOMEM;

	if (bind_call(get, call, 1) &&
	    !sqlite3_bind_int64(get, 2, (int64_t)seq) &&
	    !sqlite3_bind_int64(get, 3, limit))
		step = sqlite3_step(get);
	for (; step == SQLITE_ROW; step = sqlite3_step(get), count++) {
		row = read_row(get);
		if (row && count && strcmp(row->uri, head->uri)) {
			free(row);
			step = SQLITE_DONE;
			break;
		}
		if (!row)
			break;
		*tail = row;
		tail = &row->next;
	}
	if (!count)
		failed(spool); /* none at all: the owner knows of one */
	sqlite3_reset(get);
	*first = head;
	/* What was read before an error is good. */
	return step == SQLITE_DONE || count ? count : -1;
}

bool ivrq__spool_remove(struct ivrq__spool *spool, const ivrq_uuid *call,
			uint64_t seq)
{
	sqlite3_stmt *remove = spool->statement[REMOVE];

	if (!set_lazy(spool, true))
		return false;
	if (!bind_call(remove, call, 1) ||
	    sqlite3_bind_int64(remove, 2, (int64_t)seq))
		return failed(spool);
	return run(spool, REMOVE);
}
