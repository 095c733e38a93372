/* SPDX-License-Identifier: MIT */
/*
 * parse.c - JSON read by jansson and kept in one block of memory.
 *
 * A request's strings outlive its body and the tree that jansson makes of it.
 * So the tree is measured, and copied into one allocation: values lie behind
 * each other, strings behind them; then the tree goes.
 *
 * Refused besides what jansson refuses (what is not UTF-8, a NUL in a string,
 * a member that is named twice): a NUL in the text, at which it would stop
 * reading, and what is nested or has members beyond the bounds of json.h; these
 * bound the stack, and the time that the search for a name takes.
 *
 * A limit of jansson 2.14: if memory runs out while it reads a string, it may
 * go on without a byte of it. Nothing here can see that.
 */
#include "graph/json.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define RULE_JSON   "JSON in UTF-8"
#define RULE_DEPTH  "nested at most 64 deep"
#define RULE_MANY   "of objects with at most 256 members"
#define RULE_VALUES "of at most 4096 values"
#define RULE_TWICE  "of objects that name a member once"
#define RULE_NUMBER "of numbers in 64 bits"
#define RULE_NUL    "of strings without U+0000"
#define ALIGN(size) (((size) + 15u) & ~(size_t)15u)

/* What a tree needs. */
struct size {
	size_t nodes;
	size_t text;
	const char *rule; /* that it breaks, or NULL */
};

static void measure(const json_t *value, unsigned depth, struct size *size)
{
	const char *name;
	json_t *inner;
	size_t i;

	size->nodes++;
	if (json_is_string(value))
		size->text += json_string_length(value) + 1;
	if (!json_is_array(value) && !json_is_object(value))
		return;
	if (depth == IVRQ__JSON_DEPTH)
		size->rule = RULE_DEPTH;
	if (json_object_size(value) > IVRQ__JSON_MEMBERS)
		size->rule = RULE_MANY;
	if (size->rule)
		return;
	json_array_foreach(value, i, inner) measure(inner, depth + 1, size);
	json_object_foreach((json_t *)value, name, inner)
	{
		size->nodes++;
		size->text += strlen(name) + 1;
		measure(inner, depth + 1, size);
	}
}

/* Where the copy is written. */
struct copy {
	struct ivrq__json *node;
	char *text;
};

static struct ivrq__json *take(struct copy *copy, enum ivrq__json_type type)
{
	struct ivrq__json *node = copy->node++;

	node->type = type;
	node->span = 1;
	node->length = 0;
	node->as.integer = 0;
	return node;
}

static void take_text(struct copy *copy, const char *text, size_t length)
{
	struct ivrq__json *node = take(copy, IVRQ__JSON_STRING);

	node->length = (uint32_t)length;
	node->as.text = memcpy(copy->text, text, length);
	copy->text += length;
	*copy->text++ = 0;
}

static void take_value(struct copy *copy, const json_t *value);

static void take_array(struct copy *copy, const json_t *value)
{
	struct ivrq__json *node = take(copy, IVRQ__JSON_ARRAY);
	json_t *inner;
	size_t i;

	json_array_foreach(value, i, inner) take_value(copy, inner);
	node->length = (uint32_t)json_array_size(value);
	node->span = (uint32_t)(copy->node - node);
}

static void take_object(struct copy *copy, const json_t *value)
{
	struct ivrq__json *node = take(copy, IVRQ__JSON_OBJECT);
	const char *name;
	json_t *inner;

	json_object_foreach((json_t *)value, name, inner)
	{
		take_text(copy, name, strlen(name));
		take_value(copy, inner);
	}
	node->length = (uint32_t)json_object_size(value);
	node->span = (uint32_t)(copy->node - node);
}

static void take_value(struct copy *copy, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		take_object(copy, value);
		break;
	case JSON_ARRAY:
		take_array(copy, value);
		break;
	case JSON_STRING:
		take_text(copy, json_string_value(value),
			  json_string_length(value));
		break;
	case JSON_INTEGER:
		take(copy, IVRQ__JSON_INTEGER)->as.integer =
			json_integer_value(value);
		break;
	case JSON_REAL:
		take(copy, IVRQ__JSON_NUMBER);
		break;
	case JSON_TRUE:
		take(copy, IVRQ__JSON_TRUE);
		break;
	case JSON_FALSE:
		take(copy, IVRQ__JSON_FALSE);
		break;
	case JSON_NULL:
		take(copy, IVRQ__JSON_NULL);
		break;
	}
}

static int refused(const json_error_t *error, const char **rule)
{
	switch (json_error_code(error)) {
	case json_error_out_of_memory:
		return IVRQ_ENOMEM;
	case json_error_duplicate_key:
		*rule = RULE_TWICE;
		break;
	case json_error_null_character:
	case json_error_null_byte_in_key:
		*rule = RULE_NUL;
		break;
	case json_error_stack_overflow:
		*rule = RULE_DEPTH;
		break;
	case json_error_numeric_overflow:
		*rule = RULE_NUMBER;
		break;
	default:
		*rule = RULE_JSON;
	}
	return IVRQ_EINVAL;
}

static int keep(const json_t *tree, size_t extra, void **memory,
		const struct ivrq__json **root, const char **rule)
{
	struct size size = { 0, 0, NULL };
	struct copy copy;
	char *block;

	measure(tree, 0, &size);
	if (!size.rule && size.nodes > IVRQ__JSON_VALUES)
		size.rule = RULE_VALUES;
	if (size.rule) {
		*rule = size.rule;
		return IVRQ_EINVAL;
	}
	extra = ALIGN(extra);
	block = malloc(extra + size.nodes * sizeof(*copy.node) + size.text);
	if (!block)
		return IVRQ_ENOMEM;
	copy.node = (struct ivrq__json *)(void *)(block + extra);
	copy.text = (char *)(copy.node + size.nodes);
	*root = copy.node;
	*memory = block;
	take_value(&copy, tree);
	return 0;
}

int ivrq__json_read(const char *body, size_t bytes, size_t extra, void **memory,
		    const struct ivrq__json **root, const char **rule)
{
	json_error_t error;
	json_t *tree;
	int status;

	/* With fewer, no sum above and no uint32_t of a node is too small. */
	if (bytes > SIZE_MAX / 64 || bytes > UINT32_MAX / 2)
		return IVRQ_ENOMEM;
	*rule = RULE_JSON;
	if (!bytes || memchr(body, 0, bytes))
		return IVRQ_EINVAL;
	tree = json_loadb(body, bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			  &error);
	if (!tree)
		return refused(&error, rule);
	status = keep(tree, extra, memory, root, rule);
	json_decref(tree);
	return status;
}

static const struct ivrq__json *find(const struct ivrq__json *object,
				     const char *text)
{
	const struct ivrq__json *end = object + object->span;
	const struct ivrq__json *name;

	for (name = object + 1; name < end; name += 1 + name[1].span)
		if (!strcmp(name->as.text, text))
			return name + 1;
	return NULL;
}

const struct ivrq__json *ivrq__json_get(const struct ivrq__json *object,
					const char *name)
{
	const struct ivrq__json *found = NULL;

	if (object && object->type == IVRQ__JSON_OBJECT)
		found = find(object, name);
	return found && found->type != IVRQ__JSON_NULL ? found : NULL;
}
