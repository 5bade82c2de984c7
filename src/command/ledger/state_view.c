#include "ledger/state_view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/breaker.h"
#include "state/folder.h"
#include "state/region.h"

/* Whether it is no fault that there is nothing: the folder is not there yet, or its record is not,
 * or tells of a boot before this one. */
static bool is_fresh(const char *path)
{
    struct sc_record r;
    char why[512], name[64];
    enum sc_record_state state;
    struct stat st;
    int folder;

    if (lstat(path, &st) != 0)
        return errno == ENOENT;
    folder = sc_folder_open(path, false, why, sizeof why);
    if (folder < 0)
        return false;
    sc_record_name(sc_state_layout(), name, sizeof name);
    state = sc_record_read(folder, name, &r);
    close(folder);
    return state == SC_RECORD_OK || state == SC_RECORD_MISSING;
}

bool sc_state_view_open(struct sc_state_view *v, const char *folder)
{
    memset(v, 0, sizeof *v);
    if (folder)
        setenv("STEADYCURL_STATE", folder, 1);
    if (!sc_region_folder(v->folder, sizeof v->folder))
        return false;
    v->region = sc_region_find(v->folder, v->why, sizeof v->why);
    v->unusable = v->why[0] && !is_fresh(v->folder);
    if (!v->region && !v->unusable && access(v->folder, F_OK) != 0)
        snprintf(v->why, sizeof v->why,
                 "no program has made a call that shares state in %.300s (%s)", v->folder,
                 strerror(errno));
    return true;
}

static struct sc_scope_view *scope_of(struct sc_state_view *v, const char *label)
{
    for (size_t i = 0; i < v->n; i++)
        if (strcmp(v->scopes[i].label, label) == 0)
            return &v->scopes[i];
    memset(&v->scopes[v->n], 0, sizeof v->scopes[v->n]);
    snprintf(v->scopes[v->n].label, sizeof v->scopes[v->n].label, "%s", label);
    return &v->scopes[v->n++];
}

static int by_label(const void *a, const void *b)
{
    return strcmp(((const struct sc_scope_view *)a)->label,
                  ((const struct sc_scope_view *)b)->label);
}

void sc_state_view_read(struct sc_state_view *v)
{
    char label[SC_LABEL_MAX + 1];

    v->n = 0;
    if (!v->scopes)
        v->scopes = malloc(SC_SLOTS * sizeof *v->scopes);
    if (!v->region || !v->scopes)
        return;
    for (size_t g = 0; g < SC_GROUPS; g++)
        for (size_t k = 0; k < SC_KINDS; k++) {
            struct sc_slot *s = &v->region->slots[g][k];

            if ((sc_word_read(&s->key) & 0xff) != k + 1 || k == SC_SLOT_LEASES ||
                k == SC_SLOT_HELD || k == SC_SLOT_HEDGE)
                continue;
            sc_label_read(&v->region->labels[g][k], label, sizeof label);
            if (label[0])
                scope_of(v, label)->words[k] = s->words;
        }
    qsort(v->scopes, v->n, sizeof *v->scopes, by_label);
}

void sc_label_part(const char *label, const char *name, char *buf, size_t n)
{
    size_t len = strlen(name);

    buf[0] = '\0';
    for (const char *p = label; p && *p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL)
        if (strncmp(p, name, len) == 0 && p[len] == '=') {
            snprintf(buf, n, "%.*s", (int)strcspn(p + len + 1, " "), p + len + 1);
            return;
        }
}

struct sc_breaker sc_breaker_view(sc_word *words, int64_t now_ns)
{
    /* Only the cap matters for reading; a damaged one must not matter. */
    int64_t most = (int64_t)(sc_word_read(&words[SC_W_OPEN_MAX_MS]) & 0xffffffff);
    struct sc_breaker_settings s = {.open_ms = 1, .open_max_ms = most ? most : 300000};

    return sc_breaker_read(sc_word_read(&words[SC_W_STATE]), &s, now_ns);
}
