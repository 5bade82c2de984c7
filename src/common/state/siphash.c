#include "state/siphash.h"

#include <endian.h>
#include <string.h>

struct sip {
    uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

/* Called, it would store and load all four words. */
#define IN_REGISTERS static inline __attribute__((always_inline))

IN_REGISTERS void mix(struct sip *s)
{
    s->a += s->b;
    s->b = rotate(s->b, 13) ^ s->a;
    s->a = rotate(s->a, 32);
    s->c += s->d;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a += s->d;
    s->d = rotate(s->d, 21) ^ s->a;
    s->c += s->b;
    s->b = rotate(s->b, 17) ^ s->c;
    s->c = rotate(s->c, 32);
}

IN_REGISTERS void eat(struct sip *s, uint64_t word)
{
    s->d ^= word;
    mix(s);
    mix(s);
    s->a ^= word;
}

/* The bytes behind the last whole word: the end of the eight that end there, if there are so many.
 */
IN_REGISTERS uint64_t rest(const unsigned char *p, size_t n)
{
    size_t left = n & 7;
    uint64_t word = 0;

    if (left > 0 && n > 8) {
        memcpy(&word, p + n - 8, sizeof word);
        return le64toh(word) >> 8 * (8 - left);
    }
    for (size_t i = n - left; i < n; i++)
        word |= (uint64_t)p[i] << 8 * (i & 7);
    return word;
}

uint64_t sc_siphash(const uint64_t key[2], const void *data, size_t n)
{
    struct sip s = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
                    key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};
    const unsigned char *p = data;

    for (size_t i = 0; i + 8 <= n; i += 8) {
        uint64_t word;

        memcpy(&word, p + i, sizeof word);
        eat(&s, le64toh(word));
    }
    eat(&s, (uint64_t)n << 56 | rest(p, n));
    s.c ^= 0xff;
    for (int i = 0; i < 4; i++)
        mix(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}
