/* target.c - what follows from a target's few words. */
#include "policy/target.h"

#include <string.h>
#include <strings.h>

/* "v1", "v1beta", "v4": the length of a version at the beginning of a path's part, 0: it is none.
 */
static size_t version_at(const char *p)
{
    size_t n = strcspn(p, "/");

    return n >= 2 && p[0] == 'v' && p[1] >= '0' && p[1] <= '9' ? n : 0;
}

static bool has_version(const char *prefix)
{
    for (const char *slash = strchr(prefix, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        if (version_at(slash + 1) > 0)
            return true;
    return false;
}

void sc_target_path(const struct sc_target *t, const char *model, bool stream, struct sc_buf *out)
{
    struct sc_buf path = {.max = out->max};
    const char *own;

    sc_dialect_path(t->dialect, t->model != NULL ? t->model : model, stream, &path);
    sc_buf_char(&path, '\0');
    out->failed |= path.failed;
    if (!path.failed) {
        own = path.p;
        if (own[0] == '/' && has_version(t->prefix) && version_at(own + 1) > 0)
            own += 1 + version_at(own + 1);
        sc_buf_add(out, t->prefix, strlen(t->prefix));
        sc_buf_add(out, own, strlen(own));
    }
    sc_buf_free(&path);
}

bool sc_chain_leads_on(const struct sc_chain *c, const struct sc_verdict *v, bool at_home)
{
    if (v->class == SC_CLASS_NOT_FOUND && at_home && !v->of_model)
        return false;
    return c->on >> v->class & 1;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), k = strlen(end);

    return n >= k && strcmp(s + n - k, end) == 0;
}

bool sc_target_is_local(const struct sc_target *t)
{
    return t->url != NULL && (strcmp(t->host, "localhost") == 0 ||
                              ends_with(t->host, ".localhost") || strcmp(t->host, "::1") == 0 ||
                              (strncmp(t->host, "127.", 4) == 0 &&
                               strspn(t->host, "0123456789.") == strlen(t->host)));
}

bool sc_target_is_credential(const char *name, size_t n)
{
    static const char *const names[] = {"authorization", "proxy-authorization", "x-api-key",
                                        "api-key",       "x-goog-api-key",      "cookie"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == n && strncasecmp(names[i], name, n) == 0)
            return true;
    return false;
}
