/* journal.c - see journal.h. */
#include "state/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/lease.h"
#include "state/holder.h"
#include "state/siphash.h"
#include "state/slot.h"
#include "state/state.h"

static uint64_t key_of(const struct sc_region *r, const struct sc_journal_place *p)
{
    uint64_t folder[2] = {p->dev, p->ino};
    uint64_t key = sc_hash_mix(sc_siphash(r->head.hash_key, folder, sizeof folder),
                               sc_siphash(r->head.hash_key, p->name, strlen(p->name)));

    return key ? key : 1;
}

struct sc_journal *sc_journal_find(struct sc_region *r, const struct sc_journal_place *p, bool make)
{
    uint64_t key = key_of(r, p);

    for (unsigned i = 0; i < SC_JOURNALS; i++) {
        struct sc_journal *j = &r->journals[(key + i) % SC_JOURNALS];
        uint64_t there = sc_word_read(&j->key);

        if (there == 0 && !make)
            return NULL;
        if (there == 0 && atomic_compare_exchange_strong(&j->key, &there, key))
            return j;
        if (there == key)
            return j;
    }
    return NULL;
}

/* Hardened systems remove a segment with the last process that has it. */
static bool is_forced_away(void)
{
    static _Atomic int known; /* 0: not looked yet */
    int k = atomic_load_explicit(&known, memory_order_relaxed), fd, error = errno;
    char text = '0';

    if (k == 0) {
        fd = open("/proc/sys/kernel/shm_rmid_forced", O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            (void)!read(fd, &text, 1);
            close(fd);
        }
        k = text == '1' ? 2 : 1;
        atomic_store_explicit(&known, k, memory_order_relaxed);
        errno = error;
    }
    return k == 2;
}

bool sc_journal_lasts(const struct sc_region *r)
{
    return r->head.owner == geteuid() && !is_forced_away();
}

bool sc_journal_begin(const struct sc_region *r, struct sc_journal *j, uint64_t *lease, bool *left)
{
    int64_t now = sc_state_now();

    atomic_store(&j->wanted, 1);
    *left = sc_word_read(&j->writer) != 0;
    *lease = sc_holder_word(r, now, now + SC_JOURNAL_LEASE_NS);
    if (sc_holder_take(r, &j->writer, 1, 0, now, *lease) < 0)
        return false;
    atomic_store(&j->wanted, 0);
    return true;
}

bool sc_journal_end(struct sc_journal *j, uint64_t lease)
{
    sc_word_update(&j->writer, sc_lease_give, &lease);
    return atomic_load(&j->wanted) != 0;
}
