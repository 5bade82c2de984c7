/*
 * transfer.h - one managed call under way.
 *
 * Hangs on its shadow, not on the stack: a callback of the program may longjmp past us, and then
 * the next call on the handle finds and frees it. Nothing in here is a lock, a count or a flag
 * that others wait for.
 */
#ifndef SC_CALL_TRANSFER_H
#define SC_CALL_TRANSFER_H

#include "core/call.h"
#include "http/stream.h"
#include "provider/usage.h"
#include "wire/hold.h"
#include "process/runtime.h"
#include "handle/shadow.h"
#include "wire/spool.h"
#include "state/state.h"

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

/* What a call's answers took, all attempts together. */
struct sc_spent {
    bool known;
    bool estimated; /* in part */
    bool has_cost;
    int64_t input, cached, written, output, reasoning; /* tokens; input includes the next two */
    int64_t cost_nano;
};

/* The rule's own bounds on an attempt's time (watchdog.h). */
struct sc_watch {
    int64_t since_ns;  /* the attempt's start, or its last output; later by what was not its time */
    int64_t paused_ns; /* since when the program itself has paused, 0: it has not */
    uint64_t outputs;  /* of the stream, seen so far */
    bool begun;        /* there was output */
};

/* What the program's progress callback was told, so that attempts look like one transfer. */
struct sc_told {
    curl_off_t up_total, up;     /* the most of all attempts: the body is sent again */
    curl_off_t down_total, down; /* what came of a failure that is held, */
    bool owed;                   /* and was not told */
};

/* What the attempt sends in place of the program's body (rewrite.h). */
struct sc_rewrite {
    char *bytes; /* NULL: the program's own. Of a call that was refused: the answer's */
    size_t n, pos;
    struct curl_slist *headers; /* the program's list with another Content-Length, NULL: its own */
    char length[48];
    const char *refused; /* x-steadycurl of a call that was refused, NULL: it was not */
    int status;          /* and its answer's */
};

/* What tokens.h has done about the request so far. */
struct sc_token_work {
    int64_t limit; /* the output limit that an error named, 0: none */
    int trimmed;   /* messages left out */
    bool said;     /* in the log, what was found of the context */
};

/* What the request was measured at (estimate.h). */
struct sc_estimate {
    struct sc_str of;      /* this body; p NULL: none that can be seen */
    int64_t tokens, blobs; /* of its text; and images and such */
    bool seen;             /* false: by its length alone */
};

enum { SC_MODEL_MAX = 128 };

struct sc_transfer {
    const struct sc_policy *policy;
    const struct sc_rule *rule;
    enum sc_provider provider;
    const struct sc_policy_provider *own_provider; /* its entry in the policy, NULL: none */
    enum sc_request_kind kind;
    bool kind_open;           /* its body, which the program produces as it goes, is to decide */
    char model[SC_MODEL_MAX]; /* "" unknown */
    uint64_t id;
    uint64_t random; /* for sc_random_next */
    struct sc_call call;
    struct sc_ticket ticket;       /* its place in the shared state */
    struct sc_money_ticket *money; /* and in the budgets; NULL: none is for it */
    struct sc_admission admission; /* what that said last */
    bool asked;                    /* it said to wait: ask again */
    bool turned_away;              /* it said no: we answer */
    int64_t recheck_ns;            /* how long a wait may go on without asking again */
    int64_t wait_end_ns;           /* WAIT of the shared state: when it will be over */
    int64_t waiting_since_ns;      /* 0: it does not wait */
    struct sc_upload upload;
    struct sc_batch *batch; /* the request is sent in parts (batch.h) */
    bool batch_off;         /* it cannot be: its answers were not understood */
    bool uploads;           /* the read callback is ours */
    bool rewinds;           /* libcurl could not rewind: from now on it can, in the spool */
    bool answered;          /* an attempt had an answer, be it a failure */
    bool fresh, fresh_on;   /* the next attempt, all further ones need a connection of their own */
    bool usage_asked;       /* the request asks for usage, and the program did not */
    struct sc_rewrite rewrite;
    struct sc_token_work tokens;
    struct sc_estimate estimate;
    struct sc_spent spent;
    struct sc_told told;

