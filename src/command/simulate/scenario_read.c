/* From a scenario's text to the struct: a walk along the rows, with the policy's own functions for
 * values and errors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "http/url.h"
#include "policy/document.h"
#include "policy/reader.h"
#include "policy/text.h"
#include "simulate/random.h"
#include "simulate/scenario_rows.h"
#include "http/nearest.h"

static const char *const fault_names[] = {"",
#define NAME(id, name) name,
                                          SC_SIM_FAULT_LIST(NAME)
#undef NAME
                                              NULL};

const char *sc_sim_fault_name(enum sc_sim_fault f)
{
    return (unsigned)f < SC_SIM_FAULTS ? fault_names[f] : "";
}

/* ---- what is not said ---- */

static void set_defaults(struct sc_scenario *s)
{
    *s = (struct sc_scenario){
        .for_ns = 120 * SC_NS_PER_S,
        .clients = 100,
        .processes = 10,
        .hosts = 1,
        .calls = {.url = "https://api.openai.com/v1/chat/completions",
                  .model = "gpt-4o-mini",
                  .every_ns = 10 * SC_NS_PER_S,
                  .day_ns = 86400 * SC_NS_PER_S,
                  .input = {500, 0.5},
                  .output = {150, 0.5},
                  .max_output = 1000,
                  .keys = 1},
        .programs = {.tries = 1,
                     .obeys_hints = true,
                     .backoff = {.base_ms = 500,
                                 .factor = 2,
                                 .max_ms = 8000,
                                 .jitter_ratio = 0.1,
                                 .jitter_ms = 300}},
        .service = {.turned_away = 503,
                    .first_token_ns = {400, 0.4},
                    .tokens_per_s = 100,
                    .fail_ns = 50 * SC_NS_PER_MS,
                    .burst = 1,
                    .tells_limits = true},
    };
}

static const struct sc_sim_event fresh_event = {
    .kind = -1, .for_ns = INT64_MAX, .fault = SC_SIM_S503, .factor = 0.3, .keys = 1};

/* ---- errors ---- */

static void say_keys(const struct sc_sim_table *t, char *buf, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s%s", n > 0 ? ", " : "", t->rows[i].o.key);
}

static void say_words(const char *const *words, char *buf, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; words[i] && n < size; i++)
        n += (size_t)snprintf(buf + n, size - n, "%s\"%s\"",
                              i == 0         ? ""
                              : words[i + 1] ? ", "
                                             : " or ",
                              words[i]);
}

static const char *nearest_key(const struct sc_sim_table *t, const char *typed)
{
    const char *keys[32] = {NULL};

    for (size_t i = 0; i < t->n && i + 1 < sizeof keys / sizeof *keys; i++)
        keys[i] = t->rows[i].o.key;
    return sc_word_nearest(keys, typed);
}

