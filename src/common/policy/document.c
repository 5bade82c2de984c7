#include "policy/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/time.h"
#include "policy/text.h"

void sc_stamp_fill(struct sc_policy_stamp *stamp, const void *stat_buffer)
{
    const struct stat *st = stat_buffer;

    stamp->dev = st->st_dev;
    stamp->ino = st->st_ino;
    stamp->size = st->st_size;
    stamp->mtime_ns = (int64_t)st->st_mtim.tv_sec * SC_NS_PER_S + st->st_mtim.tv_nsec;
    stamp->ctime_ns = (int64_t)st->st_ctim.tv_sec * SC_NS_PER_S + st->st_ctim.tv_nsec;
}

void sc_document_error(const struct sc_document *d, size_t offset, const char *path,
                       struct sc_policy_error *err, const char *format, ...)
{
    va_list args;
    int n;

    err->line = err->column = 0;
    if (offset == SIZE_MAX) {
        n = snprintf(err->text, sizeof err->text, "%s: ", d->name);
    } else {
        sc_text_place(d->text, d->n, offset, &err->line, &err->column);
        n = snprintf(err->text, sizeof err->text, "%s:%d:%d: %s%s", d->name, err->line, err->column,
                     path, path[0] != '\0' ? ": " : "");
    }
    if (n < 0 || (size_t)n >= sizeof err->text)
        return;
    va_start(args, format);
    vsnprintf(err->text + n, sizeof err->text - (size_t)n, format, args);
    va_end(args);
}

/* Leaves each value's offset in the tree. Depth was bounded by sc_text_scan. */
static size_t annotate(const char *text, size_t at, cJSON *item)
{
    at = sc_text_skip_space(text, at);
    item->valueint = (int)at;
    if (!(item->type & (cJSON_Array | cJSON_Object)))
        return sc_text_skip_scalar(text, at);
    at++;
    for (cJSON *child = item->child; child != NULL; child = child->next) {
        if (item->type & cJSON_Object) {
            at = sc_text_skip_space(text, at);
            at = sc_text_skip_scalar(text, at);
            at = sc_text_skip_space(text, at) + 1; /* the colon */
        }
        at = annotate(text, at, child);
        at = sc_text_skip_space(text, at);
        if (child->next != NULL)
            at++; /* the comma */
    }
    return sc_text_skip_space(text, at) + 1;
}

static bool parse(struct sc_document *d, struct sc_policy_error *err)
{
    struct sc_cjson json;
    const char *end = NULL;
    const char *problem;
    char why[160];
    size_t at = 0;

    problem = sc_text_scan(d->text, d->n, SC_DOCUMENT_DEPTH_MAX, &at);
    if (problem != NULL) {
        sc_document_error(d, at, "", err, "%s", problem);
        return false;
    }
    if (!sc_cjson_api(&json)) {
        sc_document_error(d, SIZE_MAX, "", err, "%s", SC_CJSON_MISSING);
        return false;
    }
    d->root = json.parse(d->text, d->n, &end, 0);
    at = end == NULL ? 0 : (size_t)(end - d->text);
    if (d->root != NULL && sc_text_skip_space_to(d->text, at, d->n) == d->n) {
        annotate(d->text, 0, d->root);
        return true;
    }
    at = sc_text_explain_syntax(d->text, d->n, at, why, sizeof why);
    sc_document_error(d, at, "syntax", err, "%s", why);
    return false;
}

/* Takes over `text`, which ends in a NUL that n does not count. */
static bool adopt(struct sc_document *d, char *text, size_t n, struct sc_policy_error *err)
{
    bool good = false;

    d->owned = text;
    d->text = text;
    d->n = n;
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        d->text += 3;
        d->n -= 3;
    }
    if (sc_text_skip_space_to(d->text, 0, d->n) == d->n)
        sc_document_error(d, SIZE_MAX, "", err, "found an empty file, allowed a JSON object");
    else
        good = parse(d, err);
    if (!good)
        sc_document_close(d);
    return good;
}

bool sc_document_parse(struct sc_document *d, const char *text, size_t n, const char *name,
                       struct sc_policy_error *err)
{
    char *copy;

