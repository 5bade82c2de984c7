/*
 * fit.h - reasons, and the tables by which members of a request are read.
 *
 * Each object of a dialect's request is a table of its members (struct sc_member): what is done
 * with each. What stands in no table is a reason against the translation: nobody knows what it
 * would have changed.
 */
#ifndef SC_DIALECT_FIT_H
#define SC_DIALECT_FIT_H

#include "dialect/turn.h"
#include "http/json.h"

/* Where in the source something stands: "messages[3].content[1]." with -1 for what is not there. */
struct sc_place {
    const char *list;
    int32_t message;
    const char *sub;
    int32_t at;
};

#define SC_PLACE_TOP ((struct sc_place){"", -1, NULL, -1})

enum sc_member_use {
    SC_USE_VALUE,   /* its value goes to the reader */
    SC_USE_PARAM,   /* into the turn's table of parameters */
    SC_USE_HINT,    /* tunes cost or speed: left out, and named */
    SC_USE_QUIET,   /* says nothing to the model: left out */
    SC_USE_NEUTRAL, /* may be there if its value is what is meant without it; else no */
    SC_USE_BOUND,   /* lies with the provider */
    SC_USE_NO       /* cannot be said elsewhere */
};

struct sc_member {
    const char *name;
    enum sc_member_use use;
    int param;           /* of SC_USE_PARAM */
    const char *neutral; /* JSON texts that are neutral, separated by blanks */
};

/* Rows are written {"name", SC_VALUE}, {"top_p", SC_PARAM(TOP_P)}, {"n", SC_NEUTRAL("1")}. */
#define SC_VALUE SC_USE_VALUE, 0, NULL
#define SC_PARAM(id) SC_USE_PARAM, SC_PARAM_##id, NULL
#define SC_HINT SC_USE_HINT, 0, NULL
#define SC_HINT_BUT(texts) SC_USE_HINT, 0, texts
#define SC_QUIET SC_USE_QUIET, 0, NULL
#define SC_NEUTRAL(texts) SC_USE_NEUTRAL, 0, texts
#define SC_BOUND SC_USE_BOUND, 0, NULL
#define SC_NO SC_USE_NO, 0, NULL

#define SC_COUNT(rows) (sizeof(rows) / sizeof *(rows))

/* Reads an object by its table of n members: values[i] is that of row i (p NULL: absent or null; of
 * equal names the last one counts). */
void sc_read_members(struct sc_turn *t, struct sc_place place, struct sc_str object,
                     const struct sc_member *rows, size_t n, struct sc_str *values);

/* The same into an array that is declared for it. */
#define SC_READ(t, place, object, rows, v) \
    struct sc_str v[SC_COUNT(rows)];       \
    sc_read_members(t, place, object, rows, SC_COUNT(rows), v)

/* Calls `read` for each element of an array. */
void sc_read_list(struct sc_turn *t, struct sc_str list,
                  void (*read)(struct sc_turn *t, int32_t at, struct sc_str value));

/* Parts are added at a place, in a role. */
struct sc_where {
    struct sc_place place;
    enum sc_turn_role role;
};

struct sc_turn_part *sc_add_part(struct sc_turn *t, const struct sc_where *w,
                                 enum sc_turn_kind kind);
void sc_add_text(struct sc_turn *t, const struct sc_where *w, enum sc_turn_kind kind,
                 struct sc_str value);

void sc_fit_add(struct sc_fit *f, enum sc_misfit kind, const char *where, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A reason at a place: the member of that name; "" the place itself. */
void sc_unfit_at(struct sc_turn *t, struct sc_place place, const char *member, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

/* The same at a part of the turn. */
void sc_unfit_part(struct sc_turn *t, const struct sc_turn_part *part, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void sc_bound_at(struct sc_turn *t, struct sc_place place, const char *member);

/* ---- values ---- */

/* An iterator over an array or object; over anything else nothing. */
struct sc_json_iter sc_walk(struct sc_str value);

static inline bool sc_is_string(struct sc_str v)
{
    return v.n >= 2 && v.p[0] == '"';
}

/* The inside of a string, n 0 for other values. The text is known to be good JSON. */
static inline struct sc_str sc_inside(struct sc_str v)
{
    return sc_is_string(v) ? (struct sc_str){v.p + 1, v.n - 2} : (struct sc_str){"", 0};
}

/* Whether a value is this JSON text ("true"), or an inside this plain text. */
static inline bool sc_says(struct sc_str v, const char *text)
{
    return v.n == strlen(text) && memcmp(v.p, text, v.n) == 0;
}

/* The same for a string's value, escapes considered. */
bool sc_string_is(struct sc_str value, const char *text);

/* Which of the words (NULL at their end) an inside is, or how many they are. */
size_t sc_word_of(struct sc_str inside, const char *const *words);

/* A number as it is; 0 for other values. */
double sc_value_number(struct sc_str v);

/* Its whole part; 0 if that is beyond what a double is exact for. */
int64_t sc_value_integer(struct sc_str v);

#endif
