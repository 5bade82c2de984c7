/* runtime.c - see runtime.h. */
#include "process/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "log/batch.h"
#include "log/place.h"

#include "core/time.h"
#include "policy/home.h"
#include "policy/trust.h"

enum { RECHECK_NS = 20000000 };

int64_t sc_now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * SC_NS_PER_S + ts.tv_nsec;
}

static int64_t coarse_now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    return ts.tv_sec * SC_NS_PER_S + ts.tv_nsec;
}

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t sc_random64(void)
{
    static _Atomic uint64_t seed, counter;
    uint64_t s = atomic_load_explicit(&seed, memory_order_relaxed);

    if (s == 0) {
        if (getrandom(&s, sizeof s, GRND_NONBLOCK) != (ssize_t)sizeof s)
            s = mix((uint64_t)sc_now_ns() ^ (uintptr_t)&s);
        s |= 1;
        atomic_store_explicit(&seed, s, memory_order_relaxed);
    }
    /* The time keeps a parent and its forked child apart, without a system call. */
    return mix(mix(s ^ (uint64_t)sc_now_ns()) +
               atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed));
}

uint64_t sc_random_next(uint64_t *sequence)
{
    *sequence += UINT64_C(0x9e3779b97f4a7c15);
    return mix(*sequence);
}

/* A policy as it was loaded; never freed. */
struct loaded {
    const struct sc_policy *policy; /* NULL: nothing usable */
    struct stat file;               /* as it was just before reading; zero: it could not be seen */
    char *log_path; /* $STEADYCURL_LOG ("": none), or the default one; NULL: the policy's */
    bool log_by_default;
    struct sc_log log; /* what all of that comes to: asked twice a call */
    char path[];       /* "": the built-in one */
};

enum { PATH_ROOM = 4096 };

static _Atomic(struct loaded *) current;
static _Atomic int64_t checked_ns;
static _Atomic pid_t loading;

static bool is_strict(void)
{
    const char *v = getenv("STEADYCURL_STRICT");

    return v && *v && strcmp(v, "0") != 0;
}

static void say(const struct sc_policy *p, const char *text)
{
    struct sc_log log = sc_runtime_log(p);

    sc_log_complain(&log, text);
}

/* One line for each new version of its policy that a running process meets. */
__attribute__((format(printf, 3, 4))) static void
say_reloaded(const struct sc_policy *p, enum sc_log_level level, const char *format, ...)
{
    struct sc_event e = {.kind = SC_EVENT_POLICY,
                         .level = level,
                         .ms = -1,
                         .retry_after_ms = -1,
                         .input_tokens = -1,
                         .output_tokens = -1};
    struct sc_log log = sc_runtime_log(p);
    char text[SC_POLICY_ERROR_MAX + 128];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    e.text = text;
    if (log.path)
        sc_log_event(&log, &e);
    else if (level == SC_LOG_ERROR)
        sc_log_complain(&log, text);
}

static void set_log_path(struct loaded *l)
{
    const char *named = getenv("STEADYCURL_LOG");
    char path[PATH_ROOM], home[PATH_ROOM];

    if (!named && !l->path[0]) {
        if (!sc_home(home, sizeof home))
            home[0] = '\0';
        l->log_by_default = sc_log_default_path(home, path, sizeof path);
    }
    if (l->log_by_default)
        l->log_path = strdup(path);
    else if (named)
        l->log_path = strdup(named);
}

/* A "~" that nobody can resolve is no reason to run without the policy, but is said. */
static void check_log(const struct loaded *l)
{
    if (!l->log_path && sc_policy_log(l->policy)->homeless)
        say(l->policy, "no log: \"~\" in log.path stands for a home, and neither HOME nor "
                       "/etc/passwd names one");
}