    memset(d, 0, sizeof *d);
    d->name = name;
    if (n > SC_DOCUMENT_MAX) {
        sc_document_error(d, SIZE_MAX, "", err, "found %zu bytes, allowed at most %d (4 MiB)", n,
                          SC_DOCUMENT_MAX);
        return false;
    }
    copy = malloc(n + 1);
    if (copy == NULL) {
        sc_document_error(d, SIZE_MAX, "", err, "out of memory");
        return false;
    }
    memcpy(copy, text, n);
    copy[n] = '\0';
    return adopt(d, copy, n, err);
}

static const char *kind_of_file(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a directory";
    if (S_ISFIFO(mode))
        return "a named pipe";
    if (S_ISCHR(mode) || S_ISBLK(mode))
        return "a device";
    if (S_ISSOCK(mode))
        return "a socket";
    return "no regular file";
}

/* Reads what fstat promised and not more; a file that grows meanwhile is cut and fails to parse,
 * one that shrinks is taken as it is. */
static char *read_all(int fd, size_t size, size_t *got)
{
    char *text = malloc(size + 1);
    ssize_t n;

    *got = 0;
    while (text != NULL && *got < size) {
        n = read(fd, text + *got, size - *got);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            free(text);
            return NULL;
        }
        *got += (size_t)n;
    }
    if (text != NULL)
        text[*got] = '\0';
    return text;
}

static char *load(int fd, struct sc_document *d, struct sc_policy_error *err)
{
    struct stat st;
    char *text;

    if (fstat(fd, &st) != 0) {
        sc_document_error(d, SIZE_MAX, "", err, "can't be read: %s", strerrordesc_np(errno));
        return NULL;
    }
    if (!S_ISREG(st.st_mode)) {
        sc_document_error(d, SIZE_MAX, "", err, "found %s, allowed a regular file",
                          kind_of_file(st.st_mode));
        return NULL;
    }
    if (st.st_size > SC_DOCUMENT_MAX) {
        sc_document_error(d, SIZE_MAX, "", err, "found %lld bytes, allowed at most %d (4 MiB)",
                          (long long)st.st_size, SC_DOCUMENT_MAX);
        return NULL;
    }
    sc_stamp_fill(&d->stamp, &st);
    text = read_all(fd, (size_t)st.st_size, &d->n);
    if (text == NULL)
        sc_document_error(d, SIZE_MAX, "", err, "can't be read: %s", strerrordesc_np(errno));
    return text;
}

bool sc_document_open(struct sc_document *d, const char *path, struct sc_policy_error *err)
{
    char *text;
    int fd;

    memset(d, 0, sizeof *d);
    d->name = path;
    fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        sc_document_error(d, SIZE_MAX, "", err, "can't be read: %s", strerrordesc_np(errno));
        return false;
    }
    text = load(fd, d, err);
    close(fd);
    return text != NULL && adopt(d, text, d->n, err);
}

void sc_document_close(struct sc_document *d)
{
    struct sc_cjson json;

    if (d->root != NULL && sc_cjson_api(&json))
        json.delete(d->root);
    free(d->owned);
    d->root = NULL;
    d->owned = NULL;
}

size_t sc_document_value(const struct sc_document *d, const cJSON *item)
{
    (void)d;
    return (size_t)item->valueint;
}

size_t sc_document_key(const struct sc_document *d, const cJSON *item)
{
    size_t at = (size_t)item->valueint;

    if (item->string == NULL)
        return at;
    while (at > 0 && d->text[at] != ':')
        at--;
    while (at > 0 && d->text[at] != '"')
        at--;
    return sc_text_string_start(d->text, at);
}

void sc_document_quote(const struct sc_document *d, const cJSON *item, char *buf, size_t size)
{
    size_t at = (size_t)item->valueint;
    size_t end = sc_text_skip_scalar(d->text, at);

    if (item->type & cJSON_Object)
        snprintf(buf, size, "an object");
    else if (item->type & cJSON_Array)
        snprintf(buf, size, "a list");
    else
        sc_text_cut(d->text + at, end - at, buf, size);
}

bool sc_document_number(const struct sc_document *d, const cJSON *item, double *value)
{
    size_t at = (size_t)item->valueint;

    return sc_number_read(d->text + at, sc_text_skip_scalar(d->text, at) - at, value);
}
