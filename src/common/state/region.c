#include "state/region.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/time.h"
#include "state/folder.h"
#include "state/segment.h"

#define CHECK_NS SC_NS_PER_S
#define RETRY_FIRST_NS INT64_C(5000000000)
#define RETRY_MAX_NS INT64_C(300000000000)
/* A region that was left stays mapped: other threads may be in it. So the number is bounded. */
#define MOVES_MAX 16

#define NOTE_MAX 512

static _Atomic(struct sc_region *) current;
static _Atomic(struct sc_region *) own;
static _Atomic int64_t next_look_ns;
static _Atomic int64_t retry_ns;
static _Atomic int moves;
static _Atomic int note_state; /* 0 none, 1 being written, 2 pending */
static char note_text[NOTE_MAX];

void sc_region_note(const char *text)
{
    int none = 0;

    if (!atomic_compare_exchange_strong(&note_state, &none, 1))
        return;
    snprintf(note_text, sizeof note_text, "%s", text);
    atomic_store(&note_state, 2);
}

bool sc_region_take_note(char *buf, size_t n)
{
    int pending = 2;

    if (atomic_load_explicit(&note_state, memory_order_relaxed) != 2 ||
        !atomic_compare_exchange_strong(&note_state, &pending, 1))
        return false;
    snprintf(buf, n, "%s", note_text);
    atomic_store(&note_state, 0);
    return true;
}

struct sc_region *sc_region_private(void)
{
    struct sc_region *r = atomic_load(&own), *none = NULL;

    if (r)
        return r;
    r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
             -1, 0);
    if (r == MAP_FAILED)
        return NULL;
    r->head.hash_key[0] = (uint64_t)(uintptr_t)r;
    r->head.hash_key[1] = (uint64_t)getpid();
    r->head.pid_ns = sc_segment_namespace("pid");
    if (atomic_compare_exchange_strong(&own, &none, r))
        return r;
    munmap(r, sizeof *r);
    return none;
}

static bool usable_dir(const char *path)
{
    struct stat st;

    return path && path[0] == '/' && stat(path, &st) == 0 && S_ISDIR(st.st_mode) &&
           st.st_uid == geteuid();
}

static void strip_slashes(char *path)
{
    size_t n = strlen(path);

    while (n > 1 && path[n - 1] == '/')
        path[--n] = '\0';
}

bool sc_region_folder(char *buf, size_t n)
{
    const char *given = secure_getenv("STEADYCURL_STATE");
    const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
    char here[1024] = "";
    int len;

    if (given && *given) {
        if (*given != '/' && !getcwd(here, sizeof here))
            return false;
        len = snprintf(buf, n, "%s%s%s", here, *here ? "/" : "", given);
    } else if (usable_dir(runtime)) {
        len = snprintf(buf, n, "%s/steadycurl", runtime);
    } else {
        len = snprintf(buf, n, "/dev/shm/steadycurl-%u", (unsigned)geteuid());
    }
    if (len < 0 || (size_t)len >= n)
        return false;
    strip_slashes(buf);
    return true;
}

static void note_why(const char *path, const char *what, int error)
{
    char text[NOTE_MAX];

    snprintf(text, sizeof text, "state in %.300s: %s%s%s; limits hold for this process alone", path,
             what, error ? ": " : "", error ? strerror(error) : "");
    sc_region_note(text);
}

/* Hardened systems remove segments that no process has attached: between two calls of a shell
 * loop everything would be forgotten, which should not go unsaid. */
