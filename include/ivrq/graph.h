/* SPDX-License-Identifier: MIT */
#ifndef IVRQ_GRAPH_H
#define IVRQ_GRAPH_H
/*
 * ivrq/graph.h - the call API over HTTP, inside the embedder's process.
 *
 * A gateway listens on one address and works on the calls of one engine that
 * were opened through it. The first six have /v1.0, /beta or nothing before
 * them; beta also has /app for /communications, and `record` for
 * `recordResponse`:
 *
 *	POST   /communications/calls/{id}/playPrompt
 *	POST   /communications/calls/{id}/recordResponse
 *	POST   /communications/calls/{id}/subscribeToTone
 *	POST   /communications/calls/{id}/cancelMediaProcessing
 *	GET    /communications/calls/{id}
 *	DELETE /communications/calls/{id}			hang up
 *	GET    /communications/calls/{id}/operations
 *	GET    /communications/calls/{id}/operations/{id}
 *	GET    /recordings/{id}		with its recordingAccessToken
 *	GET    /healthz, /metrics	without a token
 *
 * Results and tones of such a call are told to its callback address, in
 * order, each once it is settled by an answer of 2xx; until then they wait in
 * memory, past a bound in the spool. doc/graph.md tells what the API leaves
 * open and what is done here.
 *
 * The gateway has threads of its own: config.threads for HTTP (the prompt hook
 * runs on them: more if it waits), one that takes
 * what the media threads leave for it, one that sends. On a media thread it
 * does no more than a few atomic steps and a sem_post(). The engine's wake hook
 * may be called under the gateway's lock: it must not call the gateway, nor
 * wait for who does.
 */
#include <ivrq.h>
#include <ivrq/json.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits. Each is inclusive. */
#define IVRQ_GRAPH_THREADS_MAX	   64u
#define IVRQ_GRAPH_CONNECTIONS_MAX 65535u
#define IVRQ_GRAPH_CALLS_MAX	   16777215u
#define IVRQ_GRAPH_OPERATIONS_MAX  16777215u
#define IVRQ_GRAPH_TONES_MAX	   16777215u
#define IVRQ_GRAPH_SECONDS_MAX	   86400u
#define IVRQ_GRAPH_HOSTS_MAX	   64u
#define IVRQ_GRAPH_BATCH_MAX	   64u /* notifications of one POST */

typedef struct ivrq_graph ivrq_graph;

/* What is served, and to whom. ivrq_graph_config_init() sets what is in
 * brackets. Strings are copied. */
