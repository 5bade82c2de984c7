#include "state/books.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/money.h"
#include "core/time.h"
#include "state/folder.h"
#include "state/region.h"
#include "state/siphash.h"

/* The name carries the version: a file of another one is left alone. */
#define NAME "spent-1"
#define MAGIC UINT64_C(0x746e657073646561)

#define RECORDS 1024
/* A record is at one of these many places, side by side: one read gets them all. */
#define PLACES 16

/* Where a write takes longer than this, on a network say, only one percent of the time is given
 * to it. */
#define SLOW_NS SC_NS_PER_MS
#define REST 100
#define REST_MAX_NS (10000 * SC_NS_PER_MS)

struct record {
    uint64_t magic, id;
    int64_t period, spent, told;
    uint32_t per, refused;
    char label[SC_LABEL_MAX];
    uint64_t unused[6];
    uint64_t checksum; /* last */
};
_Static_assert(sizeof(struct record) == 256, "records do not straddle the disk's sectors");

static const uint64_t checksum_key[2] = {MAGIC, 1};

static uint64_t checksum(const struct record *r)
{
    return sc_siphash(checksum_key, r, offsetof(struct record, checksum));
}

static bool is_good(const struct record *r)
{
    return r->magic == MAGIC && r->per <= SC_PERIOD_EVER && r->spent >= 0 && r->told >= 0 &&
           r->checksum == checksum(r);
}

static void complain(const char *path, const char *what)
{
    static _Atomic bool said;
    char text[400];

    if (atomic_exchange(&said, true))
        return;
    snprintf(text, sizeof text, "%.200s/" NAME ": %s; what budgets have spent is not kept", path,
             what);
    sc_region_note(text);
}

/* ---- the file ---- */

static bool under(const char *variable, const char *rest, char *buf, size_t n)
{
    const char *v = secure_getenv(variable);
    int len = v && v[0] == '/' ? snprintf(buf, n, "%s%s", v, rest) : -1;

    return len > 0 && (size_t)len < n;
}

/* Who has become root may have the HOME of before: root's folders there would be in its way. */
static bool is_at_home(const char *home)
{
    struct stat st;

    return geteuid() != 0 || (stat(home, &st) == 0 && st.st_uid == 0);
}

bool sc_books_folder(char *buf, size_t n)
{
    const char *given = secure_getenv("STEADYCURL_STATE");

    if (given && *given)
        return sc_region_folder(buf, n);
    if (under("XDG_STATE_HOME", "/steadycurl", buf, n) ||
        (under("HOME", "", buf, n) && is_at_home(buf) &&
         under("HOME", "/.local/state/steadycurl", buf, n)))
        return true;
    if (geteuid() == 0)
        return snprintf(buf, n, "/var/lib/steadycurl") < (int)n;
    return sc_region_folder(buf, n);
}

static bool is_ours(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
           !(st.st_mode & 022);
}

