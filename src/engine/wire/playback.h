/*
 * playback.h - hands held pieces to the program's own callbacks.
 *
 * Either from inside libcurl's callback, when a commit is decided in the middle of a transfer, or
 * after the real perform has returned (a replay), when what libcurl does around a callback has to
 * be done here: SIGPIPE, pause, recursion guards, error texts.
 *
 * The playback is the call's, not the attempt's: to the program several attempts are one transfer.
 */
#ifndef SC_WIRE_PLAYBACK_H
#define SC_WIRE_PLAYBACK_H

#include "wire/exchange.h"

/* What the program's progress callback was told, so that attempts look like one transfer. */
struct sc_progress_told {
    curl_off_t up_total, up;     /* the most of all attempts: the body is sent again */
    curl_off_t down_total, down; /* what came of a failure that is held, */
    bool owed;                   /* and was not told */
};

struct sc_playback {
    int64_t start_ns, deadline_ns;  /* the call's; SC_PLAYBACK_ENDLESS: no deadline */
    const struct sc_snapshot *view; /* getinfo answers from here, NULL: from libcurl */
    const struct sc_item *shown;    /* the held item that is handed over right now */
    const char *type_before;        /* content type until the block names its own */
    size_t next;                    /* next item to hand over */
    size_t refused;                 /* what the program returned for a piece that it refused */
    uint64_t delivered_body;        /* bytes of body given in a replay */
    struct sc_progress_told told;
    bool type_known;
    bool length_known;  /* before the block's last line */
    bool in_head;       /* a header line before its block's last one is handed over */
    bool short_write;   /* the program refused a piece that was handed over */
    bool may_pause;     /* a pause while handing over is not waited for */
    bool replaying;     /* after the real perform */
    bool replay_paused; /* handing over stopped in the middle */
    bool finishing;     /* the handle has its own values back */
    bool sending;       /* inside libcurl's own perform */
    bool in_callback;   /* one of the program's callbacks runs, and libcurl's not */
    bool recv_paused;   /* the program has paused its download, */
    bool send_stopped;  /* or its upload */
    bool recv_withheld, send_withheld; /* ... and libcurl does not know (drive/pause.c) */
    bool unpaused;                     /* curl_easy_pause lifted a pause of the upload meanwhile */
};

#define SC_PLAYBACK_ENDLESS INT64_MAX

/* An attempt is forgotten: nothing of it is left to hand over. */
void sc_playback_restart(struct sc_playback *play);

/* Hands over everything held and commits. False when the program paused or refused a piece: then
 * *verdict is what the running trampoline has to return. */
bool sc_deliver_held(struct sc_exchange *x, size_t *verdict);

/* After the real perform: hands over what is held of its result rc and returns what the program's
 * perform has to return. */
CURLcode sc_deliver_result(struct sc_exchange *x, CURLcode rc);

/* libcurl's words for a time-out of the whole call, into the program's buffer. */
void sc_playback_timed_out(const struct sc_exchange *x);

#endif
