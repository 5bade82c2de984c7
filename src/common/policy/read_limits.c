/* read_limits.c - reads what a layer says of `limits`, beyond its plain values. */
#include <string.h>

#include "policy/layer.h"
#include "policy/reader.h"

/* Patterns of whoever is of a class of his own. */
static void read_who(struct sc_reader *r, const cJSON *item, const char *key, const char **out)
{
    static const char *const kinds[] = {"program:", "user:", "task:"};
    const char *names[SC_STRINGS_MAX];
    size_t n = sc_reader_strings(item, names), before;

    for (size_t i = 0; i < n; i++) {
        bool known = false;

        for (size_t k = 0; k < 3; k++)
            known |= strncmp(names[i], kinds[k], strlen(kinds[k])) == 0;
        if (known)
            continue;
        before = sc_reader_enter(r, key);
        sc_reader_fail_value(r, item, "\"program:NAME\", \"user:NAME\" or \"task:NAME\"", NULL);
        sc_reader_leave(r, before);
        return;
    }
    *out = sc_reader_names(r, item, false);
}

void sc_read_who(struct sc_reader *r, const struct sc_layer *l, struct sc_settings *set)
{
    static const char *const keys[] = {"limits.interactive", "limits.batch"};

    for (int i = 0; i < 2; i++) {
        const cJSON *item = l->who[i] != NULL ? l->who[i] : r->defaults.who[i];

        set->limits.who[i] = NULL;
        if (item != NULL)
            read_who(r, item, keys[i], &set->limits.who[i]);
    }
    if ((set->limits.who[0] || set->limits.who[1]) && set->limits.priority == SC_PRIORITY_OFF)
        set->limits.priority = SC_PRIORITY_NORMAL;
}
