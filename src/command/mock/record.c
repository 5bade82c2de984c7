#include "mock/record.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "mock/mask.h"
#include "mock/net.h"

#define TOTAL_MAX (256u << 20)
#define OUTCOMES_MAX 256

struct outcome_count {
    char *text;
    uint64_t n;
};

struct sc_mock_records {
    pthread_mutex_t lock;
    int64_t start_ms;
    struct sc_mock_buf ring[SC_MOCK_RECORDS];
    uint64_t first; /* the oldest entry still kept */
    uint64_t count;
    size_t total;   /* bytes of the ring */
    uint64_t round; /* how often everything was forgotten, plus one */
    uint64_t connections;
    struct outcome_count outcomes[OUTCOMES_MAX];
    int n_outcomes;
};

struct sc_mock_records *sc_mock_records_new(void)
{
    struct sc_mock_records *r = sc_mock_alloc(sizeof *r);
    pthread_mutex_init(&r->lock, NULL);
    r->start_ms = sc_mock_now_ms();
    r->round = 1;
    return r;
}

static void drop_oldest(struct sc_mock_records *r)
{
    struct sc_mock_buf *b = &r->ring[r->first++ % SC_MOCK_RECORDS];
    r->total -= b->n;
    sc_mock_buf_free(b);
}

static void clear(struct sc_mock_records *r)
{
    while (r->first < r->count)
        drop_oldest(r);
    for (int i = 0; i < r->n_outcomes; i++)
        free(r->outcomes[i].text);
    r->n_outcomes = 0;
    r->first = r->count = r->connections = 0;
    r->round++;
}

void sc_mock_records_reset(struct sc_mock_records *r)
{
    pthread_mutex_lock(&r->lock);
    clear(r);
    r->start_ms = sc_mock_now_ms();
    pthread_mutex_unlock(&r->lock);
}

void sc_mock_records_free(struct sc_mock_records *r)
{
    clear(r);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static bool is_text(const char *body, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t len = sc_mock_utf8_len((const unsigned char *)body + i, n - i);
        if (len == 0 || body[i] == 0)
            return false;
        i += len;
    }
    return true;
}

static void write_body(const struct sc_mock_entry *e, struct sc_mock_buf *b)
{
    size_t n = e->body_kept < SC_MOCK_RECORD_BODY ? e->body_kept : SC_MOCK_RECORD_BODY;
    struct sc_mock_buf shown = {0};
    sc_mock_mask(&shown, e->body, n);
    if (is_text(e->body, n)) {
        sc_mock_buf_str(b, ",\"body\":");
        sc_mock_buf_quote(b, shown.p, shown.n);
    } else {
        sc_mock_buf_str(b, ",\"body_base64\":\"");
        sc_mock_buf_base64(b, shown.p, shown.n);
        sc_mock_buf_str(b, "\"");
    }
    sc_mock_buf_free(&shown);
    sc_mock_buf_json(b, ",'body_bytes':%l,'body_sha256':%q", e->body_bytes, e->sha256);
}

static void count_outcome(struct sc_mock_records *r, const char *text)
{
    for (int i = 0; i < r->n_outcomes; i++)
        if (strcmp(r->outcomes[i].text, text) == 0) {
            r->outcomes[i].n++;
            return;
        }
    if (r->n_outcomes == OUTCOMES_MAX)
        return;
    r->outcomes[r->n_outcomes].text = sc_mock_strdup(text);
    r->outcomes[r->n_outcomes++].n = 1;
}

void sc_mock_records_add(struct sc_mock_records *r, const struct sc_mock_entry *e)
{
    struct sc_mock_buf rest = {0}, line = {0}, target = {0};
    sc_mock_mask(&target, e->target, strlen(e->target));
    sc_mock_buf_json(&rest, "'connection':%l,'method':%q,'path':%q,'headers':%s", e->peer->number,
                     e->method, target.p, e->headers);
    sc_mock_buf_free(&target);
    write_body(e, &rest);
    sc_mock_buf_json(&rest, ",'complete':%s,'outcome':%q}", e->complete ? "true" : "false",
                     e->outcome);
    pthread_mutex_lock(&r->lock);
    sc_mock_buf_json(&line, "{'n':%l,'time_ms':%l,", (long long)r->count + 1,
                     (long long)(sc_mock_now_ms() - r->start_ms));
    sc_mock_buf_add(&line, rest.p, rest.n);
    if (r->count - r->first == SC_MOCK_RECORDS)
        drop_oldest(r);
    r->ring[r->count++ % SC_MOCK_RECORDS] = line;
    r->total += line.n;
    while (r->total > TOTAL_MAX && r->first + 1 < r->count)
        drop_oldest(r);
    if (e->peer->counted != r->round) {
        e->peer->counted = r->round;
        r->connections++;
    }
    count_outcome(r, e->outcome);
    pthread_mutex_unlock(&r->lock);
    sc_mock_buf_free(&rest);
}

uint64_t sc_mock_records_count(struct sc_mock_records *r)
{
    pthread_mutex_lock(&r->lock);
    uint64_t n = r->count;
    pthread_mutex_unlock(&r->lock);
    return n;
}

void sc_mock_records_write(struct sc_mock_records *r, struct sc_mock_buf *b)
{
    pthread_mutex_lock(&r->lock);
    sc_mock_buf_str(b, "[");
    for (uint64_t i = r->first; i < r->count; i++) {
        const struct sc_mock_buf *line = &r->ring[i % SC_MOCK_RECORDS];
        sc_mock_buf_str(b, i > r->first ? ",\n" : "");
        sc_mock_buf_add(b, line->p, line->n);
    }
    sc_mock_buf_str(b, "]\n");
    pthread_mutex_unlock(&r->lock);
}

void sc_mock_records_write_count(struct sc_mock_records *r, struct sc_mock_buf *b)
{
    pthread_mutex_lock(&r->lock);
    sc_mock_buf_json(b, "{'requests':%l,'connections':%l,'outcomes':{", (long long)r->count,
                     (long long)r->connections);
    for (int i = 0; i < r->n_outcomes; i++)
        sc_mock_buf_json(b, "%s%q:%l", i ? "," : "", r->outcomes[i].text,
                         (long long)r->outcomes[i].n);
    sc_mock_buf_str(b, "}}\n");
    pthread_mutex_unlock(&r->lock);
}
