/* taped.c - see taped.h. */
#include "call/taped.h"

#include <stdlib.h>
#include <string.h>

#include "call/feign.h"
#include "handle/texts.h"
#include "http/header.h"

enum { PPM = 1000000, NS_PER_US = 1000, TEXT_MAX = 512 };

/* The block. `own` comes first: it is freed as one. */
struct taped {
    struct sc_own_answer own;
    struct sc_reply_tape tape;
    char type[128], error[TEXT_MAX];
};

static int64_t paced(int64_t us, int64_t pace_ppm)
{
    if (us <= 0 || pace_ppm <= 0)
        return 0;
    if (us > INT64_MAX / NS_PER_US / (pace_ppm / PPM + 1) - 1)
        return INT64_MAX / 4;
    return (int64_t)((double)us * NS_PER_US * (double)pace_ppm / PPM);
}

/* The Content-Type of the last block. */
static void find_type(struct sc_str head, char *out, size_t size)
{
    static const char name[] = "content-type:";
    const char *p = head.p + sc_tape_last_block(head), *end = head.p + head.n;

    snprintf(out, size, "application/octet-stream");
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((stop ? stop : end) - p);

        if (n >= sizeof name && strncasecmp(p, name, sizeof name - 1) == 0) {
            struct sc_str value =
                sc_str_trim((struct sc_str){p + sizeof name - 1, n - (sizeof name - 1)});

            snprintf(out, size, "%.*s", (int)value.n, value.p);
        }
        p += n + (stop != NULL);
    }
}

static char *keep(char **at, struct sc_str s)
{
    char *kept = *at;

    if (s.n > 0)
        memcpy(kept, s.p, s.n);
    *at += s.n;
    return kept;
}

/* No callback is given more at once, whatever an archive says or a hand has written. */
static size_t count_pieces(const struct sc_tape *tape)
{
    size_t n = 0;

    for (size_t i = 0; i < tape->n_pieces; i++)
        n += (tape->pieces[i].n + CURL_MAX_WRITE_SIZE - 1) / CURL_MAX_WRITE_SIZE;
    return n;
}

static void put_pieces(struct taped *a, struct sc_reply_piece *pieces, const struct sc_tape *tape,
                       int64_t pace_ppm)
{
    size_t k = 0;

    for (size_t i = 0; i < tape->n_pieces; i++)
        for (size_t left = tape->pieces[i].n, n; left > 0; left -= n) {
            n = left < CURL_MAX_WRITE_SIZE ? left : CURL_MAX_WRITE_SIZE;
            pieces[k++] = (struct sc_reply_piece){paced(tape->pieces[i].us, pace_ppm), n};
        }
    a->tape.pieces = pieces;
    a->tape.n_pieces = k;
    a->tape.paced = pace_ppm > 0;
    a->tape.head_ns = paced(tape->head_us, pace_ppm);
    a->tape.end_ns = paced(tape->us, pace_ppm);
    a->tape.redirects = tape->redirects;
}

static void put_code(const struct sc_transfer *t, struct taped *a, const struct sc_tape *tape)
{
    struct sc_reply *r = &a->own.reply;

    r->code = (CURLcode)tape->code;
    r->error = a->error;
    r->reach = tape->head.n > 0 || tape->code == 0 ? SC_REACH_ANSWER : sc_feign_reach(r->code);
    if (tape->error.n > 0)
        snprintf(a->error, sizeof a->error, "%.*s", (int)tape->error.n, tape->error.p);
    else if (tape->code != 0)
        sc_text_of_code(t->shadow, r->code, a->error, sizeof a->error);
}

struct sc_own_answer *sc_taped_answer(const struct sc_transfer *t, const struct sc_tape *tape,
                                      int64_t pace_ppm)
{
    size_t pieces = count_pieces(tape) * sizeof(struct sc_reply_piece);
    struct taped *a =
        calloc(1, sizeof *a + pieces + tape->head.n + tape->led_to.n + tape->content.n + 1);
    char *at;

    if (!a)
        return NULL;
    at = (char *)(a + 1) + pieces;
    put_pieces(a, (struct sc_reply_piece *)(a + 1), tape, pace_ppm);
    a->tape.head = (struct sc_str){keep(&at, tape->head), tape->head.n};
    a->tape.led_to = (struct sc_str){keep(&at, tape->led_to), tape->led_to.n};
    find_type(tape->head, a->type, sizeof a->type);
    a->own.reply = (struct sc_reply){.status = sc_tape_status(tape->head),
                                     .content_type = a->type,
                                     .body = keep(&at, tape->content),
                                     .body_len = tape->content.n,
                                     .feigned = true,
                                     .tape = &a->tape};
    put_code(t, a, tape);
    return &a->own;
}

struct sc_own_answer *sc_taped_miss(const char *text)
{
    struct taped *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    snprintf(a->error, sizeof a->error, "%s", text);
    a->own.reply = (struct sc_reply){.body = "",
                                     .code = CURLE_COULDNT_CONNECT,
                                     .reach = SC_REACH_NOTHING,
                                     .error = a->error,
                                     .feigned = true};
    return &a->own;
}
