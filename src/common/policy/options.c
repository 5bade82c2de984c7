#include "policy/options.h"

#include <string.h>

#include "http/nearest.h"
#include "policy/rows_file.h"
#include "policy/rows_rule.h"
#include "policy/rows_target.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Each key of a section that lies in layers has a place among those that a layer gives, one
 * section's keys after the other's; likewise those of a class of failures. */
#define PLACES(id, table) FIRST_##id, LAST_##id = FIRST_##id + COUNT(table) - 1,
#define IN_LAYER_DRAFT(id, table)
#define IN_LAYER_LAYER(id, table) PLACES(id, table)
#define IN_LAYER_CLASS(id, table)
#define IN_CLASS_DRAFT(id, table)
#define IN_CLASS_LAYER(id, table)
#define IN_CLASS_CLASS(id, table) PLACES(id, table)
#define LAYER_PLACES(id, rows, name, home, place, also) IN_LAYER_##place(id, rows##_rows)
#define CLASS_PLACES(id, rows, name, home, place, also) IN_CLASS_##place(id, rows##_rows)

enum { SC_SECTION_LIST(LAYER_PLACES) LAYER_KEYS };
enum { SC_SECTION_LIST(CLASS_PLACES) CLASS_KEYS };

_Static_assert(LAYER_KEYS <= SC_GIVEN_MAX, "make SC_GIVEN_MAX larger");
_Static_assert(CLASS_KEYS <= SC_GIVEN_STRATEGY_MAX, "make SC_GIVEN_STRATEGY_MAX larger");

#define FITS_DRAFT(id, rows, name, home, place, also) \
    _Static_assert(COUNT(rows##_rows) <= SC_DRAFT_KEYS_MAX, "make SC_DRAFT_KEYS_MAX larger");
SC_SECTION_LIST(FITS_DRAFT)

#define FIRST_OF_DRAFT(id) 0
#define FIRST_OF_LAYER(id) FIRST_##id
#define FIRST_OF_CLASS(id) FIRST_##id
#define ALSO_NONE NULL
#define ALSO_SETTINGS &sections[SC_SECTION_SETTINGS]
#define ALSO_STRATEGY &sections[SC_SECTION_STRATEGY]
#define SECTION(id, table, text, where, kind, more) \
    [SC_SECTION_##id] = {.name = (text),            \
                         .home = (where),           \
                         .place = SC_PLACE_##kind,  \
                         .rows = table##_rows,      \
                         .n = COUNT(table##_rows),  \
                         .also = ALSO_##more,       \
                         .first = FIRST_OF_##kind(id)},

static const struct sc_section sections[SC_SECTION_COUNT] = {SC_SECTION_LIST(SECTION)};

const struct sc_section *sc_section(enum sc_section_id id)
{
    return &sections[id];
}

const struct sc_policy_option *sc_option_find(const struct sc_section *s, const char *key,
                                              const struct sc_section **owner)
{
    for (; s != NULL; s = s->also) {
        for (size_t i = 0; i < s->n; i++) {
            if (strcmp(s->rows[i].key, key) == 0) {
                *owner = s;
                return &s->rows[i];
            }
        }
    }
    return NULL;
}

const char *const *sc_option_words(const struct sc_policy_option *o)
{
    return word_lists[o->words];
}

int sc_word_index(const char *const *words, const char *word, size_t n)
{
    for (int i = 0; words[i] != NULL; i++) {
        if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0)
            return i;
    }
    return -1;
}

const char *sc_option_nearest(const struct sc_section *s, const char *key)
{
    struct sc_nearest best = SC_NEAREST_NONE;

    for (; s != NULL; s = s->also) {
        for (size_t i = 0; i < s->n; i++)
            sc_nearest_consider(&best, s->rows[i].key, key);
    }
    return best.word;
}
