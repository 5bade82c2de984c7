/* A stream's watcher sees the same wherever the chunks end. */
#include "fuzz.h"

#include "http/stream.h"

struct heard {
    uint64_t hash;
    size_t events;
};

static void listen(void *arg, struct sc_str data, unsigned flags)
{
    struct heard *h = arg;

    if (flags & SC_DATA_BEGIN) {
        h->events++;
        h->hash = h->hash * 31 + 1;
    }
    for (size_t i = 0; i < data.n; i++)
        h->hash = (h->hash ^ (unsigned char)data.p[i]) * 0x100000001b3u;
}

/* Chunks of the length that the seed gives; 0: one for all. */
static void feed(struct sc_stream *s, struct heard *h, enum sc_stream_kind kind, struct input in,
                 unsigned seed)
{
    sc_stream_init(s, kind);
    s->on_data = listen;
    s->on_data_arg = h;
    while (in.n > 0) {
        size_t n = in.n;

        if (seed) {
            seed = seed * 1103515245 + 12345;
            n = 1 + (seed >> 16) % (seed & 0x40000000 ? 7 : 300);
            n = n < in.n ? n : in.n;
        }
        char *chunk = text_of(in.p, n);
        sc_stream_feed(s, chunk, n);
        free(chunk);
        in.p += n;
        in.n -= n;
    }
    sc_stream_end(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);
    enum sc_stream_kind kind = (enum sc_stream_kind)(1 + take_byte(&in) % 4);
    unsigned seed = 1 + take_byte(&in);
    struct heard whole_heard = {0}, parts_heard = {0};
    struct sc_stream whole, parts;

    feed(&whole, &whole_heard, kind, in, 0);
    feed(&parts, &parts_heard, kind, in, seed);
    CHECK(whole.state == parts.state);
    CHECK(whole.late_error == parts.late_error);
    CHECK(whole.finished == parts.finished);
    CHECK(whole.cut == parts.cut);
    if (whole.state == SC_STREAM_ERROR || whole.late_error) {
        CHECK(whole.error_len < sizeof whole.error && whole.error[whole.error_len] == '\0');
        CHECK(whole.error_len == parts.error_len && strcmp(whole.error, parts.error) == 0);
        CHECK(whole.error_at == parts.error_at);
        CHECK(strcmp(whole.event, parts.event) == 0);
    } else {
        CHECK(whole_heard.events == parts_heard.events);
        CHECK(whole_heard.hash == parts_heard.hash);
    }
    return 0;
}
