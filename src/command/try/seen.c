/* seen.c - see seen.h. */
#include "try/seen.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/log_line.h"

enum { OPEN_MAX = 64, PART_MIN = 8 };

/* ---- the trace ------------------------------------------------------------------------------- */

/* Calls that have met a fault, and whose end has not been told yet. */
struct open {
    char call[24];
    int64_t since_ms;
};

struct reader {
    struct sc_try_seen *seen;
    struct open open[OPEN_MAX];
    size_t n_open;
};

static void add_request(struct sc_try_seen *seen, int64_t begin, int64_t end)
{
    size_t i = seen->requests++;

    if (i < SC_TRY_REQUESTS_MAX)
        seen->request[i] = (struct sc_try_request){begin, end};
}

static void add_host(struct sc_try_hosts *hosts, const struct sc_log_line *l)
{
    enum sc_provider p = sc_provider_by_name(l->provider);

    if (!hosts || !l->host[0] || hosts->n == SC_TRY_HOSTS_MAX)
        return;
    for (size_t i = 0; i < hosts->n; i++)
        if (strcmp(hosts->list[i].name, l->host) == 0)
            return;
    memcpy(hosts->list[hosts->n].name, l->host, sizeof l->host);
    hosts->list[hosts->n++].provider = p == SC_PROVIDER_COUNT ? SC_PROVIDER_OPENAI_COMPATIBLE : p;
}

static void opened(struct reader *r, const struct sc_log_line *l)
{
    if (strncmp(l->text, "it did not happen", 17) == 0) {
        r->seen->faults--;
        return;
    }
    r->seen->faults++;
    if (r->n_open == OPEN_MAX)
        return;
    memcpy(r->open[r->n_open].call, l->call, sizeof l->call);
    r->open[r->n_open++].since_ms = l->time_ms;
}

static void closed(struct reader *r, const struct sc_log_line *l)
{
    for (size_t i = 0; i < r->n_open; i++)
        if (strcmp(r->open[i].call, l->call) == 0) {
            r->open[i] = r->open[--r->n_open];
            return;
        }
}

static void take(struct reader *r, const struct sc_log_line *l)
{
    int64_t ms = l->ms > 0 ? l->ms : 0;

    if (strcmp(l->event, "fault") == 0) {
        opened(r, l);
    } else if (strcmp(l->event, "attempt") == 0) {
        closed(r, l);
        add_request(r->seen, l->time_ms - ms, l->time_ms);
    } else if (strcmp(l->event, "call") == 0 && l->attempts <= 0 &&
               strcmp(l->reason, "fault") == 0) {
        closed(r, l);
        add_request(r->seen, l->time_ms - ms, l->time_ms);
    }
}

static int by_begin(const void *a, const void *b)
{
    const struct sc_try_request *x = a, *y = b;

    return x->begin_ms < y->begin_ms ? -1 : x->begin_ms > y->begin_ms;
}

void sc_try_read_trace(struct sc_try_seen *seen, struct sc_str trace, struct sc_try_hosts *hosts)
{
    struct reader r = {.seen = seen};
    size_t known;

    for (const char *p = trace.p, *end = p + trace.n; p < end;) {
        const char *feed = memchr(p, '\n', (size_t)(end - p));
        size_t n = feed ? (size_t)(feed - p) : (size_t)(end - p);
        struct sc_log_line l;

        if (sc_log_line_read(&l, p, n)) {
            take(&r, &l);
            add_host(hosts, &l);
        }
        p += n + (feed != NULL);
    }
    for (size_t i = 0; i < r.n_open; i++)
        add_request(seen, r.open[i].since_ms, -1);
    known = seen->requests < SC_TRY_REQUESTS_MAX ? seen->requests : SC_TRY_REQUESTS_MAX;
    qsort(seen->request, known, sizeof *seen->request, by_begin);
}

/* ---- the output ------------------------------------------------------------------------------ */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Past a number, or one other byte. Times and counts differ from run to run. */
static size_t step(struct sc_str s, size_t i)
{
    size_t n = i + 1;

    while (is_digit(s.p[i]) && n < s.n && is_digit(s.p[n]))
        n++;
    return n;
}

static bool are_same(struct sc_str a, struct sc_str b)
{
    size_t i = 0, k = 0;

    while (i < a.n && k < b.n) {
        if (is_digit(a.p[i]) != is_digit(b.p[k]) || (!is_digit(a.p[i]) && a.p[i] != b.p[k]))
            return false;
        i = step(a, i);
        k = step(b, k);
    }
    return i == a.n && k == b.n;
}

/* Whitespace at the end is the program's own way to end a line. */
static struct sc_str trimmed(struct sc_str s)
{
    while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r' || s.p[s.n - 1] == ' '))
        s.n--;
    return s;
}

static bool is_part(struct sc_str whole, struct sc_str s)
{
    s = trimmed(s);
    return s.n >= PART_MIN && s.n < trimmed(whole).n && memmem(whole.p, whole.n, s.p, s.n);
}

void sc_try_compare(struct sc_try_seen *seen, const struct sc_try_output *o,
                    const struct sc_try_output *calm)
{
    seen->out_len = trimmed(o->out).n;
    seen->same = !calm || are_same(o->out, calm->out);
    if (!calm)
        return;
    seen->part = !seen->same && is_part(calm->out, o->out);
    seen->said = (trimmed(o->err).n > 0 && !are_same(o->err, calm->err)) ||
                 (seen->out_len > 0 && !seen->same && !seen->part);
}

bool sc_try_leaks(const struct sc_try_output *o, const char *const *keys)
{
    for (; *keys; keys++) {
        size_t n = strlen(*keys);

        if (memmem(o->out.p, o->out.n, *keys, n) || memmem(o->err.p, o->err.n, *keys, n))
            return true;
    }
    return false;
}
