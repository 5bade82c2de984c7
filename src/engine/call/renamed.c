/* renamed.c - see renamed.h. */
#include "call/renamed.h"

#include <stdio.h>
#include <string.h>

#include "call/sent.h"
#include "handle/repath.h"
#include "provider/request.h"
#include "wire/rewrite.h"

enum { PATH_MAX_BYTES = 4096 };

/* The provider of the program's own host, whoever is asked now. */
static enum sc_provider home(const struct sc_transfer *t)
{
    return t->route.rule->provider_given ? t->route.rule->provider : t->shadow->url_provider;
}

static bool is_in_path(const struct sc_transfer *t)
{
    return sc_request_path_model(home(t), t->shadow->asked.path).n > 0;
}

/* Where the body names the model; n 0: nowhere, or twice. */
static struct sc_str model_in(struct sc_str body)
{
    struct sc_str value = {NULL, 0};

    if (!body.p || sc_edit_find(body, "model", &value) != 1)
        value.n = 0;
    return value;
}

void sc_renamed_unfit(const struct sc_transfer *t, const struct sc_target *to, char *why,
                      size_t size)
{
    struct sc_str body = sc_rewrite_own(&t->x);
    bool in_path = is_in_path(t);
    const char *forbidden = in_path ? sc_repath_forbidden(t->shadow) : NULL;

    if (!to->model)
        snprintf(why, size, "it is the same as the first");
    else if (!body.p)
        snprintf(why, size, "the request's body cannot be changed");
    else if (forbidden)
        snprintf(why, size, "%s", forbidden);
    else if (!in_path && model_in(body).n == 0)
        snprintf(why, size, "the request does not name its model in its body");
}

static bool is_asked(const struct sc_transfer *t)
{
    const struct sc_target *to = t->route.target;

    return to && !to->url && to->model;
}

void sc_renamed_body(const struct sc_transfer *t, struct sc_edits *e)
{
    struct sc_buf text = {.max = 2 * SC_EDIT_TEXT_MAX};
    const char *model = t->route.target ? t->route.target->model : NULL;
    struct sc_str value;

    if (!is_asked(t))
        return;
    value = model_in(e->original);
    if (value.n == 0 && is_in_path(t))
        return;
    sc_buf_char(&text, '"');
    sc_buf_escaped(&text, (struct sc_str){model, strlen(model)});
    sc_buf_text(&text, "\"");
    sc_buf_char(&text, '\0');
    if (value.n == 0 || text.failed || !sc_edit_replace(e, value, text.p))
        e->failed = true;
    sc_buf_free(&text);
}

bool sc_renamed_path(struct sc_transfer *t)
{
    char own[PATH_MAX_BYTES];
    struct sc_buf other = {.max = 2 * sizeof own};
    bool good;

    if (!is_asked(t) || !is_in_path(t))
        return true;
    good = sc_request_other_path(home(t), sc_sent_path(t->shadow, own, sizeof own),
                                 t->route.target->model, &other);
    sc_buf_char(&other, '\0');
    good = good && !other.failed && sc_repath_in(t->shadow, other.p);
    sc_buf_free(&other);
    return good;
}
