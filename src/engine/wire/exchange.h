/*
 * exchange.h - one attempt's response on its way: what came, what of it is held, how far it is
 * read.
 *
 * The trampolines in the handle find it on the shadow. It knows the handle (for the program's own
 * callbacks), the request and the playback of its call, and nothing of policy,
 * stages or decisions: what others want of a response is data in `wants`, and where a decision is
 * due it asks its listener. So it runs under a table of functions in libcurl's place, too.
 *
 * Only response.c, commit.c and playback.c move `phase`. Owner: the transfer. One thread at a time.
 */
#ifndef SC_WIRE_EXCHANGE_H
#define SC_WIRE_EXCHANGE_H

#include "handle/shadow.h"
#include "http/buf.h"
#include "http/header.h"
#include "provider/facts.h"
#include "http/stream.h"
#include "provider/paths.h"
#include "provider/usage.h"
#include "wire/hold.h"
#include "wire/trickle.h"
#include "wire/request.h"
#include "wire/shown.h"

/* Where the pieces of the running attempt go. */
enum sc_phase {
    SC_HOLDING,   /* into the hold */
    SC_RELEASING, /* the hold is being handed over, and was interrupted by a pause */
    SC_COMMITTED  /* straight to the program */
};

/* Where in a response the next piece falls. */
enum sc_place {
    SC_BEFORE,    /* no header line yet, or after a block that cannot be the last one */
    SC_IN_BLOCK,  /* between a status line and its empty line */
    SC_UNDECIDED, /* after a block that libcurl may follow up (redirect, auth) */
    SC_IN_BODY    /* after the final block */
};

struct sc_alter;

/* What is being waited for while bytes are held. */
enum sc_hold_mode {
    SC_HOLD_HEADERS,
    SC_HOLD_UNTOLD, /* the body's first bytes, which tell what it is */
    SC_HOLD_JSON,
    SC_HOLD_STREAM,
    SC_HOLD_FAILURE
};

/* What getinfo said when a header block was complete, for handing the block over later. */
struct sc_snapshot {
    unsigned block;
    long response_code, connect_code, http_version, redirect_count, protocol, primary_port;
    curl_off_t content_length;
    const char *scheme; /* libcurl's static string */
    char *effective_url, *content_type, *primary_ip;
};

/* The server's own time: what the program takes in its callbacks, or while it has paused the
 * transfer, is not in it; and only output ends a wait (clock.h). */
struct sc_clock {
    int64_t since_ns;  /* the attempt's start, or its last output; later by what was not its time */
    int64_t paused_ns; /* since when the program itself has paused, 0: it has not */
    uint64_t outputs;  /* of the stream, seen so far */
    bool begun;        /* there was output */
    struct sc_trickle trickle;
};

/* What a response is to be turned into. The bytes that come out are borrowed until the next call.
 */
struct sc_translation {
    struct sc_str (*feed)(void *arg, const char *p, size_t n);
    struct sc_str (*end)(void *arg); /* what is still due when all has come */
    void *arg;
    const char *type;   /* Content-Type of what comes out, */
    const char *reason; /* and its x-steadycurl */
};

/* What the program gets of a body goes here as well. */
struct sc_record {
    struct sc_buf bytes;
    struct sc_buf *times; /* pairs of int64_t: when each piece came (sc_now_ns), where it ends;
                             NULL: nobody wants to know */
    struct sc_record *next;
};

/* What others want of the responses of a call. Set before an attempt, read without a call. */
struct sc_wants {
    bool pass;                       /* nothing is held for the sake of another attempt */
    size_t success_max, failure_max; /* bytes that are held of a JSON answer, of a failure */
    size_t room;                     /* whole: bytes that it may have beyond success_max */
    bool whole; /* a success is JSON, and none of it may be shown before all of it came */
    bool last;  /* the last attempt is worth holding, too, and any failure */
    const struct sc_translation *translation; /* nothing is shown as it comes; NULL: all is */
    bool behind_400;    /* the body of a 400 or 422 has to be seen, whoever asks for FAILONERROR */
    bool limit_headers; /* the service's headers about its rate limits */
    bool hides_usage;   /* a stream's usage was asked for by us: the program does not see it */
    int64_t first_ms;   /* the server's time until its first output, 0: no bound */
    int64_t gap_ms;     /* and between its outputs */
    int64_t slow_chars_s, slow_ms; /* a stream without output yet brings at least so much a second,
                                      over any such time; 0: no bound */
    struct sc_record *record;      /* who keeps what the program gets of the body; NULL: nobody */
};

struct sc_exchange {
    struct sc_shadow *shadow;
    struct sc_request *req;
    struct sc_playback *play;
    const struct sc_listener *listener;
    void *owner;               /* the listener's */
    struct sc_alter *alter;    /* the answer is altered on its way (alter.h); NULL: it is not */
    enum sc_provider provider; /* whose dialect the response has */
    struct sc_wants wants;
    struct sc_hold hold; /* its memory is kept for the next attempt */
    struct sc_usage_reader usage;