/* -1: not there, or not to be had. `write`: make it if it is missing, and say what is wrong. */
static int open_file(bool write)
{
    int flags =
        (write ? O_RDWR | O_CREAT : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    char path[1024], why[512] = "no folder can be named";
    int folder = -1, fd = -1;

    if (sc_books_folder(path, sizeof path))
        folder = sc_folder_open(path, write, why, sizeof why);
    else
        path[0] = '\0';
    if (folder >= 0) {
        fd = openat(folder, NAME, flags, 0600);
        if (fd < 0)
            snprintf(why, sizeof why, "%s",
                     errno == ELOOP ? "refused: it is a link" : strerror(errno));
        close(folder);
    }
    if (fd >= 0 && !is_ours(fd)) {
        snprintf(why, sizeof why, "refused: it is no file of ours alone");
        close(fd);
        fd = -1;
    }
    if (fd < 0 && write)
        complain(path, why);
    return fd;
}

static off_t home_of(uint64_t id)
{
    return (off_t)(id % (RECORDS - PLACES + 1)) * (off_t)sizeof(struct record);
}

/* The records where one of this id may be; what cannot be read is no good record. */
static void read_places(int fd, uint64_t id, struct record places[PLACES])
{
    size_t size = PLACES * sizeof *places;
    ssize_t n = pread(fd, places, size, home_of(id));

    if (n < (ssize_t)size)
        memset((char *)places + (n > 0 ? n : 0), 0, size - (n > 0 ? (size_t)n : 0));
}

static int place_of(const struct record places[PLACES], uint64_t id)
{
    for (int i = 0; i < PLACES; i++)
        if (places[i].id == id && is_good(&places[i]))
            return i;
    return -1;
}

static bool is_over(const struct record *r, int64_t wall)
{
    return r->period < sc_period_number((enum sc_period)r->per, wall);
}

static int free_place(const struct record places[PLACES], int64_t wall)
{
    for (int i = 0; i < PLACES; i++)
        if (!is_good(&places[i]) || is_over(&places[i], wall))
            return i;
    return -1;
}

/* ---- reading ---- */

static void to_entry(const struct record *r, struct sc_books_entry *e)
{
    memset(e, 0, sizeof *e);
    e->id = r->id;
    e->per = (enum sc_period)r->per;
    e->period = r->period;
    e->spent_nano = r->spent;
    e->told_nano = r->told;
    e->refused = r->refused != 0;
    memcpy(e->label, r->label, sizeof e->label);
    e->label[sizeof e->label - 1] = '\0';
}

bool sc_books_read(uint64_t id, enum sc_period per, int64_t period, struct sc_books_entry *out)
{
    struct record places[PLACES] = {0};
    int fd, at, state;

    /* A thread of the program may be cancelled in here, and would leave a descriptor behind. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    fd = open_file(false);
    if (fd >= 0) {
        read_places(fd, id, places);
        close(fd);
    }
    pthread_setcancelstate(state, NULL);
    at = place_of(places, id);
    if (at < 0 || places[at].per != (uint32_t)per || places[at].period < period)
        return false;
    to_entry(&places[at], out);
    return true;
}

size_t sc_books_each(void (*each)(const struct sc_books_entry *e, void *arg), void *arg)
{
    struct sc_books_entry e;
    struct record r;
    int fd = open_file(false);
    size_t n = 0;

    for (int i = 0; fd >= 0 && i < RECORDS; i++) {
        if (pread(fd, &r, sizeof r, (off_t)i * (off_t)sizeof r) != (ssize_t)sizeof r)
            break;
        if (!is_good(&r))
            continue;
        to_entry(&r, &e);
        each(&e, arg);
        n++;
    }
    if (fd >= 0)
        close(fd);
    return n;
}

/* ---- writing ---- */

static void to_record(const struct sc_books_entry *e, struct record *r)
{
    memset(r, 0, sizeof *r);
    r->magic = MAGIC;
    r->id = e->id;
    r->per = (uint32_t)e->per;
    r->period = e->period;
    r->spent = e->spent_nano;
    r->told = e->told_nano;
    r->refused = e->refused;
    memcpy(r->label, e->label, sizeof r->label);
    r->checksum = checksum(r);
}

/* A file-size limit answers a write beyond it with a deadly signal: look before. */
static bool may_write(off_t end)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= (rlim_t)end;
}

/* NULL, or what is wrong. Two who take the same free place at once: the one that was written over
 * finds it so when it writes next, and takes another. */
static const char *put(int fd, const struct sc_books_entry *e, int64_t wall)
{
    struct record places[PLACES], r;
    off_t where;
    int at;

    read_places(fd, e->id, places);
    at = place_of(places, e->id);
    if (at < 0)
        at = free_place(places, wall);
    if (at < 0)
        return "it is full";
    where = home_of(e->id) + at * (off_t)sizeof r;
    if (!may_write(where + (off_t)sizeof r))
        return "it would be larger than a file may be";
    to_record(e, &r);
    errno = 0;
    if (pwrite(fd, &r, sizeof r, where) == (ssize_t)sizeof r)
        return NULL;
    return errno ? strerror(errno) : "no room";
}

static int64_t clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SC_NS_PER_S + t.tv_nsec;
}

static bool write_entry(const struct sc_books_entry *e, int64_t wall)
{
    int fd = open_file(true);
    const char *wrong;
    char path[1024] = "";

    if (fd < 0)
        return false;
    wrong = put(fd, e, wall);
    close(fd);
    if (wrong && sc_books_folder(path, sizeof path))
        complain(path, wrong);
    return wrong == NULL;
}

bool sc_books_write(const struct sc_books_entry *e, int64_t wall)
{
    static _Atomic int64_t rest_until;
    int64_t began = clock_ns(), took;
    bool written;
    int state;

    if (began < atomic_load_explicit(&rest_until, memory_order_relaxed))
        return false;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state); /* as above */
    written = write_entry(e, wall);
    pthread_setcancelstate(state, NULL);
    took = clock_ns() - began;
    if (took > SLOW_NS)
        atomic_store(&rest_until,
                     began + took + (took * REST < REST_MAX_NS ? took * REST : REST_MAX_NS));
    return written;
}

struct reset {
    const char *part;
    int64_t wall;
    size_t n;
};

static void reset_one(const struct sc_books_entry *e, void *arg)
{
    struct reset *r = arg;
    struct sc_books_entry clean = *e;

    if (strstr(e->label, r->part) == NULL)
        return;
    clean.spent_nano = clean.told_nano = 0;
    clean.refused = false;
    r->n += sc_books_write(&clean, r->wall);
}

size_t sc_books_reset(const char *part, int64_t wall)
{
    struct reset r = {.part = part, .wall = wall};

    sc_books_each(reset_one, &r);
    return r.n;
}
