/* read_cache.c - reads what a layer says of `cache`, beyond its plain values. */
#include <stdint.h>
#include <string.h>

#include "core/stages.h"
#include "policy/layer.h"
#include "policy/options.h"
#include "policy/reader.h"
#include "redis/url.h"

static bool ends_in_cache(const struct sc_chain *chain)
{
    for (size_t i = 0; chain != NULL && i < chain->n_links; i++)
        if (chain->links[i].kind == SC_LINK_CACHE)
            return true;
    return false;
}

/* The value that this layer gives a key, NULL: it does not. */
static const cJSON *given(const struct sc_layer *l, enum sc_section_id id, const char *key)
{
    const struct sc_section *s = sc_section(id), *owner;
    const struct sc_policy_option *o = sc_option_find(s, key, &owner);

    return l->given[s->first + (size_t)(o - s->rows)];
}

static void check_path(struct sc_reader *r, const struct sc_layer *l, const char *path)
{
    const cJSON *item = given(l, SC_SECTION_CACHE, "path");
    size_t before;

    if (item == NULL || path == NULL || path[0] == '/' || strncmp(path, "~/", 2) == 0)
        return;
    before = sc_reader_enter(r, "cache.path");
    sc_reader_fail_value(
        r, item,
        "an absolute path or one that starts with ~/ (the program's folder is not ours to choose)",
        NULL);
    sc_reader_leave(r, before);
}

/* `"cache": false` is the last word of whoever says it. */
static bool is_refused(const struct sc_layer *l)
{
    const cJSON *item = given(l, SC_SECTION_SETTINGS, "cache");

    return item != NULL && (item->type & cJSON_False);
}

/* Without a server of its own it is where the hosts meet. */
static void read_server(struct sc_reader *r, const struct sc_layer *l, struct sc_cache_settings *c)
{
    const cJSON *item = given(l, SC_SECTION_CACHE, "redis");
    struct sc_redis_url u = {.tls = false};
    const char *wrong = NULL;
    size_t before;

    if (c->store != SC_STORE_REDIS)
        return;
    if (c->redis == NULL && r->state.redis != NULL) {
        c->redis = r->state.redis;
        if (c->password_env == NULL)
            c->password_env = r->state.password_env;
    }
    if (c->redis == NULL)
        wrong = "store is redis, but neither `redis` here nor in `state` says where that is";
    else if (item != NULL)
        wrong = sc_redis_url_read(c->redis, &u);
    if (wrong == NULL && u.tls)
        wrong = SC_REDIS_NO_TLS;
    if (wrong == NULL)
        return;
    before = sc_reader_enter(r, "cache.redis");
    if (item == NULL)
        item = given(l, SC_SECTION_CACHE, "store");
    sc_reader_fail(r, item != NULL ? sc_document_value(r->doc, item) : SIZE_MAX, "%s", wrong);
    sc_reader_leave(r, before);
}

static const char *kept_text(struct sc_reader *r, const char *text)
{
    return text != NULL ? sc_build_copy(r->policy, text, strlen(text)) : NULL;
}

void sc_read_cache(struct sc_reader *r, const struct sc_layer *l, const struct sc_chain *chain,
                   struct sc_settings *set)
{
    const cJSON *vary = l->vary != NULL ? l->vary : r->defaults.vary;
    struct sc_cache_settings *c = &set->cache;

    if (ends_in_cache(chain) && !is_refused(l) && !set->shadow) {
        c->enabled = true;
        set->stages |= SC_STAGE_BIT(SC_STAGE_CACHE);
        set->edits_requests = true;
    }
    check_path(r, l, c->path);
    read_server(r, l, c);
    c->path = kept_text(r, c->path);
    c->redis = kept_text(r, c->redis);
    c->password_env = kept_text(r, c->password_env);
    c->vary = vary != NULL && c->enabled ? sc_reader_names(r, vary, true) : NULL;
}
