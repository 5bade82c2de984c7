/* har_write.c - see har.h. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cassette/base64.h"
#include "archive/har.h"
#include "cassette/tape.h"
#include "http/header.h"
#include "http/url.h"
#include "http/valid.h"
#include "steadycurl/version.h"

static void put(struct sc_buf *out, const char *text)
{
    sc_buf_add(out, text, strlen(text));
}

/* What is no UTF-8 is shown as far as it is. */
static void put_string(struct sc_buf *out, struct sc_str s)
{
    sc_buf_char(out, '"');
    while (s.n > 0) {
        size_t good = sc_utf8_valid(s);

        sc_buf_escaped(out, (struct sc_str){s.p, good});
        s.p += good;
        s.n -= good;
        if (s.n > 0) {
            put(out, "\xef\xbf\xbd");
            s.p++;
            s.n--;
        }
    }
    sc_buf_char(out, '"');
}

static void put_text(struct sc_buf *out, const char *name, struct sc_str s)
{
    put(out, name);
    put_string(out, s);
}

static void put_number(struct sc_buf *out, const char *name, int64_t n)
{
    put(out, name);
    sc_buf_number(out, n);
}

/* Milliseconds with their fraction. */
static void put_ms(struct sc_buf *out, const char *name, int64_t us)
{
    char text[48];

    us = us < 0 ? 0 : us;
    snprintf(text, sizeof text, "%lld.%03d", (long long)(us / 1000), (int)(us % 1000));
    put(out, name);
    put(out, text);
}

/* ---- lines ----------------------------------------------------------------------------------- */

static struct sc_str next_line(struct sc_str *rest)
{
    const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
    struct sc_str line = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
    size_t used = line.n + (end != NULL);

    rest->p += used;
    rest->n -= used;
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

static bool split(struct sc_str line, struct sc_str *name, struct sc_str *value)
{
    const char *colon = line.n > 0 ? memchr(line.p, ':', line.n) : NULL;

    if (!colon || colon == line.p)
        return false;
    *name = (struct sc_str){line.p, (size_t)(colon - line.p)};
    *value = sc_str_trim((struct sc_str){colon + 1, line.n - name->n - 1});
    return true;
}

static void put_headers(struct sc_buf *out, struct sc_str lines)
{
    const char *between = "";
    struct sc_str name, value;

    put(out, "\"headers\":[");
    while (lines.n > 0) {
        if (!split(next_line(&lines), &name, &value))
            continue;
        put(out, between);
        put_text(out, "{\"name\":", name);
        put_text(out, ",\"value\":", value);
        sc_buf_char(out, '}');
        between = ",";
    }
    sc_buf_char(out, ']');
}

static struct sc_str header(struct sc_str lines, const char *wanted)
{
    struct sc_str name, value;

    while (lines.n > 0)
        if (split(next_line(&lines), &name, &value) && sc_str_is(name, wanted))
            return value;
    return (struct sc_str){"", 0};
}

/* ---- the request ----------------------------------------------------------------------------- */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void put_decoded(struct sc_buf *out, struct sc_str s)
{
    struct sc_buf plain = {.max = s.n + 1};

    for (size_t i = 0; i < s.n; i++) {
        bool coded =
            s.p[i] == '%' && i + 2 < s.n && digit(s.p[i + 1]) >= 0 && digit(s.p[i + 2]) >= 0;

        sc_buf_char(&plain, coded           ? (char)(digit(s.p[i + 1]) << 4 | digit(s.p[i + 2]))
                            : s.p[i] == '+' ? ' '
                                            : s.p[i]);
        i += coded ? 2 : 0;
    }
    put_string(out, sc_buf_view(&plain));
    sc_buf_free(&plain);
}

static void put_query(struct sc_buf *out, struct sc_str url)
{
    const char *mark = memchr(url.p, '?', url.n), *between = "";
    struct sc_str rest = mark ? (struct sc_str){mark, url.n - (size_t)(mark - url.p)} : url;

    put(out, ",\"queryString\":[");
    while (mark && rest.n > 0) { /* begins with the sign before a name */
        struct sc_str field = {rest.p + 1, rest.n - 1};
        const char *stop = memchr(field.p, '&', field.n), *equal;

        field.n = stop ? (size_t)(stop - field.p) : field.n;
        equal = memchr(field.p, '=', field.n);
        put(out, between);
        put(out, "{\"name\":");
        put_decoded(out, (struct sc_str){field.p, equal ? (size_t)(equal - field.p) : field.n});
        put(out, ",\"value\":");
        put_decoded(out, equal ? (struct sc_str){equal + 1, field.n - (size_t)(equal + 1 - field.p)}
                               : (struct sc_str){"", 0});
        sc_buf_char(out, '}');
        between = ",";
        rest = (struct sc_str){field.p + field.n, rest.n - 1 - field.n};
    }
    sc_buf_char(out, ']');
}

static void put_request(struct sc_buf *out, const struct sc_tape *t, struct sc_str version)
{
    struct sc_str type = header(t->headers, "content-type");

    put_text(out, ",\"request\":{\"method\":", t->method);
    put_text(out, ",\"url\":", t->url);
    put_text(out, ",\"httpVersion\":", version);
    put(out, ",\"cookies\":[],");
    put_headers(out, t->headers);
    put_query(out, t->url);
    if (t->body.n > 0) {
        put_text(out, ",\"postData\":{\"mimeType\":",
                 type.n > 0 ? type : (struct sc_str){"application/json", 16});
        put(out, ",\"params\":[]");
        put_text(out, ",\"text\":", t->body);
        sc_buf_char(out, '}');
    }
    put_number(out, ",\"headersSize\":-1,\"bodySize\":", t->size);
    sc_buf_char(out, '}');
}

/* ---- the answer ------------------------------------------------------------------------------ */

static bool is_text(struct sc_str s)
{
    return s.n == 0 || (sc_utf8_valid(s) == s.n && !memchr(s.p, '\0', s.n));
}

static void put_content(struct sc_buf *out, const struct sc_tape *t, struct sc_str block)
{
    put_number(out, ",\"content\":{\"size\":", (int64_t)t->content.n);
    put_text(out, ",\"mimeType\":", header(block, "content-type"));
    put(out, ",\"text\":");
    if (is_text(t->content)) {
        put_string(out, t->content);
    } else {
        sc_buf_char(out, '"');
        sc_base64_put(out, t->content);
        put(out, "\",\"encoding\":\"base64\"");
    }
    sc_buf_char(out, '}');
}

/* "HTTP/1.1 200 OK" */
static struct sc_str phrase_of(struct sc_str line)
{
    const char *blank = memchr(line.p, ' ', line.n), *end = line.p + line.n;

