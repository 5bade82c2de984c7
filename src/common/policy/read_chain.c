/* read_chain.c - reads what `defaults` and rules say of targets: `fallback`, `route` and `on`. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "http/nearest.h"
#include "policy/layer.h"
#include "policy/options.h"
#include "policy/reader.h"
#include "policy/text.h"

/* ---- names of targets ---- */

static const struct sc_target *target_named(const struct sc_policy *p, const char *name)
{
    for (size_t i = 0; i < p->n_targets; i++)
        if (strcmp(p->targets[i].name, name) == 0)
            return &p->targets[i];
    return NULL;
}

static const char *nearest_target(const struct sc_policy *p, const char *name)
{
    const char *names[SC_TARGETS_MAX + 1];

    for (size_t i = 0; i < p->n_targets; i++)
        names[i] = p->targets[i].name;
    names[p->n_targets] = NULL;
    return sc_word_nearest(names, name);
}

static void say_targets(const struct sc_policy *p, const char *or_, char *buf, size_t size)
{
    size_t n = (size_t)snprintf(buf, size, "a name of this policy's targets%s",
                                p->n_targets > 0 ? ": " : " (it has none)");

    for (size_t i = 0; i < p->n_targets && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s\"%s\"", i > 0 ? ", " : "", p->targets[i].name);
    if (n < size)
        snprintf(buf + n, size - n, "%s", or_);
}

/* NULL, and an error, if there is no such target. */
static const struct sc_target *find_target(struct sc_reader *r, const cJSON *item, const char *or_)
{
    bool text = (item->type & cJSON_String) != 0;
    const struct sc_target *t = text ? target_named(r->policy, item->valuestring) : NULL;
    char allowed[300];

    if (t != NULL)
        return t;
    say_targets(r->policy, or_, allowed, sizeof allowed);
    sc_reader_fail_value(r, item, allowed,
                         text ? nearest_target(r->policy, item->valuestring) : NULL);
    return NULL;
}

/* ---- the answer of last resort ---- */

/* The text of an object or list, as it stands. */
static const char *raw_text(struct sc_reader *r, const cJSON *item)
{
    size_t start = sc_document_value(r->doc, item), at = start, depth = 0;
    const char *text = r->doc->text;

    do {
        if (text[at] == '"') {
            at = sc_text_skip_scalar(text, at);
            continue;
        }
        depth += text[at] == '{' || text[at] == '[';
        depth -= text[at] == '}' || text[at] == ']';
        at++;
    } while (depth > 0);
    return sc_build_copy(r->policy, text + start, at - start);
}

static void check_reply(struct sc_reader *r, const cJSON *item)
{
    const struct sc_reply_draft *d = &r->reply;
    const cJSON *status = sc_reader_given(r, SC_SECTION_REPLY, "status");
    size_t at = sc_document_value(r->doc, item);

    if (d->text != NULL && d->json != NULL)
        sc_reader_fail(r, at, "found text beside json, allowed one of them");
    if (d->status != 200 && d->status < 400) {
        size_t before = sc_reader_enter(r, "status");

        sc_reader_fail_value(r, status, "200, or an error's status from 400 to 599", NULL);
        sc_reader_leave(r, before);
    } else if (d->status == 200 && d->text == NULL && d->json == NULL) {
        sc_reader_fail(r, at, "found neither text nor json, allowed one of them");
    }
}

static bool read_reply(struct sc_reader *r, const cJSON *item, struct sc_link *link)
{
    size_t errors = r->errors, before;
    const struct sc_reply_draft *d = &r->reply;
    const cJSON *reply;

    memset(&r->reply, 0, sizeof r->reply);
    sc_reader_forget(r, SC_SECTION_REPLY);
    sc_reader_forget(r, SC_SECTION_LINK);
    sc_section_store_initial(sc_section(SC_SECTION_REPLY), &r->reply);
    sc_read_object(r, item, SC_SECTION_LINK);
    reply = sc_reader_given(r, SC_SECTION_LINK, "reply");
    if (reply == NULL && errors == r->errors)
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found an empty object, allowed {\"cache\": {...}} or {\"reply\": {...}}");
    if (r->stop || errors != r->errors)
        return false;
    before = sc_reader_enter(r, "reply");
    check_reply(r, reply);
    sc_reader_leave(r, before);
    link->kind = SC_LINK_REPLY;
    link->reply.status = d->status;
    link->reply.text = d->text ? sc_build_copy(r->policy, d->text, strlen(d->text)) : NULL;
    link->reply.json = d->json ? raw_text(r, d->json) : NULL;
    return errors == r->errors;
}

/* ---- fallback ---- */

static const cJSON *member(const cJSON *item, const char *key)
{
    for (const cJSON *c = item->child; c != NULL; c = c->next)
        if (strcmp(c->string, key) == 0)
            return c;
    return NULL;
}