    /* The attempt: all from here on is cleared for the next one. */
    enum sc_phase phase;
    bool fresh; /* there was none, nor an answer of ours: nothing has to be forgotten */
    enum sc_place place;
    enum sc_hold_mode mode;
    unsigned block;      /* header blocks begun, minus one */
    size_t block_start;  /* where the current block lies in the hold's bytes */
    size_t body_start;   /* and the body behind it */
    const char *pending; /* body piece that may turn out to be a header's copy */
    size_t pending_len;
    curl_off_t content_length; /* -1 unknown, or not comparable with what callbacks get */
    bool tells_limits;         /* the current block has headers about rate limits */
    bool encoded;              /* the current block has a Content-Encoding */
    bool kind_told;            /* what kind of success it is: see kind.h */
    bool typed;                /* it has a Content-Type */
    uint64_t body_len;
    uint64_t read_len; /* of it went to `usage` while it was held */
    int status;
    const char *bound;    /* the rule's timeout that ended the attempt, NULL: none */
    bool last;            /* nothing can come after it: no need to hold */
    bool programs_doing;  /* it ended by the program's own callbacks */
    bool commit_early;    /* hold nothing more (out of memory, HTTP/0.9) */
    bool send_paused;     /* the program has paused its upload: hold nothing meanwhile */
    bool fail_suppressed; /* FAILONERROR is off for this response: its body decides */
    struct sc_stream *stream;
    int64_t output_ns;        /* when its first output came, 0: none has */
    struct sc_filter *filter; /* the program does not get to see all of the stream (filter.h) */
    uint64_t counted_ahead;   /* bytes looked at, and that the program's pause sends again */
    struct sc_clock clock;
    struct sc_snapshot *snapshots;
    size_t n_snapshots;
};

/* What a final header block says of its response. */
enum sc_final {
    SC_FINAL_SUCCESS,
    SC_FINAL_FAILURE, /* whatever the body says, no other attempt is made for it */
    SC_FINAL_OPEN     /* the body may decide */
};

/* Where a decision is due. All are asked from inside libcurl's callbacks: nothing may call back
 * into the handle but getinfo and setopt of FAILONERROR. */
struct sc_listener {
    /* The status line of a block has come: whether FAILONERROR would hide what decides. */
    bool (*behind_fail_on_error)(struct sc_exchange *x);
    /* The final header block is complete, and held. */
    enum sc_final (*head)(struct sc_exchange *x);
    /* All of a JSON answer is there, with this last piece: true: it is what it seems to be. */
    bool (*whole)(struct sc_exchange *x, const char *p, size_t n);
};

/* A call's first state; what lies before `usage` is the caller's. */
void sc_exchange_init(struct sc_exchange *x);

/* In whose dialect the next response will be. */
static inline void sc_exchange_of(struct sc_exchange *x, enum sc_provider provider)
{
    x->provider = x->usage.provider = provider;
}

/* Forgets the attempt before; hold and stream memory may stay for the next. */
void sc_exchange_restart(struct sc_exchange *x);

/* The same before an attempt, which is mostly the first. */
void sc_exchange_next(struct sc_exchange *x);

void sc_exchange_free(struct sc_exchange *x);

/* All items are out. The bytes of a failure stay, to be classified. */
void sc_exchange_forget_held(struct sc_exchange *x);

enum { SC_HEADERS_MAX = 96 };

/* The header lines of the current block, borrowed; returns their number. */
size_t sc_exchange_headers(const struct sc_exchange *x, struct sc_header out[SC_HEADERS_MAX]);

/* The body of the response as far as it was kept, borrowed. */
struct sc_str sc_exchange_body(const struct sc_exchange *x);

/* A JSON answer that the reader of usage has seen whole and found nothing unusual in. */
bool sc_exchange_is_common(const struct sc_exchange *x);

static inline void sc_record_add(struct sc_exchange *x, struct sc_record *r)
{
    r->next = x->wants.record;
    x->wants.record = r;
}

static inline void sc_record_drop(struct sc_exchange *x, const struct sc_record *r)
{
    struct sc_record **at = &x->wants.record;

    while (*at && *at != r)
        at = &(*at)->next;
    if (*at)
        *at = r->next;
}

/* Nothing may be held any more, but what is wanted whole. */
static inline bool sc_exchange_holds_nothing(const struct sc_exchange *x)
{
    return (x->commit_early || x->send_paused) && !x->wants.whole && !x->wants.translation;
}

/* Nothing comes after the last attempt, but how it failed is news for all processes: an empty
 * account looks like a rate limit until the body is read. */
bool sc_exchange_is_worth_holding(const struct sc_exchange *x);

/* The body of a refusal may say what to leave out, or to lower, for another request to be taken. */
static inline bool sc_exchange_may_change(const struct sc_exchange *x)
{
    return x->wants.behind_400 && (x->status == 400 || x->status == 422);
}

/* Takes down what getinfo says now of the current block. */
void sc_exchange_snapshot(struct sc_exchange *x);

#endif
