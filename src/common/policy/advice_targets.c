/* advice_targets.c - see advice_targets.h. */
#include "policy/advice_targets.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/build.h"
#include "policy/key.h"

enum { TEXT_MAX = 512 };

struct adviser {
    const struct sc_policy *p;
    void (*say)(const char *text, void *arg);
    void *arg;
    size_t n;
};

__attribute__((format(printf, 3, 4))) static void say(struct adviser *a, const struct sc_target *t,
                                                      const char *format, ...)
{
    char text[TEXT_MAX];
    int n = snprintf(text, sizeof text, "targets.%s: ", t->name);
    va_list args;

    va_start(args, format);
    vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    va_end(args);
    a->say(text, a->arg);
    a->n++;
}

/* One key that is missing among several is passed over; without any the target is. */
static void look_at_keys(struct adviser *a, const struct sc_target *t)
{
    char why[SC_KEY_WHY_MAX];
    size_t good = 0;

    for (size_t i = 0; i < t->n_keys; i++)
        good += sc_key_is_there(&t->keys[i], why);
    for (size_t i = 0; i < t->n_keys; i++)
        if (!sc_key_is_there(&t->keys[i], why))
            say(a, t, "%s: %s", why,
                good > 0 ? "its other keys are used" : "it is not asked without a key");
}

static bool has_credential(const struct sc_target *t)
{
    for (size_t i = 0; t->headers != NULL && t->headers[i] != NULL; i++)
        if (sc_target_is_credential(t->headers[i], strcspn(t->headers[i], ":")))
            return true;
    return false;
}

static void look_at_target(struct adviser *a, const struct sc_target *t)
{
    look_at_keys(a, t);
    if (has_credential(t))
        say(a, t,
            "a credential stands in its headers, for all who may read the policy; key_env "
            "or key_file keep it out of it");
    if (t->url != NULL && !t->https && !sc_target_is_local(t) &&
        (t->n_keys > 0 || has_credential(t)))
        say(a, t, "its key goes over the network as plain text; https:// in url encrypts it");
}

/* ---- whom nobody leads to ---- */

static bool leads_to(const struct sc_chain *c, const struct sc_target *t)
{
    for (size_t i = 0; i < c->n_links; i++)
        if (c->links[i].kind == SC_LINK_TARGET && c->links[i].target == t)
            return true;
    for (size_t i = 0; i < c->n_route; i++)
        if (c->route[i].to == t)
            return true;
    return false;
}

static bool is_used(const struct sc_policy *p, const struct sc_target *t)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->rules[i].chain != NULL && leads_to(p->rules[i].chain, t))
            return true;
    return false;
}

size_t sc_targets_advise(const struct sc_policy *p, void (*tell)(const char *text, void *arg),
                         void *arg)
{
    struct adviser a = {p, tell, arg, 0};

    for (size_t i = 0; i < p->n_targets; i++) {
        look_at_target(&a, &p->targets[i]);
        if (!is_used(p, &p->targets[i]))
            say(&a, &p->targets[i], "no rule leads to it; fallback or route of a rule would");
    }
    return a.n;
}
