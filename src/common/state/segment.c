#include "state/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/random.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/time.h"

/* A creator needs microseconds from making the segment to writing its record. */
#define SWEEP_AGE_S 10

/* Who makes a segment looks for what others left for so long, wherever it begins: what is not seen
 * now is seen by somebody else. */
#define SWEEP_NS INT64_C(300000)

/* Stands where the magic will be while a segment is being made. */
#define CLAIMED (~SC_STATE_MAGIC)

static int64_t clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * SC_NS_PER_S + t.tv_nsec;
}

void sc_segment_boot_id(char *buf, size_t n)
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, buf, n - 1);

    if (fd >= 0)
        close(fd);
    buf[got > 0 ? got : 0] = '\0';
    buf[strcspn(buf, "\n")] = '\0';
}

uint64_t sc_segment_namespace(const char *kind)
{
    char path[32];
    struct stat st;

    snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
    return stat(path, &st) == 0 ? (uint64_t)st.st_ino : 0;
}

static void random_bytes(void *p, size_t n)
{
    uint64_t word = (uint64_t)clock_ns() ^ (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&word;

    if (getrandom(p, n, GRND_NONBLOCK) == (ssize_t)n)
        return;
    /* Early boot: guessable, but nothing worse than a hash that could be looked up. */
    for (size_t i = 0; i < n; i++) {
        word = word * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((unsigned char *)p)[i] = (unsigned char)(word >> 56);
    }
}

static struct sc_region *attach(int shmid, int flags)
{
    void *p = shmat(shmid, NULL, flags);

    return (intptr_t)p == -1 ? NULL : p;
}

void sc_segment_detach(struct sc_region *r)
{
    (void)shmdt(r);
}

void sc_segment_remove(int shmid)
{
    (void)shmctl(shmid, IPC_RMID, NULL);
}

/* Owner, mode and size before the first byte is looked at: the number could name anything. */
static bool is_ours(const struct shmid_ds *d)
{
    uid_t me = geteuid();

    return d->shm_perm.uid == me && d->shm_perm.cuid == me && (d->shm_perm.mode & 0777) == 0600 &&
           d->shm_segsz == sizeof(struct sc_region) && !(d->shm_perm.mode & SHM_DEST);
}

static bool header_fits(const struct sc_region_header *h, const struct sc_record *r)
{
    return h->magic == SC_STATE_MAGIC && h->layout == r->layout && h->size == r->size &&
           h->nonce[0] == r->nonce[0] && h->nonce[1] == r->nonce[1];
}

/* Where the file system begins for this process: paths mean something else after a chroot. */
static void look_at_root(uint64_t at[2])
{
    struct stat st;

    at[0] = at[1] = 0;
    if (stat("/", &st) == 0) {
        at[0] = (uint64_t)st.st_dev;
        at[1] = (uint64_t)st.st_ino;
    }
}

/* Whether the header's path means the same here as where it was written. */
static bool same_paths(const struct sc_region_header *h)
{
    uint64_t root[2];

    look_at_root(root);
    return h->mount_ns == sc_segment_namespace("mnt") && h->root[0] == root[0] &&
           h->root[1] == root[1] && memchr(h->folder, 0, sizeof h->folder);
}

struct sc_region *sc_segment_attach(const struct sc_record *r)
{
    struct shmid_ds d;
    struct sc_region *region;
    char boot[sizeof r->boot];

    sc_segment_boot_id(boot, sizeof boot);
    if (boot[0] && r->boot[0] && strncmp(boot, r->boot, sizeof boot) != 0)
        return NULL;
    if (r->layout != sc_state_layout() || r->size != sizeof(struct sc_region) ||
        shmctl(r->shmid, IPC_STAT, &d) != 0 || !is_ours(&d))
        return NULL;
    region = attach(r->shmid, 0);
    if (region && !header_fits(&region->head, r)) {
        sc_segment_detach(region);
        return NULL;
    }
    return region;
}

static void describe(const struct sc_region_header *h, int shmid, struct sc_record *r)
{
    memset(r, 0, sizeof *r);
    r->magic = h->magic;
    r->layout = h->layout;
    r->size = h->size;
    r->nonce[0] = h->nonce[0];
    r->nonce[1] = h->nonce[1];
    r->created_ns = h->created_ns;
    r->shmid = shmid;
    r->uid = (uint32_t)geteuid();
    memcpy(r->boot, h->boot, sizeof r->boot);
}

static void fill(struct sc_region_header *h, int shmid, int folder, const char *path)
{
    struct stat st;
    uint64_t secret[4];

    __atomic_store_n(&h->magic, CLAIMED, __ATOMIC_RELAXED);
    random_bytes(secret, sizeof secret);
    h->shmid = shmid;
    h->owner = geteuid();
    look_at_root(h->root);
    h->layout = sc_state_layout();
    h->size = sizeof(struct sc_region);
    memcpy(h->nonce, secret, sizeof h->nonce);
    memcpy(h->hash_key, secret + 2, sizeof h->hash_key);
    if (folder >= 0 && fstat(folder, &st) == 0) {
        h->folder_dev = (uint64_t)st.st_dev;
        h->folder_ino = (uint64_t)st.st_ino;
    }
    h->mount_ns = sc_segment_namespace("mnt");
    h->pid_ns = sc_segment_namespace("pid");
    h->created_ns = clock_ns();
    sc_segment_boot_id(h->boot, sizeof h->boot);
    snprintf(h->folder, sizeof h->folder, "%s", path);
    __atomic_store_n(&h->magic, SC_STATE_MAGIC, __ATOMIC_RELEASE);
}

/* The highest index of the kernel's table of segments; -1: there is no looking, nor removing. */
static int highest(void)
{
    struct shminfo info; /* the type of the argument is the interface's own */

    return shmctl(0, IPC_INFO, (struct shmid_ds *)(void *)&info);
}

struct sc_region *sc_segment_create(int folder, const char *path, struct sc_record *r)
{
    struct sc_region *region;
    int shmid;

    /* A filter of system calls: what is made could neither be found nor removed. */
    if (highest() < 0)
        return NULL;
    shmid = shmget(IPC_PRIVATE, sizeof(struct sc_region), IPC_CREAT | 0600);
    if (shmid < 0 && errno == ENOSPC && sc_segment_clean(SWEEP_AGE_S, 0, NULL, NULL) > 0)
        shmid = shmget(IPC_PRIVATE, sizeof(struct sc_region), IPC_CREAT | 0600);
    if (shmid < 0)
        return NULL;
    region = attach(shmid, 0);
    if (!region) {
        int error = errno;

        sc_segment_remove(shmid);
        errno = error;
        return NULL;
    }
    fill(&region->head, shmid, folder, path);
    describe(&region->head, shmid, r);
    return region;
}

/* Every segment that is ours by owner, mode and size, from an index on, round the table. */
struct walk {
    int at, left, highest;
    int shmid; /* the current one */
    struct shmid_ds d;
};

static struct walk walk_from(uint64_t start)
{
    struct walk w = {.highest = highest()};

    w.left = w.highest + 1;
    w.at = w.left > 0 ? (int)(start % (unsigned)w.left) : 0;
    return w;
}

static bool walk(struct walk *w, int64_t until)
{
    while (w->left > 0 && (until == 0 || clock_ns() < until)) {
        w->left--;
        w->shmid = shmctl(w->at, SHM_STAT, &w->d);
        w->at = w->at < w->highest ? w->at + 1 : 0;
        if (w->shmid >= 0 && is_ours(&w->d))
            return true;
    }
    return false;
}

struct wanted {
    struct stat folder;
    struct sc_record best;
};

static void look_for(int shmid, const struct sc_region_header *h, struct wanted *w)
{
    if (h->magic == SC_STATE_MAGIC && h->layout == sc_state_layout() &&
        h->folder_dev == (uint64_t)w->folder.st_dev &&
        h->folder_ino == (uint64_t)w->folder.st_ino && h->created_ns > w->best.created_ns)
        describe(h, shmid, &w->best);
}

struct sc_region *sc_segment_find(int folder, struct sc_record *r)
{
    struct wanted w;
    struct sc_region *region;

    memset(&w, 0, sizeof w);
    if (fstat(folder, &w.folder) != 0)
        return NULL;
    for (struct walk all = walk_from(0); walk(&all, 0);) {
        if (!(region = attach(all.shmid, SHM_RDONLY)))
            continue;
        look_for(all.shmid, &region->head, &w);
        sc_segment_detach(region);
    }
    *r = w.best;
    return w.best.magic ? sc_segment_attach(r) : NULL;
}

/* Whether the record in the segment's folder still names it. Unsure means yes. */
static bool is_named(const struct sc_region_header *h, int shmid)
{
    struct sc_record r;
    struct stat st;
    char name[64], why[256];
    bool named;
    int folder;

    if (!same_paths(h))
        return true;
    if (lstat(h->folder, &st) != 0)
        return errno != ENOENT;
    if ((folder = sc_folder_open(h->folder, false, why, sizeof why)) < 0)
        return true;
    sc_record_name(h->layout, name, sizeof name);
    switch (sc_record_read(folder, name, &r)) {
    case SC_RECORD_MISSING:
        named = false;
        break;
    case SC_RECORD_OK:
        named = r.shmid == shmid;
        break;
    default:
        named = true;
    }
    close(folder);
    return named;
}

/* Made, and nothing more: its creator was killed, or cancelled, before it could say what it is. */
static bool was_never_finished(const struct sc_region_header *h)
{
    const unsigned char *bytes = (const unsigned char *)h;
    size_t n = 0;

    while (n < sizeof *h && bytes[n] == 0)
        n++;
    return h->magic == CLAIMED || n == sizeof *h;
}

static bool is_left(const struct sc_region_header *h, int shmid, const struct shmid_ds *d,
                    int64_t age_s)
{
    if (h->magic == SC_STATE_MAGIC)
        return clock_ns() - h->created_ns > age_s * SC_NS_PER_S && !is_named(h, shmid);
    return was_never_finished(h) && (int64_t)time(NULL) - (int64_t)d->shm_ctime > age_s;
}

int sc_segment_clean(int64_t age_s, int64_t until_ns,
                     void (*tell)(int shmid, const char *folder, void *arg), void *arg)
{
    uint64_t start;
    int removed = 0;

    random_bytes(&start, sizeof start);
    for (struct walk w = walk_from(start); walk(&w, until_ns);) {
        struct sc_region *r = w.d.shm_nattch == 0 ? attach(w.shmid, SHM_RDONLY) : NULL;

        if (!r)
            continue;
        if (is_left(&r->head, w.shmid, &w.d, age_s)) {
            removed++;
            if (tell)
                tell(w.shmid, r->head.magic == SC_STATE_MAGIC ? r->head.folder : "", arg);
            sc_segment_remove(w.shmid);
        }
        sc_segment_detach(r);
    }
    return removed;
}

void sc_segment_sweep(void)
{
    (void)sc_segment_clean(SWEEP_AGE_S, clock_ns() + SWEEP_NS, NULL, NULL);
}

/* Its folder is gone: nobody finds it any more. It lives until the last process has left it. */
void sc_segment_abandon(const struct sc_region *r)
{
    struct shmid_ds d;
    struct stat st;

    if (same_paths(&r->head) && lstat(r->head.folder, &st) != 0 && errno == ENOENT &&
        shmctl(r->head.shmid, IPC_STAT, &d) == 0 && is_ours(&d))
        sc_segment_remove(r->head.shmid);
}
