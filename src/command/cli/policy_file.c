/* policy_file.c - see policy_file.h. */
#include "cli/policy_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/document.h"
#include "policy/trust.h"

char *sc_read_whole(const char *path, size_t most, size_t *n)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char *text = f ? malloc(most + 1) : NULL;
    bool ok = text != NULL;
    if (ok) {
        *n = fread(text, 1, most, f);
        text[*n] = '\0';
        ok = !ferror(f);
    }
    if (f && f != stdin)
        fclose(f);
    if (ok)
        return text;
    free(text);
    return NULL;
}

static struct sc_policy *from_stdin(struct sc_policy_error *error)
{
    size_t n;
    /* One byte more than is allowed, so that what is too long is not cut but refused. */
    char *text = sc_read_whole("-", SC_DOCUMENT_MAX + 1, &n);
    struct sc_policy *p = NULL;
    if (text)
        p = sc_policy_parse(text, n, "standard input", error);
    else
        snprintf(error->text, sizeof error->text, "standard input cannot be read");
    free(text);
    return p;
}

struct sc_policy *sc_policy_file_load(const struct sc_usage *u, const char *named,
                                      char path[PATH_MAX])
{
    struct sc_policy_error error = {.text = "out of memory"};
    struct sc_policy *p;
    if (named && strcmp(named, "-") == 0) {
        snprintf(path, PATH_MAX, "standard input");
        p = from_stdin(&error);
    } else if (named) {
        snprintf(path, PATH_MAX, "%s", named);
        p = sc_policy_load(named, &error);
    } else if (sc_policy_find(path, PATH_MAX)) {
        p = sc_policy_load(path, &error);
    } else {
        snprintf(path, PATH_MAX, "built-in (no file found)");
        p = sc_policy_builtin();
    }
    if (!p)
        sc_usage_wrong(u, "%s", error.text);
    return p;
}

bool sc_policy_file_trusted(const struct sc_usage *u, const char *path)
{
    char why[PATH_MAX * 2 + 128];
    enum sc_trust trust = sc_policy_trust(path, geteuid(), why, sizeof why);
    if (trust != SC_TRUST_GOOD)
        sc_usage_wrong(u, "%s: %s: %s", path,
                       trust == SC_TRUST_REFUSED ? "refused for root" : "warning", why);
    return trust != SC_TRUST_REFUSED;
}