/* What it says is the rule's own `cache`, which so has been read already: into its layer. */
static bool read_cache(struct sc_reader *r, const cJSON *item, struct sc_link *link)
{
    const cJSON *cache = member(item, "cache"), *use;
    size_t errors = r->errors, before;

    if (item->child->next != NULL)
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found cache beside something else, allowed each in an object of its own");
    before = sc_reader_enter(r, "cache");
    sc_read_object(r, cache, SC_SECTION_CACHE);
    use = cache->type & cJSON_Object ? member(cache, "use") : NULL;
    if (use != NULL && errors == r->errors && strcmp(use->valuestring, "on_error") != 0) {
        sc_reader_enter(r, "use");
        sc_reader_fail_value(r, use,
                             "\"on_error\" at a chain's end (\"always\" in a cache section)", NULL);
    }
    sc_reader_leave(r, before);
    link->kind = SC_LINK_CACHE;
    return errors == r->errors;
}

static bool read_link(struct sc_reader *r, const cJSON *item, struct sc_link *link)
{
    memset(link, 0, sizeof *link);
    if (!(item->type & cJSON_Object)) {
        link->kind = SC_LINK_TARGET;
        link->target = find_target(r, item, ", {\"cache\": {...}} or {\"reply\": {...}}");
        return link->target != NULL;
    }
    if (member(item, "cache") != NULL)
        return read_cache(r, item, link);
    return read_reply(r, item, link);
}

static void check_link(struct sc_reader *r, const cJSON *item, const struct sc_link *links,
                       size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (links[n].kind == SC_LINK_TARGET && links[i].target == links[n].target) {
            sc_reader_fail_value(r, item, "each target once: it has been asked by then", NULL);
            return;
        }
    if (n > 0 && links[n - 1].kind == SC_LINK_CACHE && links[n].kind != SC_LINK_REPLY)
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found it behind cache, allowed nothing or a reply: whoever can be asked "
                       "comes before what was kept");
    if (n > 0 && links[n - 1].kind == SC_LINK_REPLY)
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found more behind a reply, allowed nothing: a reply always answers");
}

/* A copy that the policy owns. */
static const void *kept(struct sc_reader *r, const void *rows, size_t size)
{
    void *copy = sc_build_alloc(r->policy, size + 1);

    if (copy)
        memcpy(copy, rows, size);
    else
        sc_reader_fail(r, SIZE_MAX, "out of memory");
    return copy;
}

static void read_links(struct sc_reader *r, const cJSON *item, struct sc_chain *out)
{
    struct sc_link links[SC_LINKS_MAX];
    size_t n = 0, i = 0, before = sc_reader_enter(r, "fallback"), inner;

    for (const cJSON *c = item->child; c != NULL && !r->stop; c = c->next, i++) {
        inner = sc_reader_enter_index(r, i);
        if (i == SC_LINKS_MAX)
            sc_reader_fail(r, sc_document_value(r->doc, c),
                           "found more than %d targets, allowed at most %d", SC_LINKS_MAX,
                           SC_LINKS_MAX);
        else if (i < SC_LINKS_MAX && read_link(r, c, &links[n]))
            check_link(r, c, links, n++);
        sc_reader_leave(r, inner);
    }
    sc_reader_leave(r, before);
    out->links = kept(r, links, n * sizeof *links);
    out->n_links = out->links ? n : 0;
}

/* ---- route ---- */

static const char *copy_of(struct sc_reader *r, const char *s)
{
    return s != NULL ? sc_build_copy(r->policy, s, strlen(s)) : NULL;
}

/* "Name: value" as name, in lower case, and value. */
static bool split_header(struct sc_reader *r, struct sc_route_when *w)
{
    const char *header = r->route.header, *colon = header ? strchr(header, ':') : NULL;
    char *name;
    size_t before;

    if (header == NULL)
        return true;
    if (colon == NULL || colon == header || memchr(header, ' ', (size_t)(colon - header)) != NULL ||
        colon[1 + strspn(colon + 1, " ")] == '\0') {
        before = sc_reader_enter(r, "when.header");
        sc_reader_fail_value(r, sc_reader_given(r, SC_SECTION_WHEN, "header"),
                             "\"Name: value\", where * stands for any run of characters", NULL);
        sc_reader_leave(r, before);
        return false;
    }
    w->header_name = name = sc_build_copy(r->policy, header, (size_t)(colon - header));
    for (; name != NULL && *name != '\0'; name++)
        if (*name >= 'A' && *name <= 'Z')
            *name = (char)(*name - 'A' + 'a');
    w->header_value = copy_of(r, colon + 1 + strspn(colon + 1, " "));
    return true;
}

