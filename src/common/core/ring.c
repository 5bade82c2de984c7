/* ring.c - see ring.h. */
#include "core/ring.h"

#include <string.h>

enum state { FREE, CLAIMED, FULL };

#define VALUE_MASK ((UINT64_C(1) << 30) - 1)

static uint64_t word_of(uint32_t turn, enum state state, uint64_t value)
{
    return (uint64_t)turn << 32 | (uint64_t)state << 30 | (value & VALUE_MASK);
}

static uint32_t turn_of(uint64_t word)
{
    return (uint32_t)(word >> 32);
}

static enum state state_of(uint64_t word)
{
    return (enum state)(word >> 30 & 3);
}

static uint64_t value_of(uint64_t word)
{
    return word & VALUE_MASK;
}

static struct sc_ring_slot *slot_of(struct sc_ring *r, uint64_t number)
{
    return &r->slots[number % SC_RING_SLOTS];
}

static uint32_t turn_of_number(uint64_t number)
{
    return (uint32_t)(number / SC_RING_SLOTS);
}

/* How far a slot's word is ahead of a number's turn; negative: behind it. */
static int32_t ahead(uint64_t word, uint64_t number)
{
    return (int32_t)(turn_of(word) - turn_of_number(number));
}

static bool swap(sc_word *w, uint64_t old, uint64_t new)
{
    return atomic_compare_exchange_strong_explicit(w, &old, new, memory_order_acq_rel,
                                                   memory_order_acquire);
}

/* Both halves of a product: all bits of both words are in it. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 both = (unsigned __int128)a * b;

    return (uint64_t)both ^ (uint64_t)(both >> 64);
}

/* Sums, and sums of sums, that tell where a word stands: two words at a time, for each line is
 * summed up twice. What is less than two at the end is taken with what is before it. */
static uint64_t checksum(const char *p, size_t n)
{
    typedef uint64_t two __attribute__((vector_size(16)));
    const char *last = n > sizeof(two) ? p + n - sizeof(two) : p;
    two sum = {n, ~(uint64_t)n}, sums = sum, words = {0, 0};

    for (; p < last; p += sizeof words) {
        memcpy(&words, p, sizeof words);
        sum += words;
        sums += sum;
    }
    if (n >= sizeof words)
        memcpy(&words, last, sizeof words);
    else
        memcpy(&words, last, n);
    sum += words;
    sums += sum;
    return fold(sum[0], sums[1] ^ UINT64_C(0xff51afd7ed558ccd)) +
           fold(sum[1] ^ UINT64_C(0x9e3779b97f4a7c15), sums[0]);
}

/* Each turn of the loop somebody has got further: this process, or the one that was faster. */
bool sc_ring_claim(struct sc_ring *r, int64_t now_ms, struct sc_ring_claim *c)
{
    for (unsigned i = 0; i < 4 * SC_RING_SLOTS; i++) {
        uint64_t head = sc_word_read(&r->head);
        uint64_t word = sc_word_read(&slot_of(r, head)->word);
        int32_t where = ahead(word, head);

        if (where < 0)
            return false; /* not taken out yet */
        if (where > 0 || state_of(word) != FREE) {
            (void)swap(&r->head, head, head + 1); /* who claimed it did not come to that */
            continue;
        }
        c->slot = slot_of(r, head);
        c->number = head;
        c->word = word_of(turn_of(word), CLAIMED, (uint64_t)now_ms);
        if (!swap(&c->slot->word, word, c->word))
            continue;
        (void)swap(&r->head, head, head + 1);
        return true;
    }
    return false;
}

bool sc_ring_ready(const struct sc_ring_claim *c, const char *text, size_t n)
{
    memcpy(c->slot->text, text, n);
    c->slot->check = checksum(text, n);
    return swap(&c->slot->word, c->word, word_of(turn_of(c->word), FULL, n));
}

unsigned sc_ring_waiting(const struct sc_ring *r)
{
    uint64_t n = sc_word_read(&r->head) - sc_word_read(&r->tail);

    return n > SC_RING_SLOTS ? SC_RING_SLOTS : (unsigned)n;
}

unsigned sc_ring_put(struct sc_ring *r, const char *text, size_t n, int64_t now_ms)
{
    struct sc_ring_claim c;
    unsigned waiting;

    if (n > SC_RING_TEXT || !sc_ring_claim(r, now_ms, &c) || !sc_ring_ready(&c, text, n))
        return 0;
    waiting = sc_ring_waiting(r);
    return waiting ? waiting : 1;
}

static bool is_stale(uint64_t word, int64_t now_ms)
{
    uint64_t age = ((uint64_t)now_ms - value_of(word)) & VALUE_MASK;

    return age >= SC_RING_STALE_MS;
}

/* What becomes of a slot that was reached: false if one has to wait for it. */
static bool look_at(struct sc_ring_slot *slot, uint64_t number, int64_t now_ms,
                    struct sc_ring_text *text, size_t *n)
{
    uint64_t word = sc_word_read(&slot->word);
    uint32_t turn = turn_of_number(number);
    size_t length = (size_t)value_of(word);

    if (ahead(word, number) > 0)
        return true; /* taken out already */
    if (ahead(word, number) < 0 || state_of(word) == FREE)
        return false;
    if (state_of(word) == CLAIMED)
        return is_stale(word, now_ms) && swap(&slot->word, word, word_of(turn + 1, FREE, 0));
    if (state_of(word) != FULL || length > SC_RING_TEXT ||
        slot->check != checksum(slot->text, length)) {
        (void)swap(&slot->word, word, word_of(turn + 1, FREE, 0));
        return true;
    }
    *text = (struct sc_ring_text){number, slot->text, length};
    (*n)++;
    return true;
}

/* More than there are slots cannot wait: then nobody moved the tail, or it is damaged. */
static uint64_t true_tail(struct sc_ring *r)
{
    uint64_t head = sc_word_read(&r->head), tail = sc_word_read(&r->tail);
    uint64_t least = head > SC_RING_SLOTS ? head - SC_RING_SLOTS : 0;

    if (head - tail <= SC_RING_SLOTS)
        return tail;
    (void)swap(&r->tail, tail, least);
    return least;
}

/* The tail moves over what is done with, as long as nothing before it waits. */
size_t sc_ring_look(struct sc_ring *r, int64_t now_ms, struct sc_ring_text *texts, size_t max)
{
    uint64_t tail = true_tail(r);
    size_t n = 0;

    for (unsigned i = 0; i < SC_RING_SLOTS && n < max; i++) {
        if (!look_at(slot_of(r, tail + i), tail + i, now_ms, &texts[n], &n))
            break;
        if (n == 0)
            (void)swap(&r->tail, tail + i, tail + i + 1);
    }
    return n;
}

void sc_ring_free(struct sc_ring *r, const struct sc_ring_text *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct sc_ring_slot *slot = slot_of(r, texts[i].number);
        uint64_t word = word_of(turn_of_number(texts[i].number), FULL, texts[i].n);

        (void)swap(&slot->word, word, word_of(turn_of(word) + 1, FREE, 0));
        (void)swap(&r->tail, texts[i].number, texts[i].number + 1);
    }
}
