/*
 * pause.c - see pause.h.
 *
 * To the program a call is one transfer, which it may stop and let go at any time. libcurl has it
 * only while an attempt is under way, knows no pause before that has its connection (it answers 43
 * then), and begins each attempt unpaused. So what the program wants is kept here. What libcurl has
 * not been told is `withheld`: it is told at the next piece, by what the trampoline returns.
 */
#include "drive/pause.h"

#include "call/transfer.h"
#include "drive/multi.h"
#include "wire/clock.h"

/* Else the call waits, or its result is being handed over. */
static bool libcurl_has_it(const struct sc_shadow *s, const struct sc_transfer *t)
{
    return s->member ? s->member->state == SC_MEMBER_RUNNING : t->play.sending;
}

/* What libcurl knows of the pause, and the clocks. */
static void withhold(struct sc_transfer *t, bool withheld)
{
    t->play.recv_withheld = withheld && t->play.recv_paused;
    t->play.send_withheld = withheld && t->play.send_stopped;
    sc_clock_paused(&t->x);
}

/* The first attempt has no connection yet: libcurl's own answer stands, and what it refused to
 * pause nobody will let go, either. An earlier pause, from before the attempt, can be lifted. */
static CURLcode refused(struct sc_transfer *t, bool was_paused, CURLcode rc)
{
    if (t->req.upload.pending ==
        CURL_READFUNC_PAUSE) /* asked ahead of the connection (request.h) */
        return CURLE_OK;
    if (was_paused)
        return CURLE_OK;
    t->play.recv_paused = false;
    t->play.send_stopped = false;
    withhold(t, false);
    return rc;
}

CURLcode sc_pause(struct sc_shadow *s, int bitmask)
{
    struct sc_transfer *t = s->transfer;
    bool was_paused;
    CURLcode rc;

    if (!t)
        return s->real->easy_pause(s->easy, bitmask);
    was_paused = t->play.recv_paused || t->play.send_stopped;
    t->play.recv_paused = (bitmask & CURLPAUSE_RECV) != 0;
    t->play.send_stopped = (bitmask & CURLPAUSE_SEND) != 0;
    if (!t->play.send_stopped)
        t->play.unpaused = true;
    if (!libcurl_has_it(s, t)) {
        withhold(t, true);
        if (s->member && s->member->state == SC_MEMBER_PAUSED && !t->play.recv_paused)
            sc_multi_unpaused(s->member);
        return CURLE_OK;
    }
    withhold(t, false); /* before: callbacks run in there */
    rc = s->real->easy_pause(s->easy, bitmask);
    if (rc != CURLE_BAD_FUNCTION_ARGUMENT || s->transfer != t)
        return rc;
    withhold(t, true);
    return t->call.attempts > 0 ? CURLE_OK : refused(t, was_paused, rc);
}
