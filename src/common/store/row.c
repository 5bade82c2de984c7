/* row.c - see row.h. */
#include "store/row.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "state/siphash.h"

/* Words of a head, little-endian: machines that share a store may differ. */
enum { MARK, SUM, KEPT, UNTIL, STATUS, STREAM, COST, TOKENS, SIZES };
enum { TEXTS = 4, WORDS = SIZES + TEXTS, STATUS_MAX = 999 };

#define ROW_MARK UINT64_C(0x31776f722d6373) /* "sc-row1": another one if this changes */

struct texts {
    struct sc_str at[TEXTS];
};

static struct texts texts_of(const struct sc_kept_answer *a)
{
    return (struct texts){{a->host, a->model, a->type, a->body}};
}

static void fill_head(const struct sc_kept_answer *a, uint64_t head[WORDS])
{
    const struct texts texts = texts_of(a);

    head[MARK] = ROW_MARK;
    head[SUM] = 0;
    head[KEPT] = (uint64_t)a->kept_ms;
    head[UNTIL] = (uint64_t)a->until_ms;
    head[STATUS] = (uint64_t)a->status;
    head[STREAM] = a->stream;
    head[COST] = (uint64_t)a->cost_nano;
    head[TOKENS] = (uint64_t)a->tokens;
    for (size_t i = 0; i < TEXTS; i++)
        head[SIZES + i] = texts.at[i].n;
    for (size_t i = 0; i < WORDS; i++)
        head[i] = htole64(head[i]);
}

/* A hash of each part, and one of these. */
uint64_t sc_row_sum(const uint8_t salt[SC_STORE_SALT], const uint8_t key[SC_STORE_KEY],
                    const struct sc_kept_answer *a)
{
    const struct texts texts = texts_of(a);
    uint64_t under[2], head[WORDS], parts[2 + TEXTS];

    memcpy(under, salt, sizeof under);
    fill_head(a, head);
    parts[0] = sc_siphash(under, head, sizeof head);
    parts[1] = sc_siphash(under, key, SC_STORE_KEY);
    for (size_t i = 0; i < TEXTS; i++)
        parts[2 + i] = sc_siphash(under, texts.at[i].n > 0 ? texts.at[i].p : "", texts.at[i].n);
    return sc_siphash(under, parts, sizeof parts);
}

char *sc_row_write(const uint8_t salt[SC_STORE_SALT], const uint8_t key[SC_STORE_KEY],
                   const struct sc_kept_answer *a, size_t *n)
{
    const struct texts texts = texts_of(a);
    uint64_t head[WORDS];
    char *row, *to;

    *n = sizeof head;
    for (size_t i = 0; i < TEXTS; i++)
        *n += texts.at[i].n;
    row = to = malloc(*n);
    if (!row)
        return NULL;
    fill_head(a, head);
    head[SUM] = htole64(sc_row_sum(salt, key, a));
    memcpy(to, head, sizeof head);
    to += sizeof head;
    for (size_t i = 0; i < TEXTS; to += texts.at[i++].n)
        if (texts.at[i].n > 0)
            memcpy(to, texts.at[i].p, texts.at[i].n);
    return row;
}

/* The texts behind the head, if they are there to the byte. */
static bool take_texts(const uint64_t head[WORDS], struct sc_str rest, struct texts *texts)
{
    for (size_t i = 0; i < TEXTS; i++) {
        uint64_t n = head[SIZES + i];

        if (n > rest.n)
            return false;
        texts->at[i] = (struct sc_str){rest.p, (size_t)n};
        rest.p += n;
        rest.n -= n;
    }
    return rest.n == 0;
}

bool sc_row_read(const uint8_t salt[SC_STORE_SALT], const uint8_t key[SC_STORE_KEY],
                 struct sc_str row, struct sc_kept_answer *a)
{
    uint64_t head[WORDS];
    struct texts texts;

    if (row.n < sizeof head)
        return false;
    memcpy(head, row.p, sizeof head);
    for (size_t i = 0; i < WORDS; i++)
        head[i] = le64toh(head[i]);
    if (head[MARK] != ROW_MARK || head[STATUS] > STATUS_MAX || head[STREAM] > 1 ||
        !take_texts(head, (struct sc_str){row.p + sizeof head, row.n - sizeof head}, &texts))
        return false;
    *a = (struct sc_kept_answer){.kept_ms = (int64_t)head[KEPT],
                                 .until_ms = (int64_t)head[UNTIL],
                                 .status = (int)head[STATUS],
                                 .stream = head[STREAM] != 0,
                                 .host = texts.at[0],
                                 .model = texts.at[1],
                                 .type = texts.at[2],
                                 .body = texts.at[3],
                                 .cost_nano = (int64_t)head[COST],
                                 .tokens = (int64_t)head[TOKENS]};
    return sc_row_sum(salt, key, a) == head[SUM];
}