/* At a member whose key is not known. */
static void fail_key(struct sc_reader *r, const cJSON *item, const char *allowed, const char *near)
{
    size_t at = sc_document_key(r->doc, item), before;
    char found[SC_QUOTE_MAX];

    /* As it is written: a decoded key may hold anything. */
    sc_text_cut(r->doc->text + at + 1, sc_text_skip_scalar(r->doc->text, at) - at - 2, found,
                sizeof found);
    before = sc_reader_enter(r, found);
    sc_reader_fail(r, at, "found an unknown key, allowed %s%s%s%s", allowed,
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    sc_reader_leave(r, before);
}

/* ---- values ---- */

static int word_of(struct sc_reader *r, const cJSON *item, const char *const *words)
{
    bool text = (item->type & cJSON_String) != 0;
    int i = text ? sc_word_index(words, item->valuestring, strlen(item->valuestring)) : -1;
    char allowed[300];

    if (i >= 0)
        return i;
    say_words(words, allowed, sizeof allowed);
    sc_reader_fail_value(r, item, allowed, text ? sc_word_nearest(words, item->valuestring) : NULL);
    return -1;
}

static bool number_of(struct sc_reader *r, const cJSON *item, double min, double max, double *out)
{
    char allowed[80];

    if ((item->type & cJSON_Number) && sc_document_number(r->doc, item, out) && *out >= min &&
        *out <= max)
        return true;
    snprintf(allowed, sizeof allowed, "a number from %d to %d", (int)min, (int)max);
    sc_reader_fail_value(r, item, allowed, NULL);
    return false;
}

static void read_word(struct sc_reader *r, const cJSON *item, const struct sc_sim_row *row,
                      void *base)
{
    int i = word_of(r, item, row->words);

    if (i >= 0)
        memcpy((char *)base + row->o.offset, &i, sizeof i);
}

static void read_fault(struct sc_reader *r, const cJSON *item, const struct sc_sim_row *row,
                       void *base)
{
    int i = word_of(r, item, fault_names + 1) + 1;

    if (i > 0)
        memcpy((char *)base + row->o.offset, &i, sizeof i);
}

static void read_one_fault(struct sc_reader *r, const cJSON *item, double *faults)
{
    const char *const *names = fault_names + 1;
    int i = sc_word_index(names, item->string, strlen(item->string));
    char allowed[300];
    size_t before;

    if (i < 0) {
        say_words(names, allowed, sizeof allowed);
        fail_key(r, item, allowed, sc_word_nearest(names, item->string));
        return;
    }
    before = sc_reader_enter(r, item->string);
    (void)number_of(r, item, 0, 1, &faults[i + 1]);
    sc_reader_leave(r, before);
}

static void read_faults(struct sc_reader *r, const cJSON *item, const struct sc_sim_row *row,
                        void *base)
{
    double faults[SC_SIM_FAULTS] = {0}, sum = 0;

    if (!(item->type & cJSON_Object)) {
        sc_reader_fail_value(r, item, "an object of faults and their probabilities", NULL);
        return;
    }
    for (const cJSON *c = item->child; c && !r->stop; c = c->next)
        read_one_fault(r, c, faults);
    for (int i = 0; i < SC_SIM_FAULTS; i++)
        sum += faults[i];
    if (sum > 1 + 1e-9)
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found probabilities of more than 1 together, allowed 1 at most");
    memcpy((char *)base + row->o.offset, faults, sizeof faults);
}

static void read_numbers(struct sc_reader *r, const cJSON *item, const struct sc_sim_row *row,
                         void *base)
{
    struct sc_sim_calls *calls =
        (struct sc_sim_calls *)(void *)((char *)base + row->o.offset -
                                        offsetof(struct sc_sim_calls, n_day));
    double most = 0;
    size_t n = 0;

    if (!(item->type & cJSON_Array) || !item->child) {
        sc_reader_fail_value(r, item, "a list of 1 to 24 numbers", NULL);
        return;
    }
    for (const cJSON *c = item->child; c && !r->stop; c = c->next, n++) {
        size_t before = sc_reader_enter_index(r, n);

        if (n == SC_SIM_DAY)
            sc_reader_fail(r, sc_document_value(r->doc, c),
                           "found more than %d numbers, allowed %d at most", SC_SIM_DAY,
                           SC_SIM_DAY);
        else if (n < SC_SIM_DAY && number_of(r, c, row->o.min, row->o.max, &calls->day[n]) &&
                 calls->day[n] > most)
            most = calls->day[n];
        sc_reader_leave(r, before);
    }
    calls->n_day = n < SC_SIM_DAY ? n : SC_SIM_DAY;
    if (most <= 0 && !r->stop)
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found a day without calls, allowed at least one number above 0");
}

/* ---- objects ---- */

static void read_object(struct sc_reader *r, const cJSON *item, const struct sc_sim_table *t,
                        void *base);

static void read_events(struct sc_reader *r, const cJSON *item, const struct sc_sim_table *t,
                        struct sc_scenario *s)
{
    size_t i = 0;

    if (!(item->type & cJSON_Array)) {
        sc_reader_fail_value(r, item, "a list of events", NULL);
        return;
    }
    for (const cJSON *c = item->child; c && !r->stop; c = c->next, i++) {
        size_t before = sc_reader_enter_index(r, i);

        if (i == SC_SIM_EVENTS_MAX) {
            sc_reader_fail(r, sc_document_value(r->doc, c),
                           "found more than %d events, allowed %d at most", SC_SIM_EVENTS_MAX,
                           SC_SIM_EVENTS_MAX);
        } else if (i < SC_SIM_EVENTS_MAX) {
            s->events[i] = fresh_event;
            s->n_events = i + 1;
            read_object(r, c, t, &s->events[i]);
            if (s->events[i].kind < 0 && !r->stop)
                sc_reader_fail(r, sc_document_value(r->doc, c),
                               "found no kind, allowed one; each event needs it");
        }
        sc_reader_leave(r, before);
    }
}

static void read_value(struct sc_reader *r, const cJSON *item, const struct sc_sim_row *row,
                       void *base)
{
    switch (row->value) {
    case SC_SIM_WORD:
        read_word(r, item, row, base);
        break;
    case SC_SIM_FAULT:
        read_fault(r, item, row, base);
        break;
    case SC_SIM_FAULTS_OF:
        read_faults(r, item, row, base);
        break;
    case SC_SIM_NUMBERS:
        read_numbers(r, item, row, base);
        break;
    case SC_SIM_OBJECT:
        read_object(r, item, row->child, base);
        break;
    case SC_SIM_LIST:
        read_events(r, item, row->child, base);
        break;
    default:
        if (row->o.size > 0 || row->o.type == SC_TYPE_TEXT)
            sc_value_read(r, item, &row->o, base);
    }
}

static const struct sc_sim_row *find_row(const struct sc_sim_table *t, const char *key)
{
    for (size_t i = 0; i < t->n; i++)
        if (strcmp(t->rows[i].o.key, key) == 0)
            return &t->rows[i];
    return NULL;
}

static void read_member(struct sc_reader *r, const cJSON *item, const struct sc_sim_table *t,
                        void *base, uint64_t *seen)
{
    const struct sc_sim_row *row = find_row(t, item->string);
    char keys[400];
    size_t before;
    uint64_t bit;

    if (!row) {
        say_keys(t, keys, sizeof keys);
        fail_key(r, item, keys, nearest_key(t, item->string));
        return;
    }
    bit = UINT64_C(1) << (row - t->rows);
    before = sc_reader_enter(r, row->o.key);
    if (*seen & bit)
        sc_reader_fail(r, sc_document_key(r->doc, item),
                       "found the key a second time, allowed once");
    else
        read_value(r, item, row, base);
    *seen |= bit;
    sc_reader_leave(r, before);
}

static void read_object(struct sc_reader *r, const cJSON *item, const struct sc_sim_table *t,
                        void *base)
{
    uint64_t seen = 0;

    if (!(item->type & cJSON_Object)) {
        sc_reader_fail_value(r, item, "an object", NULL);
        return;
    }
    for (const cJSON *c = item->child; c && !r->stop; c = c->next)
        read_member(r, c, t, base, &seen);
}

/* ---- what goes together ---- */

/* Each has a memory of its own, of which an operating system has so many only. */
#define MEMORIES_MAX 10000

static void check(struct sc_reader *r, const struct sc_scenario *s)
{
    struct sc_url u;

    if (!sc_url_split(s->calls.url, strlen(s->calls.url), &u))
        sc_reader_fail(r, SIZE_MAX,
                       "calls.url: found \"%.100s\", allowed a plain http or https URL",
                       s->calls.url);
    if (s->processes > s->clients)
        sc_reader_fail(r, SIZE_MAX,
                       "processes: found %lld for %lld clients, allowed one for each at most",
                       (long long)s->processes, (long long)s->clients);
    if (s->hosts > s->processes)
        sc_reader_fail(r, SIZE_MAX,
                       "hosts: found %lld for %lld processes, allowed one for each at most",
                       (long long)s->hosts, (long long)s->processes);
    if (s->share == SC_SIM_BY_PROCESS && s->processes > MEMORIES_MAX)
        sc_reader_fail(r, SIZE_MAX,
                       "processes: found %lld that share nothing, allowed %d at most; \"share\": "
                       "\"host\" takes more",
                       (long long)s->processes, MEMORIES_MAX);
    for (size_t i = 0; i < s->n_events; i++) {
        const struct sc_sim_event *e = &s->events[i];

        if (e->kind == SC_SIM_BROWNOUT && s->service.capacity == 0)
            sc_reader_fail(r, SIZE_MAX,
                           "events[%zu]: found a brownout of a service of any capacity, "
                           "allowed with service.capacity",
                           i);
        if (e->kind == SC_SIM_APART && s->share != SC_SIM_BY_FLEET)
            sc_reader_fail(r, SIZE_MAX,
                           "events[%zu]: found \"apart\" of hosts that share nothing, "
                           "allowed with \"share\": \"fleet\"",
                           i);
    }
}

/* The document goes, its texts stay. */
static bool keep_texts(struct sc_scenario *s)
{
    s->owned_url = strdup(s->calls.url);
    s->owned_model = strdup(s->calls.model);
    s->calls.url = s->owned_url;
    s->calls.model = s->owned_model;
    return s->owned_url && s->owned_model;
}

static bool keep_first(const struct sc_policy_error *e, void *arg)
{
    memcpy(arg, e, sizeof *e);
    return false;
}

static bool from_document(struct sc_scenario *s, struct sc_document *d, const char *name,
                          struct sc_policy_error *err)
{
    struct sc_reader *r = calloc(1, sizeof *r);
    bool good = false;

    if (r) {
        r->doc = d;
        r->sink = keep_first;
        r->arg = err;
        snprintf(s->name, sizeof s->name, "%s", name);
        read_object(r, d->root, &sc_sim_top, s);
        if (r->errors == 0)
            check(r, s);
        good = r->errors == 0;
    }
    if (good && !keep_texts(s))
        good = false;
    if (!r || (good && !s->owned_url))
        snprintf(err->text, sizeof err->text, "out of memory");
    s->service.first_token_ns.median *= (double)SC_NS_PER_MS;
    free(r);
    sc_document_close(d);
    return good;
}

/* The name of a file without folders and suffix. */
static void name_of(const char *path, char *buf, size_t size)
{
    const char *slash = strrchr(path, '/'), *from = slash ? slash + 1 : path;
    size_t n = strlen(from);

    if (n > 5 && strcmp(from + n - 5, ".json") == 0)
        n -= 5;
    sc_text_cut(from, n, buf, size);
}

bool sc_scenario_load(struct sc_scenario *s, const char *path, struct sc_policy_error *err)
{
    struct sc_document d;
    char name[64];

    set_defaults(s);
    name_of(path, name, sizeof name);
    return sc_document_open(&d, path, err) && from_document(s, &d, name, err);
}

bool sc_scenario_parse(struct sc_scenario *s, const char *text, size_t n, const char *name,
                       struct sc_policy_error *err)
{
    struct sc_document d;

    set_defaults(s);
    return sc_document_parse(&d, text, n, name, err) && from_document(s, &d, name, err);
}

void sc_scenario_free(struct sc_scenario *s)
{
    free(s->owned_url);
    free(s->owned_model);
    s->owned_url = s->owned_model = NULL;
}

/* ---- its size ---- */

static int64_t grown(int64_t n, double by)
{
    int64_t to = (int64_t)((double)n * by + 0.5);

    return n > 0 && to < 1 ? 1 : to;
}

void sc_scenario_set_clients(struct sc_scenario *s, int64_t clients)
{
    double by = (double)clients / (double)s->clients;

    if (s->scales) {
        s->service.capacity = grown(s->service.capacity, by);
        s->service.queue = grown(s->service.queue, by);
        s->service.rpm = grown(s->service.rpm, by);
        s->service.tpm = grown(s->service.tpm, by);
    }
    s->clients = clients;
    if (s->processes > clients)
        s->processes = clients;
    if (s->hosts > s->processes)
        s->hosts = s->processes;
}

double sc_scenario_capacity(const struct sc_scenario *s)
{
    const struct sc_sim_service *is = &s->service;
    double takes =
        sc_sim_mean(&is->first_token_ns) / 1e9 + sc_sim_mean(&s->calls.output) / is->tokens_per_s;
    double tokens = sc_sim_mean(&s->calls.input) + sc_sim_mean(&s->calls.output), most = 0;

    if (is->capacity > 0)
        most = (double)is->capacity / takes;
    if (is->rpm > 0 && (most == 0 || (double)is->rpm / 60 < most))
        most = (double)is->rpm / 60;
    if (is->tpm > 0 && (most == 0 || (double)is->tpm / 60 / tokens < most))
        most = (double)is->tpm / 60 / tokens;
    return most;
}
