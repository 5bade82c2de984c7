#include "state/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/lease.h"
#include "state/segment.h"

#define TAG_DEAD UINT32_MAX /* no lease's tag: a zombie holds nothing any more */

/* Looking at a holder costs microseconds; a few at a time are enough, the next asker looks on. */
#define LOOKS 6

/* Field 22 of /proc/PID/stat, folded to a lease's 11 bits; 0: unknown. The second field is the
 * program's name in brackets, which may itself hold blanks and brackets. */
static uint32_t start_tag(uint32_t pid)
{
    char path[40], text[1024], *p;
    unsigned long long ticks;
    ssize_t n;
    int fd;

    snprintf(path, sizeof path, "/proc/%u/stat", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    p = strrchr(text, ')');
    if (p && (p[2] == 'Z' || p[2] == 'X'))
        return TAG_DEAD;
    for (int field = 2; p && field < 22; field++)
        p = strchr(p + 1, ' ');
    if (!p)
        return 0;
    ticks = strtoull(p + 1, NULL, 10);
    return (uint32_t)((ticks * UINT64_C(0x9e3779b97f4a7c15)) >> 53) | 1;
}

/* Of this process; read again after a fork. */
static void myself(uint32_t *pid, uint32_t *tag, uint64_t *pid_ns)
{
    static _Atomic uint64_t known; /* pid 32 | tag 32 */
    static _Atomic uint64_t known_ns;
    uint64_t k = atomic_load(&known);

    *pid = (uint32_t)getpid();
    if (k >> 32 != *pid) {
        atomic_store(&known_ns, sc_segment_namespace("pid"));
        k = (uint64_t)*pid << 32 | start_tag(*pid);
        atomic_store(&known, k);
    }
    *tag = (uint32_t)k;
    *pid_ns = atomic_load(&known_ns);
}

uint64_t sc_holder_word(const struct sc_region *r, int64_t now_ns, int64_t end_ns)
{
    struct sc_lease l = {.end_ns = end_ns};
    uint64_t ns;
    int error = errno;

    myself(&l.pid, &l.tag, &ns);
    l.home = ns != 0 && ns == r->head.pid_ns && l.tag != 0;
    errno = error;
    return sc_lease_write(&l, now_ns);
}

bool sc_holder_is_dead(const struct sc_region *r, uint64_t word)
{
    struct sc_lease l = sc_lease_read(word);
    uint32_t pid, tag, found;
    uint64_t ns;
    int error = errno;
    bool dead = false;

    myself(&pid, &tag, &ns);
    if (l.home && ns == r->head.pid_ns && l.pid != pid) {
        if (kill((pid_t)l.pid, 0) != 0)
            dead = errno == ESRCH;
        else
            dead = (found = start_tag(l.pid)) != 0 && found != l.tag;
    }
    errno = error;
    return dead;
}

static bool take_one(sc_word *w, int64_t now_ns, uint64_t mine, uint64_t dead)
{
    struct sc_lease_take t = {.now_ns = now_ns, .mine = mine, .dead = dead};

    sc_word_update(w, sc_lease_take, &t);
    return t.taken;
}

int sc_holder_take(const struct sc_region *r, sc_word *words, unsigned n, unsigned from,
                   int64_t now_ns, uint64_t mine)
{
    for (unsigned i = 0; i < n; i++)
        if (take_one(&words[(from + i) % n], now_ns, mine, 0))
            return (int)((from + i) % n);
    for (unsigned i = 0; i < n && i < LOOKS; i++) {
        unsigned at = (from + i) % n;
        uint64_t held = sc_word_read(&words[at]);

        if (sc_holder_is_dead(r, held) && take_one(&words[at], now_ns, mine, held))
            return (int)at;
    }
    return -1;
}

void sc_holder_give(sc_word *w, uint64_t mine)
{
    uint32_t pid, tag;
    uint64_t ns;
    int error = errno;

    myself(&pid, &tag, &ns);
    errno = error;
    if (sc_lease_read(mine).pid == pid)
        sc_word_update(w, sc_lease_give, &mine);
}