    /* the attempt */
    int64_t attempt_start_ns;
    enum sc_phase phase;
    enum sc_place place;
    enum sc_hold_mode mode;
    struct sc_hold hold;
    size_t next;         /* next item to hand over */
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
    int connect_code; /* what a proxy said to CONNECT, 0: nothing; known at the end */
    bool bounded;     /* TIMEOUT_MS in the handle is ours */
    struct sc_watch watch;
    const char *bound;    /* the rule's timeout that ended the attempt, NULL: none */
    bool commit_early;    /* hold nothing more (out of memory, HTTP/0.9) */
    bool send_paused;     /* the program has paused its upload: hold nothing meanwhile */
    bool last_attempt;    /* nothing can come after it: no need to hold */
    bool fail_suppressed; /* FAILONERROR is off for this response: its body decides */
    bool short_write;     /* the program refused a piece that was handed over */
    size_t refused;       /* what it returned for it */
    bool forbidden;       /* the program forbade to resolve or connect */
    bool granted;         /* and yet allowed another try within the attempt */
    bool programs_doing;  /* the attempt ended by the program's own callbacks */
    bool decided;         /* outcome was already taken, in the middle of the transfer */
    struct sc_verdict verdict;
    struct sc_stream *stream;
    struct sc_show *show; /* the program does not get to see all of the stream (show.h) */
    struct sc_usage_reader usage;
    uint64_t
        counted_ahead; /* bytes that were looked at, and that the program's pause sends again */
    struct sc_snapshot *snapshots;
    size_t n_snapshots;
    long connects; /* NUM_CONNECTS of this attempt */
    long earlier_connects;

    /* handing over */
    const struct sc_snapshot *view; /* getinfo answers from here, NULL: from libcurl */
    bool finishing;                 /* the handle has its own values back */
    bool may_pause;                 /* a pause while handing over is not waited for */
    bool replay_paused;             /* handing over stopped in the middle */
    bool replaying;                 /* after the real perform */
    const struct sc_item *shown;    /* the held item that is handed over right now */
    const char *type_before;        /* content type until the block names its own */
    bool type_known;
    bool length_known; /* before the block's last line */
    bool in_head;      /* a header line before its block's last one is handed over */
    bool sending;      /* inside libcurl's own perform */
    bool in_callback;  /* one of the program's callbacks runs, and libcurl's not */
    bool recv_paused;  /* the program has paused its download, */
    bool send_stopped; /* or its upload */
    bool recv_withheld, send_withheld; /* ... and libcurl does not know (pause.c) */
    bool unpaused;                     /* curl_easy_pause lifted a pause of the upload meanwhile */
    uint64_t delivered_body;           /* bytes of body given in a replay */
};

struct sc_transfer *sc_transfer_new(void);
void sc_transfer_free(struct sc_transfer *t);

/* Forgets the attempt before, if any. */
void sc_transfer_attempt(struct sc_transfer *t);

enum { SC_HEADERS_MAX = 96 };

/* The header lines of the current block, borrowed; returns their number. */
size_t sc_transfer_headers(const struct sc_transfer *t, struct sc_header out[SC_HEADERS_MAX]);

/* The body of the response as far as it was kept, borrowed. */
struct sc_str sc_transfer_body(const struct sc_transfer *t);

/* All items are out. The bytes of a failure stay, to be classified. */
void sc_transfer_forget_held(struct sc_transfer *t);

/* The policy's rows for this call, in `own`; NULL if it has none. */
const struct sc_class_rows *sc_transfer_own_rows(const struct sc_transfer *t,
                                                 struct sc_class_rows own[SC_OWN_TABLES]);

/* What the request does, once as much of its body as there is can be looked at. */
enum sc_request_kind sc_transfer_kind(struct sc_transfer *t);

/* What the attempt's response is, from the bytes at hand. rc: libcurl's result. */
void sc_transfer_classify(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc,
                          struct sc_verdict *out);

/* A JSON answer that the reader of usage has seen whole and found nothing unusual in. */
bool sc_transfer_is_common(const struct sc_transfer *t);

/* Takes down what getinfo says now of the current block. */
void sc_snapshot_take(struct sc_shadow *s, struct sc_transfer *t);

#endif
