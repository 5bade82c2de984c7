/* headers.c - see headers.h. */
#include "handle/headers.h"

#include <string.h>

#include "http/header.h"

bool sc_header_split(const char *line, struct sc_str *name, struct sc_str *value)
{
    const char *end = line ? strchr(line, ':') : NULL;

    if (!end && line)
        end = strchr(line, ';');
    if (!end)
        return false;
    *name = (struct sc_str){line, (size_t)(end - line)};
    *value = (struct sc_str){end + 1, *end == ':' ? strlen(end + 1) : 0};
    return true;
}

struct sc_str sc_header_find(const struct curl_slist *lines, const char *const *names)
{
    struct sc_str name, value;

    for (; lines; lines = lines->next) {
        if (!sc_header_split(lines->data, &name, &value))
            continue;
        for (const char *const *n = names; *n; n++)
            if (sc_str_is(name, *n))
                return value;
    }
    return (struct sc_str){NULL, 0};
}

struct sc_str sc_header_credential(const struct sc_shadow *s)
{
    static const char *const names[] = {"authorization", "x-api-key", "api-key", "x-goog-api-key",
                                        NULL};
    struct sc_str value = sc_header_find(s->o.headers, names);

    if (!value.p && s->o.bearer.set)
        value = (struct sc_str){s->o.bearer.p, s->o.bearer.n};
    return value.p ? sc_str_trim(value) : value;
}

bool sc_header_names_request(const struct curl_slist *lines)
{
    static const char *const names[] = {"idempotency-key", "x-idempotency-key", NULL};

    return sc_header_find(lines, names).n > 0;
}
