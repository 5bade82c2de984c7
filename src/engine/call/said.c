/* said.c - see said.h. */
#include "call/said.h"

#include <string.h>

#include "call/credentials.h"
#include "handle/body.h"
#include "handle/headers.h"
#include "http/header.h"
#include "http/json.h"
#include "log/wording.h"

enum { MESSAGE_MAX = 2048, CREDENTIALS_MAX = 1 << 18 };

/* Whose values are no secrets. */
static bool is_harmless(struct sc_str name)
{
    static const char *const names[] = {"content-type", "accept", "user-agent", "expect",
                                        "content-length"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sc_str_is(name, names[i]))
            return true;
    return false;
}

static bool add_headers(struct sc_wording *w, const struct curl_slist *h)
{
    struct sc_str name, value;

    for (; h; h = h->next)
        if (sc_header_split(h->data, &name, &value) && !is_harmless(name) &&
            !sc_wording_secret(w, value))
            return false;
    return true;
}

/* What options say: user names, passwords, a proxy's, cookies. */
static bool add_credentials(struct sc_wording *w, const struct sc_options *o)
{
    bool ok = !o->credentials_lost;

    for (int i = 0; ok && o->credentials && i < SC_CREDENTIALS; i++) {
        const struct sc_text *t = &o->credentials->of[i];

        if (t->set)
            ok = sc_wording_secret(w, (struct sc_str){t->p, t->n});
    }
    return ok;
}

/* User info and query of the URL as the program wrote it. */
static bool add_url(struct sc_wording *w, const struct sc_shadow *s)
{
    const char *url = s->o.url.set ? s->o.url.p : "", *query = strchr(url, '?');
    const char *user = strstr(url, "://"), *at = strchr(url, '@');
    bool ok = true;

    user = user ? user + 3 : url;
    if (at && at > user)
        ok = sc_wording_secret(w, (struct sc_str){user, (size_t)(at - user)});
    if (query)
        ok = ok && sc_wording_secret(w, (struct sc_str){query, strlen(query)});
    return ok && sc_wording_secret(w, s->asked.query);
}

static bool know_the_call(struct sc_wording *w, const struct sc_transfer *t)
{
    const struct sc_shadow *s = t->shadow;

    w->request = sc_body_text(s);
    if (!w->request.p && s->o.copied_text.set)
        w->request = (struct sc_str){s->o.copied_text.p, s->o.copied_text.n};
    w->model = t->route.model[0] ? t->route.model : NULL;
    return add_headers(w, s->o.headers) && add_headers(w, s->o.proxy_headers) && add_url(w, s) &&
           add_credentials(w, &s->o) &&
           (!s->o.bearer.set ||
            sc_wording_secret(w, (struct sc_str){s->o.bearer.p, s->o.bearer.n}));
}

static struct sc_str message_of(const struct sc_transfer *t)
{
    struct sc_str body = sc_exchange_body(&t->x);
    struct sc_response r = {.provider = t->route.provider,
                            .status = t->x.status,
                            .body = body.p,
                            .body_len = body.n,
                            .is_stream = t->x.stream != NULL};
    struct sc_facts facts;

    if (t->x.stream)
        sc_facts_read_event(&r, t->x.stream, &facts);
    else
        sc_facts_read(&r, &facts);
    return facts.message;
}

const char *sc_said(const struct sc_transfer *t, char buf[SC_SAID_MAX])
{
    struct sc_wording w = {.n_secrets = 0};
    struct sc_buf elsewhere = {.max = CREDENTIALS_MAX};
    struct sc_str message = message_of(t);
    char text[MESSAGE_MAX];
    bool known;

    if (message.n == 0)
        return NULL;
    known = sc_credentials_elsewhere(t->shadow, &elsewhere) &&
            sc_wording_secret(&w, sc_buf_view(&elsewhere)) && know_the_call(&w, t);
    if (known) {
        sc_json_unescape(message, text, sizeof text);
        sc_wording_put(&w, (struct sc_str){text, strlen(text)}, buf, SC_SAID_MAX);
    }
    sc_buf_free(&elsewhere);
    if (!known)
        return NULL;
    return strcmp(buf, SC_WORDING_ELIDED) == 0 || !buf[0] ? NULL : buf;
}