static void check_when(struct sc_reader *r, const cJSON *item)
{
    const struct sc_route_draft *d = &r->route;
    size_t at = sc_document_value(r->doc, item), before = sc_reader_enter(r, "when");

    if ((d->hour_from < 0) != (d->hour_to < 0))
        sc_reader_fail(r, at, "found one of hour_from and hour_to, allowed both or none");
    else if (d->hour_from >= 0 && d->hour_from == d->hour_to)
        sc_reader_fail(r, at, "found hours from %d to %d, allowed at least one hour", d->hour_from,
                       d->hour_to);
    if (d->above >= 0 && d->below >= 0 && d->below <= d->above + 1)
        sc_reader_fail(r, at,
                       "found input_tokens_below %lld beside input_tokens_above %lld, allowed such "
                       "that something lies between them",
                       (long long)d->below, (long long)d->above);
    sc_reader_leave(r, before);
}

static bool read_route(struct sc_reader *r, const cJSON *item, struct sc_route_entry *out)
{
    size_t errors = r->errors, before;
    const struct sc_route_draft *d = &r->route;
    const cJSON *to;

    r->route = (struct sc_route_draft){.share = 1,
                                       .above = -1,
                                       .below = -1,
                                       .stream = -1,
                                       .tools = -1,
                                       .hour_from = -1,
                                       .hour_to = -1};
    sc_reader_forget(r, SC_SECTION_ROUTE);
    sc_reader_forget(r, SC_SECTION_WHEN);
    sc_read_object(r, item, SC_SECTION_ROUTE);
    if (r->stop || errors != r->errors || !(item->type & cJSON_Object))
        return false;
    to = sc_reader_given(r, SC_SECTION_ROUTE, "to");
    if (to == NULL) {
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found no to, allowed one; each route needs it");
        return false;
    }
    before = sc_reader_enter(r, "to");
    out->to = find_target(r, to, "");
    sc_reader_leave(r, before);
    check_when(r, item);
    out->when = (struct sc_route_when){.input_tokens_above = d->above,
                                       .input_tokens_below = d->below,
                                       .model = copy_of(r, d->model),
                                       .task = copy_of(r, d->task),
                                       .dag = copy_of(r, d->dag),
                                       .stream = (signed char)d->stream,
                                       .tools = (signed char)d->tools,
                                       .hour_from = (short)d->hour_from,
                                       .hour_to = (short)d->hour_to,
                                       .share = d->share};
    return split_header(r, &out->when) && errors == r->errors;
}

/* An entry that takes every call leaves none to those behind it. */
static bool takes_all(const struct sc_route_when *w)
{
    return w->input_tokens_above < 0 && w->input_tokens_below < 0 && w->model == NULL &&
           w->task == NULL && w->dag == NULL && w->header_name == NULL && w->stream < 0 &&
           w->tools < 0 && w->hour_from < 0 && w->share >= 1;
}

static void read_routes(struct sc_reader *r, const cJSON *item, struct sc_chain *out)
{
    struct sc_route_entry entries[SC_ROUTES_MAX];
    size_t n = 0, i = 0, before = sc_reader_enter(r, "route"), inner;

    for (const cJSON *c = item->child; c != NULL && !r->stop; c = c->next, i++) {
        inner = sc_reader_enter_index(r, i);
        if (i == SC_ROUTES_MAX)
            sc_reader_fail(r, sc_document_value(r->doc, c),
                           "found more than %d routes, allowed at most %d", SC_ROUTES_MAX,
                           SC_ROUTES_MAX);
        else if (n > 0 && takes_all(&entries[n - 1].when))
            sc_reader_fail(r, sc_document_value(r->doc, c),
                           "found a route behind one that takes every call, allowed before it");
        else if (i < SC_ROUTES_MAX && read_route(r, c, &entries[n]))
            n++;
        sc_reader_leave(r, inner);
    }
    sc_reader_leave(r, before);
    out->route = kept(r, entries, n * sizeof *entries);
    out->n_route = out->route ? n : 0;
}

/* ---- on ---- */

static uint32_t classes_of(unsigned words)
{
    const struct sc_section *s = sc_section(SC_SECTION_SETTINGS), *owner;
    const char *const *names = sc_option_words(sc_option_find(s, "on", &owner));
    uint32_t classes = 0;

    for (unsigned i = 0; names[i] != NULL; i++)
        if (words >> i & 1)
            classes |= 1u << sc_class_by_name(names[i]);
    return classes;
}

static bool gives(const struct sc_layer *l, const char *key)
{
    const struct sc_section *s = sc_section(SC_SECTION_SETTINGS), *owner;
    const struct sc_policy_option *o = sc_option_find(s, key, &owner);

    return l->given[s->first + (size_t)(o - s->rows)] != NULL;
}

bool sc_read_chain(struct sc_reader *r, const struct sc_layer *l, const struct sc_chain *inherited,
                   struct sc_chain *out)
{
    size_t errors = r->errors;

    *out = *inherited;
    if (gives(l, "fallback")) {
        out->links = NULL;
        out->n_links = 0;
    }
    if (gives(l, "route")) {
        out->route = NULL;
        out->n_route = 0;
    }
    if (l->fallback != NULL)
        read_links(r, l->fallback, out);
    if (l->route != NULL)
        read_routes(r, l->route, out);
    if (l->on != 0)
        out->on = classes_of(l->on);
    return errors == r->errors;
}
