#include "mock/script.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock/buf.h"

#define MAX_FAULTS 32
#define ID_BUCKETS 256
#define IDS_MAX                                                                      \
    10000 /* then all are forgotten: a client that counts them up cannot fill memory \
           */

/* A script with the position in it. */
struct track {
    struct sc_script *script;
    uint64_t turn;
};

struct path_track {
    struct path_track *next;
    char *path;
    struct track track;
};

struct id_track {
    struct id_track *next;
    char *id;
    char *text;
    struct track track;
};

struct sc_mock_plan {
    pthread_mutex_t lock;
    struct track main;
    struct path_track *paths;
    struct id_track *ids[ID_BUCKETS];
    int n_ids;
    struct {
        struct sc_script *script;
        double rate;
    } faults[MAX_FAULTS];
    int n_faults;
    uint64_t seed;
    uint64_t draws;
};

struct sc_script *sc_mock_script_parse(const char *text, bool files, char *err, size_t err_n)
{
    struct sc_script_error e;
    struct sc_script *s = sc_script_parse(text, strlen(text), files ? SC_SCRIPT_FILES : 0, &e);
    if (!s)
        snprintf(err, err_n, "%s", e.text);
    return s;
}

struct sc_mock_plan *sc_mock_plan_new(void)
{
    struct sc_mock_plan *p = sc_mock_alloc(sizeof *p);
    pthread_mutex_init(&p->lock, NULL);
    p->seed = 1;
    return p;
}

static void free_ids(struct sc_mock_plan *p)
{
    for (int i = 0; i < ID_BUCKETS; i++)
        while (p->ids[i]) {
            struct id_track *t = p->ids[i];
            p->ids[i] = t->next;
            sc_script_unref(t->track.script);
            free(t->id);
            free(t->text);
            free(t);
        }
    p->n_ids = 0;
}

void sc_mock_plan_free(struct sc_mock_plan *p)
{
    free_ids(p);
    while (p->paths) {
        struct path_track *t = p->paths;
        p->paths = t->next;
        sc_script_unref(t->track.script);
        free(t->path);
        free(t);
    }
    for (int i = 0; i < p->n_faults; i++)
        sc_script_unref(p->faults[i].script);
    sc_script_unref(p->main.script);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void sc_mock_plan_set_script(struct sc_mock_plan *p, struct sc_script *s)
{
    pthread_mutex_lock(&p->lock);
    sc_script_unref(p->main.script);
    p->main = (struct track){s, 0};
    pthread_mutex_unlock(&p->lock);
}

void sc_mock_plan_set_path(struct sc_mock_plan *p, const char *path, struct sc_script *s)
{
    struct path_track *t = sc_mock_alloc(sizeof *t);
    struct path_track **end = &p->paths;
    t->path = sc_mock_strdup(path);
    t->track.script = s;
    while (*end)
        end = &(*end)->next;
    *end = t;
}

bool sc_mock_plan_add_fault(struct sc_mock_plan *p, struct sc_script *s, double rate)
{
    double sum = rate;
    for (int i = 0; i < p->n_faults; i++)
        sum += p->faults[i].rate;
    if (p->n_faults == MAX_FAULTS || rate < 0 || sum > 1.000001)
        return false;
    p->faults[p->n_faults].script = s;
    p->faults[p->n_faults++].rate = rate;
    return true;
}

void sc_mock_plan_set_seed(struct sc_mock_plan *p, uint64_t seed)
{
    p->seed = seed;
}

void sc_mock_plan_reset(struct sc_mock_plan *p)
{
    pthread_mutex_lock(&p->lock);
    p->main.turn = 0;
    p->draws = 0;
    for (struct path_track *t = p->paths; t; t = t->next)
        t->track.turn = 0;
    free_ids(p);
    pthread_mutex_unlock(&p->lock);
}

static bool path_fits(const char *pattern, const char *path)
{
    size_t n = strlen(pattern);
    if (n && pattern[n - 1] == '*')
        return strncmp(pattern, path, n - 1) == 0;
    return strcmp(pattern, path) == 0;
}

/* splitmix64 (Steele, Lea, Flood 2014) of seed and draw number: the same seed, the same faults. */
static double draw(struct sc_mock_plan *p)
{
    uint64_t z = p->seed * 0x9e3779b97f4a7c15ULL + ++p->draws * 0xd1342543de82ef95ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static const struct sc_outcome *take(struct track *t, struct sc_script **script)
{
    *script = sc_script_ref(t->script);
    return sc_script_at(t->script, t->turn++);
}

static struct id_track *find_id(struct sc_mock_plan *p, const char *id)
{
    unsigned h = 5381;
    for (const char *c = id; *c; c++)
        h = h * 33 + (unsigned char)*c;
    struct id_track **bucket = &p->ids[h % ID_BUCKETS];
    for (struct id_track *t = *bucket; t; t = t->next)
        if (strcmp(t->id, id) == 0)
            return t;
    if (p->n_ids == IDS_MAX)
        free_ids(p);
    p->n_ids++;
    struct id_track *t = sc_mock_alloc(sizeof *t);
    t->id = sc_mock_strdup(id);
    t->next = *bucket;
    return *bucket = t;
}

/* A request's own script: goes on where its id left off, and starts anew with another text. */
static const struct sc_outcome *take_own(struct sc_mock_plan *p, const struct sc_mock_wish *wish,
                                         struct sc_script **script, char *err, size_t err_n)
{
    struct id_track *t = find_id(p, wish->id ? wish->id : "");
    if (!t->text || strcmp(t->text, wish->script) != 0) {
        struct sc_script *s = sc_mock_script_parse(wish->script, false, err, err_n);
        if (!s)
            return NULL;
        sc_script_unref(t->track.script);
        free(t->text);
        t->text = sc_mock_strdup(wish->script);
        t->track = (struct track){s, 0};
    }
    return take(&t->track, script);
}

static const struct sc_outcome *take_fault(struct sc_mock_plan *p, struct sc_script **script)
{
    static const struct sc_outcome ok = SC_OUTCOME("200", 200);
    double at = p->n_faults ? draw(p) : 1, sum = 0;
    *script = NULL;
    for (int i = 0; i < p->n_faults; i++) {
        sum += p->faults[i].rate;
        if (at < sum) {
            *script = sc_script_ref(p->faults[i].script);
            return sc_script_at(*script, 0);
        }
    }
    return &ok;
}

static const struct sc_outcome *next_locked(struct sc_mock_plan *p, const struct sc_mock_wish *wish,
                                            struct sc_script **script, char *err, size_t err_n)
{
    if (wish->outcome) {
        *script = sc_mock_script_parse(wish->outcome, false, err, err_n);
        return *script ? sc_script_at(*script, 0) : NULL;
    }
    if (wish->script)
        return take_own(p, wish, script, err, err_n);
    for (struct path_track *t = p->paths; t; t = t->next)
        if (path_fits(t->path, wish->path))
            return take(&t->track, script);
    if (p->main.script)
        return take(&p->main, script);
    return take_fault(p, script);
}

const struct sc_outcome *sc_mock_plan_next(struct sc_mock_plan *p, const struct sc_mock_wish *wish,
                                           struct sc_script **script, char *err, size_t err_n)
{
    *script = NULL;
    pthread_mutex_lock(&p->lock);
    const struct sc_outcome *o = next_locked(p, wish, script, err, err_n);
    pthread_mutex_unlock(&p->lock);
    return o;
}
