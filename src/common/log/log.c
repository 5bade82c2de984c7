/* log.c - see log.h. */
#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/time.h"
#include "log/batch.h"
#include "log/file.h"
#include "log/out.h"

#define COMPLAINT_MAX 1024

size_t sc_log_format(const struct sc_log *log, const struct sc_event *e, int64_t wall_ns, char *buf,
                     size_t n)
{
    if (n < 3)
        return 0;
    struct sc_out o = {buf, 0, n - 3}; /* '}', newline, NUL */
    bool json = log->format == SC_LOG_JSON;
    if (!(json ? sc_log_json(e, wall_ns, &o) : sc_log_text(log, e, wall_ns, &o)))
        return 0;
    o.cap = n - 1;
    if (json)
        SC_OUT_LITERAL(&o, "}");
    SC_OUT_LITERAL(&o, "\n");
    buf[o.n] = '\0';
    return o.n;
}

/* Where the program has closed descriptor 2, its number may by now belong to a file of the
 * program's own. What came through exec has no close-on-exec flag; most of a program's own have. */
static bool stderr_is_inherited(void)
{
    int flags = fcntl(STDERR_FILENO, F_GETFD);
    int mode = fcntl(STDERR_FILENO, F_GETFL);
    return flags >= 0 && !(flags & FD_CLOEXEC) && mode >= 0 && (mode & O_ACCMODE) != O_RDONLY;
}

/* Once per process. */
static void complain_to_stderr(const char *text, const char *detail, const char *why)
{
    static atomic_flag said = ATOMIC_FLAG_INIT;
    char line[COMPLAINT_MAX], clean[COMPLAINT_MAX];
    if (atomic_flag_test_and_set(&said) || !stderr_is_inherited())
        return;
    struct sc_out o = {line, 0, sizeof line - 1};
    SC_OUT_LITERAL(&o, "steadycurl: ");
    sc_redact(text, strlen(text), clean, sizeof clean / 2);
    sc_out_string(&o, clean);
    if (detail)
        sc_out_bytes(&o, detail, strnlen(detail, COMPLAINT_MAX / 4));
    if (why) {
        SC_OUT_LITERAL(&o, ": ");
        sc_out_string(&o, why);
    }
    for (size_t i = 0; i < o.n; i++)
        if (line[i] == '\n' || line[i] == '\r')
            line[i] = ' ';
    o.cap = sizeof line;
    SC_OUT_LITERAL(&o, "\n");
    sc_log_write(STDERR_FILENO, line, o.n);
}

static int64_t wall_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * SC_NS_PER_S + t.tv_nsec;
}

/* Whoever watches the log may be waiting for it, or have to do something about it. */
static bool is_news(const struct sc_event *e)
{
    switch (e->kind) {
    case SC_EVENT_CALL:
    case SC_EVENT_ATTEMPT:
    case SC_EVENT_WAITED:
        return e->level < SC_LOG_INFO;
    default:
        return true;
    }
}

/* Returns 0 or an errno. */
static int write_event(const struct sc_log *log, const struct sc_event *e)
{
    char line[SC_LOG_LINE_MAX];
    size_t n = sc_log_format(log, e, wall_now(), line, sizeof line);
    int error;
    if (n == 0)
        return 0;
    if (log->batch && sc_batch_put(log, line, n, is_news(e), &error))
        return error;
    return sc_log_append(log, line, n);
}

void sc_log_event(const struct sc_log *log, const struct sc_event *e)
{
    if (!log || !log->path || e->level > log->level)
        return;
    int before = errno;
    int error = write_event(log, e);
    if (error && !log->by_default)
        complain_to_stderr("cannot write the log ", log->path, sc_log_errno_words(error));
    errno = before;
}

void sc_log_complain(const struct sc_log *log, const char *text)
{
    int before = errno;
    struct sc_event e = {.kind = SC_EVENT_NOTE,
                         .level = SC_LOG_ERROR,
                         .ms = -1,
                         .retry_after_ms = -1,
                         .input_tokens = -1,
                         .output_tokens = -1,
                         .text = text};
    if (!log || !log->path || write_event(log, &e) != 0)
        complain_to_stderr(text, NULL, NULL);
    errno = before;
}
