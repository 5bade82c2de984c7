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

/* A creator needs microseconds from making the segment to writing its record. */
#define SWEEP_AGE_NS INT64_C(10000000000)

static int64_t clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
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

struct sc_region *sc_segment_attach(const struct sc_record *r)
{
    struct shmid_ds d;
    struct sc_region *region;
    char boot[sizeof r->boot];

    sc_segment_boot_id(boot, sizeof boot);
    if (boot[0] && r->boot[0] && strncmp(boot, r->boot, sizeof boot) != 0)
        return NULL;
    if (r->layout != sc_region_layout() || r->size != sizeof(struct sc_region) ||
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

static void fill(struct sc_region_header *h, int folder, const char *path)
{
    struct stat st;
    uint64_t secret[4];

    random_bytes(secret, sizeof secret);
    h->layout = sc_region_layout();
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
    h->magic = SC_STATE_MAGIC;
}

struct sc_region *sc_segment_create(int folder, const char *path, struct sc_record *r)
{
    int shmid = shmget(IPC_PRIVATE, sizeof(struct sc_region), IPC_CREAT | 0600);
    struct sc_region *region;

    if (shmid < 0)
        return NULL;
    region = attach(shmid, 0);
    if (!region) {
        int error = errno;

        sc_segment_remove(shmid);
        errno = error;
        return NULL;
    }
    fill(&region->head, folder, path);
    describe(&region->head, shmid, r);
    return region;
}

/* Calls `look` with every segment that is ours by owner, mode, size and magic. */
static void each(void (*look)(int shmid, const struct shmid_ds *, struct sc_region *, void *),
                 void *arg)
{
    struct shm_info info;
    struct shmid_ds d;
    /* The kernel's table of segments, by index; the type is the interface's own. */
    int highest = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&info);

    for (int i = 0; i <= highest; i++) {
        int shmid = shmctl(i, SHM_STAT, &d);
        struct sc_region *r;

        if (shmid < 0 || !is_ours(&d) || !(r = attach(shmid, SHM_RDONLY)))
            continue;
        if (r->head.magic == SC_STATE_MAGIC)
            look(shmid, &d, r, arg);
        sc_segment_detach(r);
    }
}

struct wanted {
    struct stat folder;
    struct sc_record best;
};

static void look_for(int shmid, const struct shmid_ds *d, struct sc_region *r, void *arg)
{
    struct wanted *w = arg;
    const struct sc_region_header *h = &r->head;

    (void)d;
    if (h->layout == sc_region_layout() && h->folder_dev == (uint64_t)w->folder.st_dev &&
        h->folder_ino == (uint64_t)w->folder.st_ino && h->created_ns > w->best.created_ns)
        describe(h, shmid, &w->best);
}

struct sc_region *sc_segment_find(int folder, struct sc_record *r)
{
    struct wanted w;

    memset(&w, 0, sizeof w);
    if (fstat(folder, &w.folder) != 0)
        return NULL;
    each(look_for, &w);
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

    if (h->mount_ns != sc_segment_namespace("mnt") || !memchr(h->folder, 0, sizeof h->folder))
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

static void look_dead(int shmid, const struct shmid_ds *d, struct sc_region *r, void *arg)
{
    (void)arg;
    if (d->shm_nattch == 0 && clock_ns() - r->head.created_ns > SWEEP_AGE_NS &&
        !is_named(&r->head, shmid))
        sc_segment_remove(shmid);
}

void sc_segment_sweep(void)
{
    each(look_dead, NULL);
}
