/* SPDX-License-Identifier: MIT */
/*
 * check_graph_keep.c - how long the gateway keeps what has ended: operations,
 * recordings, calls; and that it can serve all of it over TLS.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ct.h"
#include "graph_stage.h"

static struct stage stage;
static struct stage_call call;

static void teardown(void)
{
	stage_close(&stage);
}

static void open_with(uint32_t keep_s, uint32_t recording_keep_s)
{
	stage_open(&stage);
	stage.config.keep_s = keep_s;
	stage.config.recording_keep_s = recording_keep_s;
	stage_start(&stage);
	stage_call(&stage, &call, "one", IVRQ_JSON_V1);
}

/* Asks until the answer is this one; the test's own time limit ends it. */
static void ask_until(const char *path, long status)
{
	struct reply reply;
	long got;

	do {
		reply = ask(&stage, "GET", path, NULL, NULL);
		got = reply.status;
		ck_assert(got == 200 || got == 404);
		reply_free(&reply);
	} while (got != status);
}

/* The file of a recordResponse that was accepted. */
static void recording_path(const struct reply *reply, char *path, size_t bytes)
{
	snprintf(path, bytes, "%s/%s.wav", stage.directory,
		 reply_string(reply, "id"));
}

START_TEST(test_operation_that_ended_is_forgotten_after_its_time)
{
	struct reply reply;

	open_with(0, 60);
	reply = post(&stage, &call, "subscribeToTone", "{}");
	ask_until(reply.location, 404);
	reply_free(&reply);
	reply = post(&stage, &call, "recordResponse", "{}");
	ck_assert(receiver_wait_elements(stage.receiver, 1));
	ask_until(reply.location, 404);
	reply_free(&reply);
}
END_TEST

START_TEST(test_recording_outlives_its_operation_and_goes_after_the_call)
{
	char path[256], url[512];
	struct reply reply;

	open_with(0, 0);
	reply = post(&stage, &call, "recordResponse", "{}");
	recording_path(&reply, path, sizeof(path));
	snprintf(url, sizeof(url), "/recordings/%s",
		 reply_string(&reply, "id"));
	ck_assert(receiver_wait_elements(stage.receiver, 1));
	ask_until(reply.location, 404);
	ck_assert_int_eq(access(path, R_OK), 0);
	reply_free(&reply);
	stage_hang_up(&stage, &call);
	while (access(path, F_OK) == 0)
		; /* the gateway's own thread removes it */
	reply = ask(&stage, "GET", url, NULL,
		    (const char *[]){ "Authorization: Bearer x", NULL });
	ck_assert_int_eq(reply.status, 404);
	reply_free(&reply);
}
END_TEST

START_TEST(test_destroy_removes_the_recordings_that_were_kept)
{
	struct reply reply;
	char path[256];

	open_with(60, 60);
	reply = post(&stage, &call, "recordResponse", "{}");
	recording_path(&reply, path, sizeof(path));
	ck_assert(receiver_wait_elements(stage.receiver, 1));
	ck_assert_int_eq(access(path, R_OK), 0);
	reply_free(&reply);
	stage_close(&stage);
	ck_assert_int_ne(access(path, F_OK), 0);
}
END_TEST

START_TEST(test_call_makes_room_when_it_is_forgotten)
{
	ivrq_graph_call_config config;
	ivrq_call_config inner;
	ivrq_error error;
	ivrq_call handle;
	ivrq_uuid id;

	stage_open(&stage);
	stage.config.calls =
		1; /* nothing was recorded: that time is no matter */
	stage_start(&stage);
	stage_call(&stage, &call, NULL, IVRQ_JSON_V1);
	ivrq_call_config_init(&inner);
	inner.driver = stage_driver();
	inner.driver_user = &call;
	ivrq_graph_call_config_init(&config);
	config.call = &inner;
	ck_assert_int_eq(ivrq_graph_call_open(stage.graph, &config, &handle,
					      &id, &error),
			 IVRQ_EPOOL);
	stage_hang_up(&stage, &call);
	while (ivrq_graph_call_open(stage.graph, &config, &handle, &id, &error))
		ck_assert_int_eq(error.code, IVRQ_EPOOL);
}
END_TEST

/* ------------------------------------------------------------------- TLS */

static char cert_file[96], key_file[96];

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

START_TEST(test_gateway_with_a_certificate_speaks_tls)
{
	struct reply reply;
	char url[128];

	stage_open(&stage);
	snprintf(cert_file, sizeof(cert_file), "%s/cert", stage.directory);
	snprintf(key_file, sizeof(key_file), "%s/key", stage.directory);
	write_file(cert_file, receiver_cert());
	write_file(key_file, receiver_key());
	stage.config.cert_file = cert_file;
	stage.config.key_file = key_file;
	stage.ca_file = cert_file;
	stage_start(&stage);
	stage_call(&stage, &call, NULL, IVRQ_JSON_V1);
	snprintf(url, sizeof(url), "https://127.0.0.1:%u/healthz",
		 (unsigned)ivrq_graph_port(stage.graph));
	reply = ask(&stage, "GET", url, NULL, NULL);
	ck_assert_int_eq(reply.status, 200);
	reply_free(&reply);
	reply = post(&stage, &call, "recordResponse", "{}");
	ck_assert_int_eq(reply.status, 200);
	ck_assert(!strncmp(reply.location, "https://127.0.0.1:", 18));
	reply_free(&reply);
	remove(cert_file);
	remove(key_file);
}
END_TEST

START_TEST(test_certificate_that_does_not_fit_is_named)
{
	ivrq_graph *graph = NULL;
	ivrq_error error;

	open_with(60, 60);
	snprintf(cert_file, sizeof(cert_file), "%s/cert", stage.directory);
	write_file(cert_file, receiver_cert());
	stage.config.cert_file = cert_file;
	stage.config.key_file = cert_file;
	ck_assert_int_eq(
		ivrq_graph_create(&stage.config, stage.engine, &graph, &error),
		IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "cert_file");
	stage.config.key_file = stage.directory;
	ck_assert_int_eq(
		ivrq_graph_create(&stage.config, stage.engine, &graph, &error),
		IVRQ_EINVAL);
	ck_assert_str_eq(error.field, "key_file");
	remove(cert_file);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("graph_keep");
	TCase *tc = tcase_create("keep");

	tcase_add_checked_fixture(tc, NULL, teardown);
	tcase_add_test(tc,
		       test_operation_that_ended_is_forgotten_after_its_time);
	tcase_add_test(
		tc,
		test_recording_outlives_its_operation_and_goes_after_the_call);
	tcase_add_test(tc, test_call_makes_room_when_it_is_forgotten);
	tcase_add_test(tc, test_gateway_with_a_certificate_speaks_tls);
	tcase_add_test(tc, test_certificate_that_does_not_fit_is_named);
	suite_add_tcase(s, tc);

	tc = tcase_create("destroy");
	tcase_add_test(tc, test_destroy_removes_the_recordings_that_were_kept);
	suite_add_tcase(s, tc);
	return s;
}

int main(void)
{
	return ct_run(suite());
}
