/* scope.c - see scope.h. */
#include "call/scope.h"

#include <stdio.h>
#include <string.h>

#include "call/priority.h"
#include "handle/headers.h"

/* To tell keys apart; only a keyed hash of it is kept. */
static struct sc_str credential(const struct sc_shadow *s)
{
    struct sc_str value = sc_header_credential(s);

    return value.p ? value : s->asked.query; /* ?key=...; all else only tells more calls apart */
}

int64_t sc_scope_time(int64_t ns)
{
    return ns == SC_NEVER ? SC_NEVER : ns + (sc_state_now() - sc_now_ns());
}

/* "HOST:PORT", by hand: this is said of every call. Returns the length. */
static size_t put_authority(char out[SC_SCOPE_HOST_MAX], const struct sc_url *u)
{
    char digits[8];
    size_t i = sizeof digits, n = u->host_len;
    unsigned port = (unsigned)u->port & 0xffff;

    do
        digits[--i] = (char)('0' + port % 10);
    while ((port /= 10) > 0);
    memcpy(out, u->host, n);
    out[n++] = ':';
    memcpy(out + n, digits + i, sizeof digits - i);
    return n + sizeof digits - i;
}

/* A target of another host: its limits, its health and its key are its own. */
static void fill_key_elsewhere(const struct sc_transfer *t, char host[SC_SCOPE_HOST_MAX],
                               struct sc_scope_key *key)
{
    const struct sc_target *to = t->route.target;
    bool plain = to->port == (to->https ? 443 : 80);

    snprintf(host, SC_SCOPE_HOST_MAX, plain ? "%s" : "%s:%d", to->host, to->port);
    key->host = (struct sc_str){host, strlen(host)};
    key->path = (struct sc_str){to->prefix, strlen(to->prefix)};
    key->key = t->route.key;
}

void sc_scope_of(const struct sc_transfer *t, char host[SC_SCOPE_HOST_MAX],
                 struct sc_scope_key *key)
{
    const struct sc_shadow *s = t->shadow;
    size_t n = put_authority(host, &s->asked);
    bool plain = s->asked.port == (s->asked.scheme_https ? 443 : 80);

    *key = (struct sc_scope_key){
        .provider = t->route.provider,
        .host = {host, plain ? s->asked.host_len : n},
        .model = {t->route.model, strlen(t->route.model)},
        .path = s->asked.path,
        .rule = {t->route.rule->name, strlen(t->route.rule->name)},
        .key = credential(s),
    };
    if (SC_ROUTE_IS_ELSEWHERE(&t->route))
        fill_key_elsewhere(t, host, key);
}

void sc_scope_begin(const struct sc_transfer *t, struct sc_ticket *ticket,
                    const struct sc_scope_key *key, struct sc_call_facts *f)
{
    const struct sc_settings *s = t->route.rule->settings;

    f->deadline_ns = sc_scope_time(t->call.deadline_ns);
    if (s->limits.priority != SC_PRIORITY_OFF)
        f->priority = sc_priority_of(&s->limits);
    sc_state_begin(ticket, key, s, f, sc_state_now());
}