static void look_at(const char *path, struct stat *st)
{
    if (stat(path, st) != 0)
        memset(st, 0, sizeof *st);
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* A bad version counts as seen, too: it is complained about once. */
static bool file_changed(const struct loaded *l)
{
    struct stat now;

    look_at(l->path, &now);
    return now.st_dev != l->file.st_dev || now.st_ino != l->file.st_ino ||
           now.st_size != l->file.st_size || !same_time(now.st_mtim, l->file.st_mtim) ||
           !same_time(now.st_ctim, l->file.st_ctim);
}

/* A file that could not be opened for want of a descriptor says nothing: it is looked at again. */
static bool is_short_of_descriptors(void)
{
    int fd = open("/", O_PATH | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    return fd < 0 && (errno == EMFILE || errno == ENFILE);
}

/* Most of the room that a path may take is given back. */
static struct loaded *shrink(struct loaded *l)
{
    void *less = realloc(l, offsetof(struct loaded, path) + strlen(l->path) + 1);

    if (less)
        l = less;
    return l;
}

/* A policy that anybody may write is none that root goes by. */
static struct sc_policy *load_trusted(const char *path, struct sc_policy_error *error)
{
    static const char refused[] = "policy refused: ";

    memcpy(error->text, refused, sizeof refused);
    if (sc_policy_trust(path, geteuid(), error->text + sizeof refused - 1,
                        sizeof error->text - sizeof refused + 1) == SC_TRUST_REFUSED)
        return NULL;
    return sc_policy_load(path, error);
}

static struct loaded *read_policy(const struct loaded *keep)
{
    struct loaded *l = calloc(1, sizeof *l + PATH_ROOM);
    struct sc_policy_error error;

    if (!l)
        return NULL;
    if (!sc_policy_find(l->path, PATH_ROOM)) {
        l->path[0] = '\0';
        set_log_path(l);
        l->policy = sc_policy_builtin();
        return shrink(l);
    }
    l = shrink(l);
    set_log_path(l);
    look_at(l->path, &l->file);
    l->policy = load_trusted(l->path, &error);
    if (!l->policy && is_short_of_descriptors())
        memset(&l->file, 0, sizeof l->file);
    if (l->policy) {
        check_log(l);
        if (keep)
            say_reloaded(l->policy, SC_LOG_INFO, "its file has changed and is in force, %zu rules",
                         sc_policy_rule_count(l->policy));
    } else if (keep && keep->policy) {
        say_reloaded(keep->policy, SC_LOG_ERROR, "refused, the one of before stays: %s",
                     error.text);
        l->policy = keep->policy;
    } else {
        say(NULL, error.text);
    }
    return l;
}

static struct sc_log log_of(const struct loaded *l, const struct sc_policy *p)
{
    const struct sc_log_settings *set = p ? sc_policy_log(p) : NULL;
    const char *path = l ? l->log_path : getenv("STEADYCURL_LOG");
    struct sc_log log = {.format = SC_LOG_TEXT,
                         .level = SC_LOG_INFO,
                         .max_bytes = INT64_C(64) << 20,
                         .mode = 0600,
                         .batch = true,
                         .by_default = l && l->log_by_default};

    if (set) {
        log.path = set->path;
        log.format = set->format;
        log.level = set->level;
        log.max_bytes = set->max_bytes;
        log.mode = set->mode;
        log.batch = set->flush == SC_LOG_BATCH;
    }
    if (p && sc_policy_is_traced(p)) {
        log.format = SC_LOG_JSON;
        log.level = SC_LOG_DEBUG;
        log.batch = false;
    }
    if (path) /* "": none */
        log.path = *path ? path : NULL;
    return log;
}

/* Reads the policy that the environment asks for. keep: what stays if the new one is bad. */
static struct loaded *load(const struct loaded *keep)
{
    struct loaded *l = read_policy(keep);

    if (l)
        l->log = log_of(l, l->policy);
    return l;
}

/* One thread loads, the others go on with what there is. The mark is a pid, so that a child forked
 * in the middle is not kept from loading for ever. */
static void reload(struct loaded *old)
{
    pid_t self = getpid(), owner = atomic_load(&loading);
    struct loaded *l;

    if (owner == self || !atomic_compare_exchange_strong(&loading, &owner, self))
        return;
    l = load(old);
    if (l)
        atomic_store(&current, l);
    atomic_store(&loading, 0);
}

static struct loaded *first_load(void)
{
    struct loaded *l = load(NULL), *expected = NULL;

    if (l && !atomic_compare_exchange_strong(&current, &expected, l)) {
        free(l);
        l = expected;
    }
    return l;
}

static bool time_to_look(void)
{
    int64_t now = coarse_now_ns(), last = atomic_load_explicit(&checked_ns, memory_order_relaxed);

    if (now - last < RECHECK_NS)
        return false;
    atomic_store_explicit(&checked_ns, now, memory_order_relaxed);
    return true;
}

/* A thread of the program that is cancelled in here would leave the mark of who loads, and no other
 * would ever load again. */
static struct loaded *bring_up_to_date(struct loaded *l)
{
    int saved = errno, cancel;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    if (!l) {
        l = first_load();
        time_to_look();
    } else {
        if (file_changed(l))
            reload(l);
        l = atomic_load_explicit(&current, memory_order_acquire);
    }
    pthread_setcancelstate(cancel, NULL);
    errno = saved;
    return l;
}

const struct sc_policy *sc_runtime_policy(bool *strict)
{
    struct loaded *l = atomic_load_explicit(&current, memory_order_acquire);

    if (!l || (l->path[0] && time_to_look()))
        l = bring_up_to_date(l);
    *strict = l && !l->policy && is_strict();
    return l ? l->policy : NULL;
}

struct sc_log sc_runtime_log(const struct sc_policy *p)
{
    const struct loaded *l = atomic_load_explicit(&current, memory_order_acquire);

    return l && l->policy == p ? l->log : log_of(l, p);
}

void sc_runtime_flush_log(bool for_good)
{
    const struct loaded *l;
    struct sc_log log;

    if (!for_good && !sc_batch_waits())
        return;
    l = atomic_load_explicit(&current, memory_order_acquire);
    log = sc_runtime_log(l ? l->policy : NULL);
    sc_batch_flush(&log, for_good);
}

/* At the end of the process, or when the engine is unloaded. */
__attribute__((destructor)) static void flush_for_good(void)
{
    sc_runtime_flush_log(true);
}
