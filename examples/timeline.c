/* SPDX-License-Identifier: MIT */
/*
 * The call as a picture: a row for each operation, a column for each 200 ms.
 * A cut is one instant, so it is one line from top to bottom; what ends on it
 * was cut by it, and nothing that it cut goes on behind it.
 */
#include "demo.h"

#include <langinfo.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#define COLUMN_TICKS	   10u
#define COLUMNS		   (TICKS / COLUMN_TICKS)
#define COLUMNS_PER_SECOND (1000u / TICK_MS / COLUMN_TICKS)

enum glyph {
	NOTHING,
	GUIDE,
	QUEUED,
	PLAYING,
	BEEP,
	RECORDING,
	CUT,
	END,
	FAILED,
	SPEECH,
	GLYPHS
};

static const char *const ascii[GLYPHS] = {
	" ", ":", ".", "=", "b", "R", "x", "|", "!", "~",
};

static const char *const utf8[GLYPHS] = {
	" ", "┊", "·", "━", "♪", "▒", "╳", "┫", "!", "~",
};

static const char *const *glyphs = ascii;

/* Does `tick` fall into the column? */
static bool in(uint32_t tick, unsigned column)
{
	return tick != NEVER && tick / COLUMN_TICKS == column;
}

static const struct cut *cut_in(const struct demo *demo, unsigned column)
{
	for (uint32_t i = 0; i < demo->cut_count; i++)
		if (in(demo->cuts[i].tick, column))
			return &demo->cuts[i];
	return NULL;
}

static enum glyph last_glyph(const ivrq_result *result)
{
	if (result->status == IVRQ_CANCELED)
		return CUT;
	return result->status == IVRQ_FAILED ? FAILED : END;
}

static enum glyph glyph_at(const struct operation *operation, unsigned column)
{
	uint32_t last = (column + 1) * COLUMN_TICKS - 1;
	uint32_t beep = NEVER;

	if (operation->recording != NEVER)
		beep = operation->recording - BEEP_MS / TICK_MS;
	if (operation->queued > last)
		return NOTHING;
	if (operation->ended <= last)
		return in(operation->ended, column)
			       ? last_glyph(&operation->result)
			       : NOTHING;
	if (operation->recording <= last)
		return in(beep, column) ? BEEP : RECORDING;
	if (beep <= last)
		return BEEP;
	return operation->started <= last ? PLAYING : QUEUED;
}

/* The result, short enough for the end of the row. */
static void print_end(const struct demo *demo,
		      const struct operation *operation)
{
	const ivrq_result *result = &operation->result;
	const struct cut *cut = scenario_cut(demo, result->cancel);
	ivrq_wire wire;

	if (result->status == IVRQ_CANCELED)
		printf("canceled by %c\n", cut ? cut->letter : '?');
	else if (result->reason == IVRQ_REASON_STOP_TONE)
		printf("stop tone %c\n", result->tone);
	else if (ivrq_result_to_wire(operation->kind, result->status,
				     result->reason, &wire) < 0)
		printf("no result\n");
	else if (result->status == IVRQ_FAILED)
		printf("%s %" PRIu32 "/%" PRIu32 "\n", wire.status, wire.code,
		       wire.subcode);
	else
		printf("%s\n", wire.status);
}

static void print_operation(const struct demo *demo,
			    const struct operation *operation)
{
	printf("%2u %-4s %-13s ", (unsigned)(operation - demo->operations) + 1,
	       operation->kind == IVRQ_PLAY_PROMPT ? "play" : "rec",
	       operation->name);
	for (unsigned column = 0; column < COLUMNS; column++) {
		enum glyph glyph = glyph_at(operation, column);

		if (glyph == NOTHING && cut_in(demo, column))
			glyph = GUIDE;
		fputs(glyphs[glyph], stdout);
	}
	putchar(' ');
	print_end(demo, operation);
}

static void print_seconds(void)
{
	printf("%-22s0", "seconds");
	for (unsigned second = 1; second * COLUMNS_PER_SECOND < COLUMNS;
	     second++)
		printf("%*u", (int)COLUMNS_PER_SECOND, second);
	putchar('\n');
}

static bool column_spoken(const struct demo *demo, unsigned column)
{
	size_t samples = (size_t)COLUMN_TICKS * TICK_SAMPLES;

	return !sound_is_silent(demo->said + column * samples, samples);
}

static void print_caller(const struct demo *demo)
{
	printf("%-21s ", "the caller");
	for (unsigned column = 0; column < COLUMNS; column++) {
		char tone = 0;

		for (uint32_t i = 0; i < demo->digit_count; i++)
			if (in(demo->digits[i].tick, column))
				tone = demo->digits[i].event.tone;
		if (tone)
			putchar(tone);
		else if (column_spoken(demo, column))
			fputs(glyphs[SPEECH], stdout);
		else
			fputs(glyphs[cut_in(demo, column) ? GUIDE : NOTHING],
			      stdout);
	}
	printf(" %s speech, digits\n", glyphs[SPEECH]);
}

static void print_cuts(const struct demo *demo)
{
	unsigned column = 0;

	printf("%-22s", "cuts");
	for (uint32_t i = 0; i < demo->cut_count; i++) {
		unsigned next = demo->cuts[i].tick / COLUMN_TICKS + 1;

		printf("%*c", (int)(next - column), demo->cuts[i].letter);
		column = next;
	}
	putchar('\n');
}

static void print_legend(const struct demo *demo)
{
	printf("\n%s queued  %s playing  %s beep  %s recording  %s end  "
	       "%s failed  %s cut\n",
	       glyphs[QUEUED], glyphs[PLAYING], glyphs[BEEP], glyphs[RECORDING],
	       glyphs[END], glyphs[FAILED], glyphs[CUT]);
	for (uint32_t i = 0; i < demo->cut_count; i++)
		printf("%c %5.2f  %-8s %" PRIu32 " in flight + %" PRIu32
		       " pending\n",
		       demo->cuts[i].letter,
		       demo->cuts[i].tick * TICK_MS / 1000.0,
		       print_cause(demo->cuts[i].cause),
		       demo->cuts[i].in_flight, demo->cuts[i].pending);
	putchar('\n');
}

void timeline_print(const struct demo *demo)
{
	setlocale(LC_CTYPE, "");
	glyphs = strcmp(nl_langinfo(CODESET), "UTF-8") ? ascii : utf8;
	putchar('\n');
	print_seconds();
	print_caller(demo);
	print_cuts(demo);
	for (uint32_t i = 0; i < demo->operation_count; i++)
		print_operation(demo, &demo->operations[i]);
	print_legend(demo);
}
