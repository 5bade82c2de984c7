/*
 * schema.c - Gemini's older schemas as JSON Schema.
 *
 * They are OpenAPI 3.0's: types in capitals, `nullable` beside the type, lengths as numbers in
 * quotes (protobuf's 64-bit integers), and members that JSON Schema does not have.
 */
#include "dialect/fit.h"
#include "dialect/write.h"

#define DEPTH_MAX 64 /* services take a tenth of it */

static void write_value(struct sc_str schema, int depth, struct sc_buf *b);

/* "STRING" as "string". */
static void write_lower(struct sc_str type, struct sc_buf *b)
{
    for (size_t i = 0; i < type.n; i++)
        sc_buf_char(b, type.p[i] >= 'A' && type.p[i] <= 'Z' ? (char)(type.p[i] | 0x20) : type.p[i]);
}

static void write_type(struct sc_str type, bool nullable, struct sc_buf *b)
{
    if (nullable)
        sc_buf_char(b, '[');
    write_lower(type, b);
    if (nullable)
        sc_buf_text(b, ",\"null\"]");
}

static bool is_count(struct sc_str value)
{
    struct sc_str digits = sc_inside(value);

    for (size_t i = 0; i < digits.n; i++)
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return false;
    return digits.n > 0 && (digits.p[0] != '0' || digits.n == 1);
}

/* An object or a list whose members are schemas. */
static void write_each(struct sc_str value, int depth, struct sc_buf *b)
{
    struct sc_json_iter it = sc_walk(value);
    struct sc_str key, member;
    bool list = it.close == ']';

    sc_buf_char(b, list ? '[' : '{');
    while (sc_json_next(&it, &key, &member)) {
        sc_comma(b);
        if (!list) {
            sc_string(b, key);
            sc_buf_char(b, ':');
        }
        write_value(member, depth, b);
    }
    sc_buf_char(b, list ? ']' : '}');
}

static void write_member(struct sc_str key, struct sc_str value, bool nullable, int depth,
                         struct sc_buf *b)
{
    static const char *const gone[] = {"nullable", "propertyOrdering", "property_ordering",
                                       "example", NULL};
    static const char *const counts[] = {"minLength",     "maxLength",     "minItems", "maxItems",
                                         "minProperties", "maxProperties", NULL};
    static const char *const named[] = {"properties", "anyOf", "$defs", "prefixItems", NULL};
    static const char *const inner[] = {"items", "additionalProperties", NULL};

    if (gone[sc_word_of(key, gone)])
        return;
    sc_comma(b);
    sc_string(b, key);
    sc_buf_char(b, ':');
    if (sc_json_key_is(key, "type") && sc_is_string(value))
        write_type(value, nullable, b);
    else if (counts[sc_word_of(key, counts)] && is_count(value))
        sc_buf_str(b, sc_inside(value));
    else if (named[sc_word_of(key, named)] && (value.p[0] == '{' || value.p[0] == '['))
        write_each(value, depth, b);
    else if (inner[sc_word_of(key, inner)])
        write_value(value, depth, b);
    else
        sc_buf_str(b, value);
}

static void write_value(struct sc_str schema, int depth, struct sc_buf *b)
{
    struct sc_json_iter it = sc_walk(schema);
    struct sc_str key, value;
    bool nullable = sc_says(sc_json_find(schema.p, schema.n, "nullable"), "true");

    if (it.close != '}' || depth == DEPTH_MAX) {
        sc_buf_str(b, schema);
        return;
    }
    sc_buf_char(b, '{');
    while (sc_json_next(&it, &key, &value))
        write_member(key, value, nullable, depth + 1, b);
    sc_buf_char(b, '}');
}

void sc_write_schema(struct sc_str schema, bool openapi, struct sc_buf *b)
{
    if (openapi)
        write_value(schema, 0, b);
    else
        sc_buf_str(b, schema);
}
