/* batch.c - see batch.h. */
#include "log/batch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "core/ring.h"
#include "core/time.h"
#include "log/file.h"
#include "log/open.h"
#include "state/journal.h"
#include "state/state.h"

/* Lines that are written with one call of the system. */
enum { TOGETHER = 64 };

/* How much of a file's end is searched for lines that a dead process may have written. */
enum { SEARCHED = 1 << 18 };

/* What this process knows of the log that it writes. The journal is valid for the path. */
static _Atomic(struct sc_journal *) journal;
static _Atomic(const char *) path;
static _Atomic(struct sc_region *) region;
static _Atomic uint64_t root; /* where the path begins */
static _Atomic int64_t look_again_ms;
static _Atomic int64_t last_out_ms;
static _Atomic bool waiting; /* this process has put lines in since it last wrote them out */
static _Atomic bool ended;   /* its end is past: nobody will write out what comes now */

/* Who looks anew; a pid, so that a child that was forked in the middle is not kept from it. */
static _Atomic pid_t looking;
static struct sc_log before; /* under `looking`: the log that the journal belongs to */

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / SC_NS_PER_MS;
}

/* After a chroot the path names another file, which what others have put in is not for. */
static uint64_t root_now(void)
{
    struct stat st;

    return stat("/", &st) == 0 ? (uint64_t)st.st_dev << 48 ^ (uint64_t)st.st_ino : 0;
}

/* ---- writing out ---- */

/* Whether the end of the file has the line already. */
static bool is_there(const char *end, size_t n, const struct sc_ring_text *line)
{
    return memmem(end, n, line->p, line->n) != NULL;
}

/* Of the lines that a process was writing when it died, those that it had written. They are the
 * first of those that wait: how many. */
static size_t already_written(const struct sc_log *log, const struct sc_ring_text *lines, size_t n)
{
    char *end = malloc(SEARCHED);
    ssize_t got = end ? sc_log_read_end(log->path, end, SEARCHED) : 0;
    size_t there = 0;

    while (got > 0 && there < n && is_there(end, (size_t)got, &lines[there]))
        there++;
    free(end);
    return there;
}

static int write_together(const struct sc_log *log, const struct sc_ring_text *lines, size_t n,
                          size_t *written)
{
    struct iovec parts[TOGETHER];

    for (size_t i = 0; i < n; i++)
        parts[i] = (struct iovec){(void *)(uintptr_t)lines[i].p, lines[i].n};
    return sc_log_append_all(log, parts, n, written);
}

/* Under the journal's lease. */
static int write_waiting(const struct sc_log *log, struct sc_journal *j, bool left)
{
    struct sc_ring_text lines[TOGETHER];
    size_t n, done, written;
    int error = 0;

    while (error == 0 && (n = sc_ring_look(&j->ring, now_ms(), lines, TOGETHER)) > 0) {
        done = left ? already_written(log, lines, n) : 0;
        left = left && done == n;
        written = 0;
        if (done < n)
            error = write_together(log, lines + done, n - done, &written);
        sc_ring_free(&j->ring, lines, done + written);
    }
    return error;
}

static int write_out(const struct sc_log *log, const struct sc_region *r, struct sc_journal *j)
{
    int error = 0, rounds = 4, cancel;
    bool left, again = true;
    uint64_t lease;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    while (again && rounds-- > 0 && sc_journal_begin(r, j, &lease, &left)) {
        error = write_waiting(log, j, left);
        again = sc_journal_end(j, lease) && error == 0;
    }
    pthread_setcancelstate(cancel, NULL);
    return error;
}

/* ---- finding the journal ---- */

/* False: what that path names is no regular file, nor to become one, and its lines are not to
 * wait; or nobody can tell. */
static bool place_of(const char *log, char real[PATH_MAX], struct sc_journal_place *p)
{
    struct stat st;
    char *slash;

    if (!sc_log_resolve(log, real) || (stat(real, &st) == 0 && !S_ISREG(st.st_mode)))
        return false;
    if (strncmp(real, "/proc/", 6) == 0 || strncmp(real, "/dev/fd/", 8) == 0)
        return false;
    slash = strrchr(real, '/');
    if (!slash)
        return false;
    p->name = slash + 1;
    if (slash == real) {
        if (stat("/", &st) != 0)
            return false;
    } else {
        *slash = '\0';
        if (stat(real, &st) != 0)
            return false;
    }
    p->dev = (uint64_t)st.st_dev;
    p->ino = (uint64_t)st.st_ino;
    return true;
}

