/* What is taken out of a stream does not depend on where its chunks end. */
#include "fuzz.h"

#include "provider/unasked.h"

struct shown {
    char *p;
    size_t n;
};

static struct shown filter(struct input in, bool keep_length, unsigned seed)
{
    struct shown s = {malloc(in.n + 2 * SC_UNASKED_KEEP), 0};
    struct sc_unasked u;

    CHECK(s.p);
    sc_unasked_init(&u, keep_length);
    while (in.n > 0) {
        size_t n = in.n;

        if (seed) {
            seed = seed * 1103515245 + 12345;
            n = 1 + (seed >> 16) % (seed & 0x40000000 ? 7 : 300);
            n = n < in.n ? n : in.n;
        }
        char *chunk = text_of(in.p, n), *out = malloc(n + SC_UNASKED_KEEP);
        CHECK(out);
        size_t got = sc_unasked_feed(&u, chunk, n, out);
        memcpy(s.p + s.n, out, got);
        s.n += got;
        free(chunk);
        free(out);
        in.p += n;
        in.n -= n;
    }
    s.n += sc_unasked_end(&u, s.p + s.n);
    return s;
}

static bool has(struct input in, const char *word)
{
    return in.n > 0 && memmem(in.p, in.n, word, strlen(word));
}

/* A server's timings may stand further ahead than they came. */
static bool may_move(struct input in)
{
    return has(in, "\"timings\"") || has(in, "\\u");
}

/* Every byte that is shown came, */
static void check_came(struct input in, struct shown s)
{
    size_t came[256] = {0};

    for (size_t i = 0; i < in.n; i++)
        came[(unsigned char)in.p[i]]++;
    for (size_t i = 0; i < s.n; i++)
        CHECK(came[(unsigned char)s.p[i]]-- > 0);
}

/* ... in its order. */
static void check_is_part(struct input in, struct shown s)
{
    size_t at = 0;

    for (size_t i = 0; i < in.n && at < s.n; i++)
        at += in.p[i] == s.p[at];
    CHECK(at == s.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);
    unsigned first = take_byte(&in);
    bool keep_length = first & 1;
    struct shown whole = filter(in, keep_length, 0), parts = filter(in, keep_length, first | 1);

    CHECK(whole.n == parts.n && memcmp(whole.p, parts.p, whole.n) == 0);
    CHECK(whole.n <= in.n);
    if (!keep_length)
        check_came(in, whole);
    if (!keep_length && !may_move(in))
        check_is_part(in, whole);
    if (in.n > 0 && !memmem(in.p, in.n, "\"usage\"", 7))
        CHECK(whole.n == in.n && memcmp(whole.p, in.p, in.n) == 0);
    free(whole.p);
    free(parts.p);
    return 0;
}
