/*
 * shown.h - what the program has been shown of a call, and has paused (playback.h hands it over).
 *
 * It is the call's, not the attempt's: to the program several attempts are one transfer.
 */
#ifndef SC_WIRE_SHOWN_H
#define SC_WIRE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "steadycurl/libcurl.h"

struct sc_item;
struct sc_snapshot;

/* What the program's progress callback was told, so that attempts look like one transfer. */
struct sc_progress_told {
    curl_off_t up_total, up;     /* the most of all attempts: the body is sent again */
    curl_off_t down_total, down; /* what came of a failure that is held, */
    bool owed;                   /* and was not told */
};

struct sc_playback {
    int64_t start_ns, deadline_ns;  /* the call's; SC_NEVER (core/call.h): no deadline */
    const struct sc_snapshot *view; /* getinfo answers from here, NULL: from libcurl */
    const struct sc_item *shown;    /* the held item that is handed over right now */
    const char *type_before;        /* content type until the block names its own */
    size_t next;                    /* next item to hand over */
    size_t refused;                 /* what the program returned for a piece that it refused */
    uint64_t delivered_body;        /* bytes of body given in a replay */
    int64_t due_ns; /* handing over stopped in the middle, until then; 0: by the program's pause */
    struct sc_progress_told told;
    bool type_known;
    bool length_known;  /* before the block's last line */
    bool is_head_copy;  /* the piece is a header line, to the body's callback (CURLOPT_HEADER) */
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

#endif