static void note_short_life(void)
{
    char text[2] = "";
    int fd = open("/proc/sys/kernel/shm_rmid_forced", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (read(fd, text, 1) == 1 && text[0] == '1')
        sc_region_note("kernel.shm_rmid_forced is 1: the shared state is forgotten whenever no "
                       "program uses it");
    close(fd);
}

/* Nothing there, or nothing usable: make a segment and name it in the record. NULL with `*again`
 * when another process was faster. */
static struct sc_region *make(int folder, const char *path, const char *name, bool replace,
                              bool *again)
{
    struct sc_record r;
    struct sc_region *region;
    int error;

    sc_segment_sweep();
    region = sc_segment_create(folder, path, &r);
    if (!region) {
        note_why(path, "no shared memory", errno);
        return NULL;
    }
    error = sc_record_write(folder, name, &r, replace);
    if (error == 0) {
        note_short_life();
        return region;
    }
    sc_segment_detach(region);
    sc_segment_remove(r.shmid);
    *again = error == EEXIST;
    if (!*again)
        note_why(path, "cannot write", error);
    return NULL;
}

/* The record was cut or overwritten: the segment is still there, only its name was lost. */
static struct sc_region *repair(int folder, const char *path, const char *name)
{
    struct sc_record r;
    struct sc_region *region = sc_segment_find(folder, &r);
    bool again = false;
    char text[NOTE_MAX];

    snprintf(text, sizeof text, "state file %.300s/%s was damaged; %s", path, name,
             region ? "written again, nothing lost" : "made anew");
    sc_region_note(text);
    if (!region)
        return make(folder, path, name, true, &again);
    if (sc_record_write(folder, name, &r, true) != 0)
        note_why(path, "cannot write", errno);
    return region;
}

static struct sc_region *open_in(int folder, const char *path)
{
    struct sc_region *region = NULL;
    struct sc_record r;
    char name[64];
    bool again = true;

    sc_record_name(sc_state_layout(), name, sizeof name);
    for (int i = 0; i < 4 && !region && again; i++) {
        again = false;
        switch (sc_record_read(folder, name, &r)) {
        case SC_RECORD_OK:
            region = sc_segment_attach(&r);
            if (!region) /* of an earlier boot, or removed */
                region = make(folder, path, name, true, &again);
            break;
        case SC_RECORD_MISSING:
            region = make(folder, path, name, false, &again);
            break;
        case SC_RECORD_DAMAGED:
            region = repair(folder, path, name);
            break;
        default:
            note_why(path, "cannot read the state file", 0);
        }
    }
    return region;
}

static struct sc_region *open_shared(void)
{
    char path[1024], why[NOTE_MAX];
    struct sc_region *region;
    int folder;

    if (!sc_region_folder(path, sizeof path)) {
        sc_region_note("no state folder can be named; limits hold for this process alone");
        return NULL;
    }
    folder = sc_folder_open(path, true, why, sizeof why - 64);
    if (folder < 0) {
        strcat(why, "; limits hold for this process alone");
        sc_region_note(why);
        return NULL;
    }
    region = open_in(folder, path);
    close(folder);
    return region;
}

static void try_again_later(int64_t now)
{
    int64_t wait = atomic_load(&retry_ns);

    wait = wait == 0 ? RETRY_FIRST_NS : wait * 2 > RETRY_MAX_NS ? RETRY_MAX_NS : wait * 2;
    atomic_store(&retry_ns, wait);
    atomic_store(&next_look_ns, now + wait);
}

/* Publishes what was opened; the thread that comes second drops its own. */
static void move_to(struct sc_region *was, struct sc_region *region, int64_t now)
{
    if (!region) {
        if (!was)
            atomic_compare_exchange_strong(&current, &was, sc_region_private());
        try_again_later(now);
        return;
    }
    atomic_store(&retry_ns, 0);
    atomic_store(&next_look_ns, now + CHECK_NS);
    if (atomic_compare_exchange_strong(&current, &was, region))
        atomic_fetch_add(&moves, 1);
    else
        sc_segment_detach(region);
}

/* Is the folder still there, and does its record name another segment than ours? A folder out of
 * reach (removed, or we were chrooted) says nothing: what is mapped stays good. */
static bool moved_away(const struct sc_region *r)
{
    struct sc_record rec;
    char why[NOTE_MAX], name[64];
    bool moved;
    int folder = sc_folder_open(r->head.folder, false, why, sizeof why);

    if (folder < 0) {
        sc_segment_abandon(r);
        return false;
    }
    sc_record_name(sc_state_layout(), name, sizeof name);
    switch (sc_record_read(folder, name, &rec)) {
    case SC_RECORD_OK:
        moved = rec.nonce[0] != r->head.nonce[0] || rec.nonce[1] != r->head.nonce[1];
        break;
    case SC_RECORD_UNREADABLE:
        moved = false;
        break;
    default:
        moved = true;
    }
    close(folder);
    return moved;
}

static void look(struct sc_region *r, int64_t now)
{
    bool shared = r && r != atomic_load(&own);

    if (shared && (atomic_load(&moves) >= MOVES_MAX || !moved_away(r))) {
        atomic_store(&next_look_ns, now + CHECK_NS);
        return;
    }
    move_to(r, open_shared(), now);
}

struct sc_region *sc_region_get(int64_t now)
{
    struct sc_region *r = atomic_load_explicit(&current, memory_order_acquire);
    int64_t due = atomic_load_explicit(&next_look_ns, memory_order_relaxed);
    int error, cancel;

    /* At the very first call nobody can go on without: then all who come open it, and the first
     * to be done publishes. But when there is not even memory, that is not tried each time. */
    if (now < due && (r || atomic_load_explicit(&retry_ns, memory_order_relaxed) > 0))
        return r;
    if (!atomic_compare_exchange_strong(&next_look_ns, &due, now + CHECK_NS) && r)
        return r;
    error = errno;
    /* A thread of the program that is cancelled in here would leave a segment behind. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    look(r, now);
    pthread_setcancelstate(cancel, NULL);
    errno = error;
    return atomic_load(&current);
}

bool sc_region_is_shared(void)
{
    struct sc_region *r = atomic_load(&current);

    return r && r != atomic_load(&own);
}

struct sc_region *sc_region_find(const char *path, char *why, size_t n)
{
    struct sc_region *region = NULL;
    struct sc_record r;
    char name[64];
    int folder = sc_folder_open(path, false, why, n);

    if (folder < 0)
        return NULL;
    sc_record_name(sc_state_layout(), name, sizeof name);
    switch (sc_record_read(folder, name, &r)) {
    case SC_RECORD_OK:
        region = sc_segment_attach(&r);
        if (!region)
            snprintf(why, n, "nothing in %s since the last boot", path);
        break;
    case SC_RECORD_MISSING:
        snprintf(why, n, "nothing in %s yet", path);
        break;
    case SC_RECORD_DAMAGED:
        region = sc_segment_find(folder, &r);
        snprintf(why, n, "state file %s/%s is damaged", path, name);
        break;
    default:
        snprintf(why, n, "state file %s/%s cannot be read", path, name);
    }
    close(folder);
    return region;
}

void sc_region_forget(void)
{
    struct sc_region *r = atomic_exchange(&current, NULL);

    if (r && r != atomic_load(&own))
        sc_segment_detach(r);
    atomic_store(&next_look_ns, 0);
    atomic_store(&retry_ns, 0);
    atomic_store(&moves, 0);
    atomic_store(&note_state, 0);
}
