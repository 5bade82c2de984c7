/* A line of a cassette: read whole, or refused with a reason; what is read is written back as such.
 */
#include "fuzz.h"

#include "cassette/tape.h"

static void check_sizes(const struct sc_tape *t)
{
    size_t sum = 0;

    for (size_t i = 0; i < t->n_pieces; i++) {
        CHECK(t->pieces[i].n > 0);
        sum += t->pieces[i].n;
    }
    CHECK(sum == t->content.n);
    CHECK(sc_tape_last_block(t->head) <= t->head.n);
    CHECK(sc_tape_status(t->head) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sc_str line = {(const char *)data, size};
    struct sc_buf memory = {0}, again = {0}, written = {.max = SC_TAPE_LINE_MAX};
    struct sc_tape t = {.pieces = NULL}, back = {.pieces = NULL};
    const char *why = NULL;

    if (sc_tape_read(line, &t, &memory, &why)) {
        check_sizes(&t);
        sc_tape_write(&t, &written);
        CHECK(!written.failed && written.n > 0 && written.p[written.n - 1] == '\n');
        CHECK(!memchr(written.p, '\n', written.n - 1));
        if (!sc_tape_read((struct sc_str){written.p, written.n - 1}, &back, &again, &why))
            abort();
        CHECK(back.content.n == t.content.n && back.code == t.code);
        CHECK(t.content.n == 0 || memcmp(back.content.p, t.content.p, t.content.n) == 0);
    } else {
        CHECK(why && why[0]);
    }
    sc_tape_free(&t, &memory);
    sc_tape_free(&back, &again);
    sc_buf_free(&written);
    return 0;
}
