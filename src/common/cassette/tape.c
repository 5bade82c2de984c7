/* tape.c - exchanges written; see tape.h. How they are read is in tape_read.c. */
#include "cassette/tape.h"

#include <string.h>

#include "cassette/base64.h"
#include "core/time.h"
#include "http/valid.h"
#include "log/out.h"
#include "log/redact.h"
#include "state/siphash.h"
#include "store/canon.h"

enum { URL_MAX = 1 << 16 };

/* ---- parts ----------------------------------------------------------------------------------- */

/* A string that reads back as these very bytes: U+0000 does not, in our reader. */
static bool is_text(struct sc_str s)
{
    return s.n == 0 || (sc_utf8_valid(s) == s.n && !memchr(s.p, '\0', s.n));
}

static void put_bytes(struct sc_buf *out, struct sc_str s)
{
    if (is_text(s)) {
        sc_buf_char(out, '"');
        sc_buf_escaped(out, s);
        sc_buf_char(out, '"');
        return;
    }
    sc_buf_text(out, "{\"base64\":\"");
    sc_base64_put(out, s);
    sc_buf_text(out, "\"}");
}

/* Without its end. */
static struct sc_str next_line(struct sc_str *rest)
{
    const char *end = memchr(rest->p, '\n', rest->n);
    size_t n = end ? (size_t)(end - rest->p) : rest->n, used = end ? n + 1 : n;
    struct sc_str line = {rest->p, n > 0 && rest->p[n - 1] == '\r' ? n - 1 : n};

    rest->p += used;
    rest->n -= used;
    return line;
}

/* The empty line at the very end goes without saying. */
static void put_lines(struct sc_buf *out, struct sc_str lines)
{
    const char *between = "[";

    while (lines.n > 0) {
        struct sc_str line = next_line(&lines);

        if (line.n == 0 && lines.n == 0)
            break;
        sc_buf_add(out, between, 1);
        put_bytes(out, line);
        between = ",";
    }
    sc_buf_str(out, between[0] == '[' ? (struct sc_str){"[]", 2} : (struct sc_str){"]", 1});
}

static void put_time(struct sc_buf *out, int64_t ms)
{
    char text[40];
    struct sc_out o = {.p = text, .cap = sizeof text};

    sc_out_utc_time(&o, ms * SC_NS_PER_MS);
    sc_buf_add(out, o.p, o.n);
}

static void put_member(struct sc_buf *out, const char *name, struct sc_str value)
{
    sc_buf_add(out, name, strlen(name));
    put_bytes(out, value);
}

static void put_number(struct sc_buf *out, const char *name, int64_t value)
{
    sc_buf_add(out, name, strlen(name));
    sc_buf_number(out, value);
}

/* ---- the line -------------------------------------------------------------------------------- */

static void put_request(const struct sc_tape *t, struct sc_buf *out)
{
    put_member(out, ",\"request\":{\"method\":", t->method);
    put_member(out, ",\"url\":", t->url);
    if (t->hash[0])
        put_member(out, ",\"hash\":", (struct sc_str){t->hash, strlen(t->hash)});
    if (t->size >= 0)
        put_number(out, ",\"size\":", t->size);
    sc_buf_text(out, ",\"headers\":");
    put_lines(out, t->headers);
    if (t->body.p)
        put_member(out, ",\"body\":", t->body);
    sc_buf_char(out, '}');
}

static void put_pieces(const struct sc_tape *t, struct sc_buf *out)
{
    sc_buf_text(out, ",\"pieces\":[");
    for (size_t i = 0; i < t->n_pieces; i++) {
        put_number(out, i > 0 ? ",[" : "[", t->pieces[i].us);
        put_number(out, ",", (int64_t)t->pieces[i].n);
        sc_buf_char(out, ']');
    }
    sc_buf_char(out, ']');
}