    blank = blank ? memchr(blank + 1, ' ', (size_t)(end - blank - 1)) : NULL;
    return blank ? (struct sc_str){blank + 1, (size_t)(end - blank - 1)} : (struct sc_str){"", 0};
}

static void put_response(struct sc_buf *out, const struct sc_tape *t, struct sc_str block,
                         struct sc_str line, struct sc_str version)
{
    put_number(out, ",\"response\":{\"status\":", sc_tape_status(t->head));
    put_text(out, ",\"statusText\":", phrase_of(line));
    put_text(out, ",\"httpVersion\":", version);
    put(out, ",\"cookies\":[],");
    put_headers(out, block);
    put_content(out, t, block);
    put_text(out, ",\"redirectURL\":", header(block, "location"));
    put_number(out, ",\"headersSize\":", t->head.n > 0 ? (int64_t)block.n : -1);
    put_number(out, ",\"bodySize\":", t->head.n > 0 ? (int64_t)t->content.n : -1);
    if (t->code != 0)
        put_text(out, ",\"_error\":", t->error.n > 0 ? t->error : (struct sc_str){"failed", 6});
    sc_buf_char(out, '}');
}

/* What the format has no place for: a cassette's line less the bodies. */
static void put_own(struct sc_buf *out, const struct sc_tape *t)
{
    struct sc_tape less = *t;
    size_t at;

    less.body = less.content = (struct sc_str){NULL, 0};
    put(out, ",\"_steadycurl\":");
    at = out->n;
    sc_tape_write(&less, out);
    if (!out->failed && out->n > at)
        out->n--; /* the line's end */
}

static void put_when(struct sc_buf *out, int64_t ms)
{
    time_t s = (time_t)(ms / 1000);
    struct tm utc = {.tm_year = 70, .tm_mday = 1};
    char text[64];

    gmtime_r(&s, &utc);
    snprintf(text, sizeof text, "{\"startedDateTime\":\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
             utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
             (int)(ms % 1000));
    put(out, text);
}

static void put_entry(struct sc_buf *out, const struct sc_tape *t)
{
    size_t at = sc_tape_last_block(t->head);
    struct sc_str block = {t->head.p + at, t->head.n - at}, rest = block, line = next_line(&rest);
    struct sc_str version = {"HTTP/1.1", 8};
    int64_t head_us = t->head_us >= 0 && t->head_us <= t->us ? t->head_us : t->us;

    if (line.n > 0)
        version = (struct sc_str){line.p, strcspn(line.p, " \r\n")};
    put_when(out, t->time_ms);
    put_ms(out, ",\"time\":", t->us);
    put_request(out, t, version);
    put_response(out, t, rest, line, version);
    put(out, ",\"cache\":{},\"timings\":{\"blocked\":-1,\"dns\":-1,\"connect\":-1,\"send\":0");
    put_ms(out, ",\"wait\":", head_us);
    put_ms(out, ",\"receive\":", t->us - head_us);
    put(out, ",\"ssl\":-1}");
    put_own(out, t);
    sc_buf_char(out, '}');
}

bool sc_har_write(const struct sc_cassette *c, struct sc_buf *out, size_t *bad)
{
    struct sc_cassette_place at;
    const char *between = "\n", *why;

    *bad = 0;
    put(out, "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"steadycurl\",\"version\":"
             "\"" SC_VERSION "\"},\"entries\":[");
    for (size_t i = 0; sc_cassette_at(c, i, &at); i++) {
        struct sc_buf memory = {0};
        struct sc_tape t;

        if (sc_tape_read(at.line, &t, &memory, &why)) {
            put(out, between);
            put_entry(out, &t);
            between = ",\n";
        } else {
            ++*bad;
        }
        sc_tape_free(&t, &memory);
    }
    put(out, "\n]}}\n");
    return !out->failed;
}