static struct sc_journal *journal_in(struct sc_region *r, const char *log, bool make)
{
    char real[PATH_MAX];
    struct sc_journal_place p;

    return place_of(log, real, &p) ? sc_journal_find(r, &p, make) : NULL;
}

/* What still waits for the log of before (the policy, or the state's record, has changed). */
static void leave(struct sc_journal *j)
{
    struct sc_region *r = atomic_load(&region);

    if (j && r && before.path && root_now() == root && atomic_exchange(&waiting, false))
        (void)write_out(&before, r, j);
}

static void look(const struct sc_log *log, int64_t now)
{
    struct sc_region *r = sc_region_get(sc_state_now());
    struct sc_journal *was = atomic_load(&journal), *j = NULL;

    if (r && sc_region_is_shared() && sc_journal_lasts(r))
        j = journal_in(r, log->path, true);
    if (j != was) {
        atomic_store(&journal, NULL);
        leave(was);
    }
    before = *log;
    root = root_now();
    atomic_store(&path, log->path);
    atomic_store(&region, r);
    atomic_store(&journal, j);
    atomic_store(&look_again_ms, now + SC_BATCH_MS);
}

static struct sc_journal *known_journal(const struct sc_log *log)
{
    struct sc_journal *j = atomic_load_explicit(&journal, memory_order_acquire);

    /* Looked at again behind the path: another thread may be exchanging both. */
    return atomic_load_explicit(&path, memory_order_acquire) == log->path &&
                   atomic_load_explicit(&journal, memory_order_acquire) == j
               ? j
               : NULL;
}

static struct sc_journal *journal_of(const struct sc_log *log, int64_t now)
{
    pid_t self, who;
    int cancel;

    if (now < atomic_load_explicit(&look_again_ms, memory_order_relaxed) &&
        atomic_load_explicit(&path, memory_order_relaxed) == log->path)
        return known_journal(log);
    self = getpid();
    who = atomic_load(&looking);
    if (who == self || !atomic_compare_exchange_strong(&looking, &who, self))
        return NULL;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    look(log, now);
    pthread_setcancelstate(cancel, NULL);
    atomic_store(&looking, 0);
    return known_journal(log);
}

/* ---- */

/* Once more by where the root is now: what is written at once is rare enough. */
static int write_out_own(const struct sc_log *log, struct sc_journal *j)
{
    struct sc_region *r = atomic_load(&region);

    if (root_now() == root)
        return write_out(log, r, j);
    atomic_store(&look_again_ms, 0);
    return 0;
}

static bool is_due(int64_t now)
{
    return now - atomic_load_explicit(&last_out_ms, memory_order_relaxed) >= SC_BATCH_MS ||
           atomic_load_explicit(&ended, memory_order_relaxed);
}

bool sc_batch_put(const struct sc_log *log, const char *line, size_t n, bool at_once, int *error)
{
    int64_t now = now_ms();
    struct sc_journal *j = journal_of(log, now);
    unsigned there;

    *error = 0;
    if (!j)
        return false;
    at_once = at_once || is_due(now);
    if (at_once)
        atomic_store_explicit(&last_out_ms, now, memory_order_relaxed);
    if (at_once && sc_ring_waiting(&j->ring) == 0)
        return false;
    there = sc_ring_put(&j->ring, line, n, now);
    if (there > 0 && !at_once && there < SC_BATCH_LINES) {
        atomic_store_explicit(&waiting, true, memory_order_relaxed);
        return true;
    }
    *error = write_out_own(log, j);
    return there > 0;
}

bool sc_batch_waits(void)
{
    return atomic_load_explicit(&waiting, memory_order_relaxed);
}

void sc_batch_flush(const struct sc_log *log, bool for_good)
{
    int error = errno;
    struct sc_journal *j = log->path ? known_journal(log) : NULL;

    if (for_good)
        atomic_store(&ended, true);
    if (atomic_exchange(&waiting, false) && j)
        (void)write_out_own(log, j);
    errno = error;
}

int sc_batch_write_out(struct sc_region *r, const struct sc_log *log)
{
    struct sc_journal *j = journal_in(r, log->path, false);

    return j && sc_ring_waiting(&j->ring) > 0 ? write_out(log, r, j) : 0;
}
