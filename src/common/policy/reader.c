/* Where a walk is, and its errors. */
#include "policy/reader.h"

#include <stdarg.h>
#include <stdio.h>

size_t sc_reader_enter(struct sc_reader *r, const char *key)
{
    size_t before = r->path_n;
    const char *dot = before > 0 && key[0] != '[' ? "." : "";
    int n = snprintf(r->path + before, sizeof r->path - before, "%s%s", dot, key);

    if (n > 0 && before + (size_t)n < sizeof r->path)
        r->path_n = before + (size_t)n;
    else
        r->path_n = sizeof r->path - 1;
    return before;
}

size_t sc_reader_enter_index(struct sc_reader *r, size_t i)
{
    char index[32];

    snprintf(index, sizeof index, "[%zu]", i);
    return sc_reader_enter(r, index);
}

void sc_reader_leave(struct sc_reader *r, size_t before)
{
    r->path_n = before;
    r->path[before] = '\0';
}

bool sc_reader_each(struct sc_reader *r, const cJSON *item, const char *what,
                    void (*one)(struct sc_reader *r, const cJSON *entry))
{
    size_t i = 0;

    if (!(item->type & cJSON_Array)) {
        sc_reader_fail_value(r, item, what, NULL);
        return false;
    }
    for (const cJSON *c = item->child; c != NULL && !r->stop; c = c->next, i++) {
        size_t before = sc_reader_enter_index(r, i);

        one(r, c);
        sc_reader_leave(r, before);
    }
    return true;
}

void sc_reader_fail(struct sc_reader *r, size_t at, const char *format, ...)
{
    struct sc_policy_error e;
    char text[SC_POLICY_ERROR_MAX];
    va_list args;

    if (r->stop)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    sc_document_error(r->doc, at, r->path, &e, "%s", text);
    r->errors++;
    r->stop = !r->sink(&e, r->arg) || r->errors >= SC_POLICY_ERRORS_MAX;
}

void sc_reader_fail_value(struct sc_reader *r, const cJSON *item, const char *allowed,
                          const char *near)
{
    char found[SC_QUOTE_MAX];

    sc_document_quote(r->doc, item, found, sizeof found);
    sc_reader_fail(r, sc_document_value(r->doc, item), "found %s, allowed %s%s%s%s", found, allowed,
                   near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                   near != NULL ? "\"?" : "");
}
