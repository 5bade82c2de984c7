/* read_state.c - reads `state`. */
#include <string.h>

#include "policy/reader.h"
#include "redis/url.h"

/* Part of the names of keys: nothing in it may end the braces, or need quoting by people. */
static bool is_plain(const char *s)
{
    return s[0] != '\0' &&
           s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/")] ==
               '\0';
}

static void check(struct sc_reader *r, const struct sc_state_draft *d, const cJSON *given)
{
    struct sc_redis_url u;
    const char *wrong;

    if (d->redis == NULL) {
        sc_reader_fail(r, sc_document_value(r->doc, given),
                       "redis is missing: where the hosts meet, such as redis://localhost");
        return;
    }
    wrong = sc_redis_url_read(d->redis, &u);
    if (wrong != NULL)
        sc_reader_fail(r, sc_document_value(r->doc, given), "redis: %s", wrong);
    else if (u.tls)
        sc_reader_fail(r, sc_document_value(r->doc, given), "redis: " SC_REDIS_NO_TLS);
    if (d->prefix != NULL && !is_plain(d->prefix))
        sc_reader_fail(r, sc_document_value(r->doc, given),
                       "prefix takes letters, digits and - _ . : / alone");
}

void sc_read_state(struct sc_reader *r, const cJSON *given)
{
    const struct sc_state_draft *d = &r->state;
    struct sc_fleet_settings s = {d->redis, d->prefix ? d->prefix : "steadycurl", d->password_env,
                                  d->hosts};
    size_t before = sc_reader_enter(r, "state");

    if (given->type & cJSON_Object)
        check(r, d, given);
    sc_reader_leave(r, before);
    if (r->errors == 0 && !sc_build_fleet(r->policy, &s))
        sc_reader_fail(r, SIZE_MAX, "out of memory");
}