typedef struct ivrq_graph_config {
	size_t size;

	const char *address;   /* numeric [127.0.0.1] */
	uint16_t port;	       /* [0: any; ivrq_graph_port() tells] */
	const char *base_url;  /* of Location and of recordings, without a
				  final slash [NULL: from address and port] */
	const char *cert_file; /* TLS: PEM, with key_file [NULL: plain HTTP] */
	const char *key_file;  /* [NULL] */
	uint32_t threads;      /* [2] */
	uint32_t connections;  /* at one time, of all threads [256] */
	uint32_t request_s;    /* a connection without progress ends [10] */

	/*
	 * Bearer tokens. A key file has PEM blocks (public keys: RS256, ES256)
	 * or a secret of at least 32 bytes (HS256).
	 */
	const char *token_key_file; /* [NULL: needs no_auth] */
	const char *audience;	    /* aud must be this [NULL: needs no_auth] */
	const char *issuer;	    /* iss must be this [NULL: needs no_auth] */
	bool no_auth; /* for development, on a loopback address only [false] */

	uint32_t calls; /* open, or with recordings kept [1024] */
	/* In the engine; as many more that have ended and are kept to be
	 * asked for, and as many more with a recording that is kept. [4096] */
	uint32_t operations;
	uint32_t keep_s;   /* how long ended ones are kept [60] */
	uint32_t tones;	   /* on their way to the sender [1024] */
	uint32_t repeat_s; /* a client-request-id is known for [300] */
	uint32_t repeats;  /* so many are known [4096] */
	/* Where the driver records: a recordResponse has the location
	 * "<its id>.wav". [NULL: the working directory] */
	const char *recordings_dir;
	uint32_t
		recording_keep_s; /* removed so long after the call, or when the
				    gateway is destroyed [60] */

	/* Notifications. */
	const char *const *callback_hosts; /* the only ones: "host" (https, any
					      port) or "host:port" [none] */
	uint32_t callback_host_count;
	bool callback_http;	/* allow http: too, for tests [false] */
	const char *ca_file;	/* [NULL: the system's] */
	const char *spool_file; /* SQLite; kept over restarts [NULL: a
				     temporary one that is not] */
	uint32_t in_memory;	/* past that many into the spool; 0: each is
				     in the spool before it is sent [1024] */
	uint32_t batch;		/* of one POST [16] */
	uint32_t senders;	/* POSTs at one time [16] */
	uint32_t send_s;	/* for one POST [10] */
	uint32_t retry_min_ms;	/* doubles with each failure ... [500] */
	uint32_t retry_max_ms;	/* ... up to this [60000] */

	/*
	 * prompt: the name that the call's driver is given for a mediaInfo.uri,
	 * with its NUL in `name`; negative refuses it. On an HTTP thread; may
	 * block. [NULL: the uri itself]
	 */
	int (*prompt)(void *user, const char *uri, char *name, size_t bytes);
	/* hang_up: a DELETE has closed the call. On an HTTP thread. [NULL] */
	void (*hang_up)(void *user, ivrq_call call);
	/* log: one line without its end, about what nobody else is told. Any
	 * thread of the gateway; must not call the gateway. [NULL] */
	void (*log)(void *user, const char *line);
	void *user; /* for the three hooks [NULL] */
} ivrq_graph_config;

/* A call that the API shows. ivrq_graph_call_config_init() sets what is in
 * brackets. */
typedef struct ivrq_graph_call_config {
	size_t size;
	ivrq_uuid id;			/* [zero: a new one] */
	const char *callback_uri;	/* copied [NULL: tells nobody] */
	enum ivrq_json_version version; /* of notifications [IVRQ_JSON_V1] */
	const ivrq_call_config *call;	/* as for ivrq_call_open(); its listener
					 is called as ever */
} ivrq_graph_call_config;

/* Counters since ivrq_graph_create(). */
typedef struct ivrq_graph_counts {
	uint64_t requests;
	uint64_t refused;  /* answered 4xx or 5xx */
	uint64_t repeated; /* answered as before, nothing done */
	uint64_t accepted; /* play and record operations */
	uint64_t told;	  /* notifications: all, those found in the spool too */
	uint64_t settled; /* of these, answered 2xx */
	uint64_t waiting; /* of these, not yet */
	uint64_t spooled; /* of the waiting, in the spool */
	uint64_t send_failures;	 /* POSTs that will be tried again */
	uint64_t spool_failures; /* times that the spool's disk failed */
	uint64_t tones_lost;	 /* config.tones were on their way */
} ivrq_graph_counts;

/**
 * ivrq_graph_config_init() - Fill a configuration with the defaults.
 * @config: Structure to fill.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the structure stays the caller's.
 * Return:    nothing.
 * Since:     0.2
 * Source:    gateway.
 */
IVRQ_API void ivrq_graph_config_init(ivrq_graph_config *config);

/**
 * ivrq_graph_create() - Listen, and send what an earlier one left in the spool.
 * @config: What to serve; copied.  @engine: Whose calls.
 * @graph: Set on success.  @error: Or NULL.
 *
 * Threads:   any.
 * Progress:  blocks: memory, threads, files, a socket.
 * Ordering:  hand the gateway to other threads as you would any pointer.
 * Callbacks: log.
 * Ownership: the gateway is the caller's until ivrq_graph_destroy().
 * Return:    0; IVRQ_EINVAL; IVRQ_EBUSY the address or the spool is in use;
 *            IVRQ_ENOMEM no memory or no thread. Everything is given back.
 * Since:     0.2
 * Source:    gateway.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_graph_create(const ivrq_graph_config *config,
					     ivrq_engine *engine,
					     ivrq_graph **graph,
					     ivrq_error *error);

/**
 * ivrq_graph_port() - The port that it listens on.
 * @graph: Gateway.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    the port.
 * Since:     0.2
 * Source:    gateway.
 */