static void put_answer(const struct sc_tape *t, struct sc_buf *out)
{
    put_number(out, ",\"answer\":{\"code\":", t->code);
    if (t->error.n > 0)
        put_member(out, ",\"error\":", t->error);
    put_number(out, ",\"us\":", t->us);
    if (t->redirects > 0)
        put_number(out, ",\"redirects\":", t->redirects);
    if (t->led_to.n > 0)
        put_member(out, ",\"url\":", t->led_to);
    if (t->head.n > 0) {
        put_number(out, ",\"head_us\":", t->head_us);
        sc_buf_text(out, ",\"head\":");
        put_lines(out, t->head);
    }
    if (t->head.n > 0 || t->content.n > 0) { /* a body alone is HTTP/0.9's */
        put_pieces(t, out);
        put_member(out, ",\"body\":", t->content);
    }
    sc_buf_char(out, '}');
}

void sc_tape_write(const struct sc_tape *t, struct sc_buf *out)
{
    put_number(out, "{\"cassette\":", SC_TAPE_VERSION);
    if (t->time_ms > 0) {
        sc_buf_text(out, ",\"time\":\"");
        put_time(out, t->time_ms);
        sc_buf_char(out, '"');
    }
    if (t->program.n > 0)
        put_member(out, ",\"program\":", t->program);
    if (t->attempts > 0)
        put_number(out, ",\"attempts\":", t->attempts);
    put_request(t, out);
    put_answer(t, out);
    sc_buf_text(out, "}\n");
}

/* ---- what calls are found by ----------------------------------------------------------------- */

static void put_plain(struct sc_buf *out, struct sc_str s)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];

        if (c > ' ' && c < 0x7f) {
            sc_buf_char(out, (char)c);
            continue;
        }
        sc_buf_char(out, '%');
        sc_buf_char(out, hex[c >> 4]);
        sc_buf_char(out, hex[c & 15]);
    }
}

void sc_tape_url(bool https, struct sc_str host, int port, struct sc_str path, struct sc_str query,
                 struct sc_buf *out)
{
    bool literal = memchr(host.p, ':', host.n) != NULL;
    struct sc_buf url = {.max = URL_MAX};
    char *to;

    sc_buf_str(&url, https ? (struct sc_str){"https://", 8} : (struct sc_str){"http://", 7});
    sc_buf_add(&url, "[", literal);
    put_plain(&url, host);
    sc_buf_add(&url, "]", literal);
    if (port > 0 && port != (https ? 443 : 80)) {
        sc_buf_char(&url, ':');
        sc_buf_number(&url, port);
    }
    put_plain(&url, path);
    if (query.n > 0) {
        sc_buf_char(&url, '?');
        put_plain(&url, query);
    }
    to = url.failed ? NULL : sc_buf_room(out, 4 * url.n + 1);
    if (to)
        out->n += sc_redact(url.p, url.n, to, 4 * url.n + 1);
    sc_buf_free(&url);
}

void sc_tape_hash(struct sc_str body, char out[SC_TAPE_HASH])
{
    static const uint64_t keys[2][2] = {{0x63617373, 0x65747465}, {0x74617065, 0x626f6479}};
    struct sc_buf canon = {.max = SC_TAPE_LINE_MAX};
    static const struct sc_canon_rules all;
    struct sc_str text = body;
    struct sc_out o = {.p = out, .cap = SC_TAPE_HASH - 1};

    if (sc_canon_json(body, &all, &canon) && !canon.failed)
        text = sc_buf_view(&canon);
    for (int i = 0; i < 2; i++)
        sc_out_hex(&o, sc_siphash(keys[i], text.n > 0 ? text.p : "", text.n));
    out[o.n] = '\0';
    sc_buf_free(&canon);
}

size_t sc_tape_last_block(struct sc_str head)
{
    struct sc_str rest = head;
    size_t begin = 0;

    while (rest.n > 0)
        if (next_line(&rest).n == 0 && rest.n > 0)
            begin = head.n - rest.n;
    return begin;
}

int sc_tape_status(struct sc_str head)
{
    struct sc_str block = {head.p + sc_tape_last_block(head), 0}, line;
    const char *blank;
    int status = 0;

    block.n = (size_t)(head.p + head.n - block.p);
    line = block.n > 0 ? next_line(&block) : block;
    blank = line.n > 0 ? memchr(line.p, ' ', line.n) : NULL;
    if (!blank)
        return 0;
    for (const char *p = blank + 1; p < line.p + line.n && *p >= '0' && *p <= '9' && status < 1000;
         p++)
        status = status * 10 + (*p - '0');
    return status;
}