IVRQ_API uint16_t ivrq_graph_port(const ivrq_graph *graph);

/**
 * ivrq_graph_call_config_init() - Fill a call's configuration with the defaults.
 * @config: Structure to fill.
 *
 * Threads:   any.
 * Progress:  wait-free.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: the structure stays the caller's.
 * Return:    nothing.
 * Since:     0.2
 * Source:    gateway.
 */
IVRQ_API void ivrq_graph_call_config_init(ivrq_graph_call_config *config);

/**
 * ivrq_graph_call_open() - Open a call that the API shows.
 * @graph: Gateway.  @config: Copied.  @call: Set on success.
 * @id: Set on success to the id that the API knows it by.  @error: Or NULL.
 *
 * Close it with ivrq_call_close(), or let a DELETE do it. Operations that are
 * not submitted by HTTP are its listener's alone; the others are shown to it
 * too: `user` is the gateway's there, and client_context is NULL if the engine
 * has no room for it (config.inline_bytes).
 * Threads:   any but a callback.
 * Progress:  blocks in the allocator and on a lock.
 * Ordering:  as ivrq_call_open().
 * Callbacks: none.
 * Ownership: as ivrq_call_open().
 * Return:    as ivrq_call_open(); IVRQ_EALREADY the id is in use;
 *            IVRQ_EINVAL also for a callback_uri that callback_hosts does not
 *            allow; IVRQ_ECLOSED the gateway stops; IVRQ_ENOMEM.
 * Since:     0.2
 * Source:    call, callbackUri.
 */
IVRQ_API IVRQ_MUST_USE int
ivrq_graph_call_open(ivrq_graph *graph, const ivrq_graph_call_config *config,
		     ivrq_call *call, ivrq_uuid *id, ivrq_error *error);

/**
 * ivrq_graph_stop() - Refuse what comes from now on, and settle the rest.
 * @graph: Gateway.  @timeout_ms: Longest wait for the notifications.
 *
 * What would change something is answered 503. Its calls must be closed: ivrq_engine_stop() does
 * that, before or while this waits.
 * Threads:   any but a callback or hook; may be called again.
 * Progress:  waits, up to the time limit.
 * Ordering:  0 means every notification has been answered 2xx.
 * Callbacks: log.
 * Ownership: unchanged.
 * Return:    0; IVRQ_ETIMEDOUT calls are open or notifications wait.
 * Since:     0.2
 * Source:    gateway.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_graph_stop(ivrq_graph *graph,
					   uint64_t timeout_ms);

/**
 * ivrq_graph_destroy() - End the threads and give the memory back.
 * @graph: Gateway, or NULL (does nothing).
 *
 * Notifications that still wait go to the spool first.
 * Threads:   one, while no other is inside a function of the gateway; not a
 *            callback or hook.
 * Progress:  waits for the requests that are being answered.
 * Ordering:  before ivrq_engine_destroy().
 * Callbacks: log.
 * Ownership: the gateway ends.
 * Return:    0; IVRQ_EBUSY a call is open (nothing changed).
 * Since:     0.2
 * Source:    gateway.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_graph_destroy(ivrq_graph *graph);

/**
 * ivrq_graph_stats() - Read the counters.
 * @graph: Gateway.  @counts: Set on success.
 *
 * Threads:   any. Each counter is some recent value.
 * Progress:  blocks on a lock, which may be held while the spool's disk writes.
 * Ordering:  none.
 * Callbacks: none.
 * Ownership: none.
 * Return:    0; IVRQ_EINVAL.
 * Since:     0.2
 * Source:    gateway.
 */
IVRQ_API IVRQ_MUST_USE int ivrq_graph_stats(ivrq_graph *graph,
					    ivrq_graph_counts *counts);

#ifdef __cplusplus
}
#endif
#endif
