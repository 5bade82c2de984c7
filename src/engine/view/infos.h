/*
 * infos.h - libcurl's infos that we may have to answer, a row each: what it means, whatever the
 * type that it is told in (SIZE_DOWNLOAD and SIZE_DOWNLOAD_T mean the same).
 */
#ifndef SC_VIEW_INFOS_H
#define SC_VIEW_INFOS_H

#include <stdbool.h>
#include <stdint.h>

#include "steadycurl/newer.h"

enum sc_means {
    SC_MEANS_NOTHING, /* to us */
    SC_MEANS_ABSENT,  /* 0 where no server answered */
    SC_MEANS_UNKNOWN, /* -1 there */
    SC_MEANS_STATUS,
    SC_MEANS_CONNECT_STATUS,
    SC_MEANS_HTTP_VERSION,
    SC_MEANS_PROTOCOL,
    SC_MEANS_REDIRECTS,
    SC_MEANS_PORT,
    SC_MEANS_HEAD_SIZE,
    SC_MEANS_CONNECTS,
    SC_MEANS_OS_ERROR,
    SC_MEANS_RETRY_AFTER,
    SC_MEANS_TRANSFER_ID,
    SC_MEANS_CONNECTION_ID,
    SC_MEANS_DOWN_SIZE,   /* the download: bytes so far, */
    SC_MEANS_DOWN_TAKEN,  /* those that the write function took, */
    SC_MEANS_DOWN_LENGTH, /* those announced, */
    SC_MEANS_DOWN_SPEED,  /* those a second */
    SC_MEANS_UP_SIZE,
    SC_MEANS_UP_LENGTH,
    SC_MEANS_UP_SPEED,
    /* From the start of the perform, in microseconds; 0: did not happen. */
    SC_MEANS_LOOKED_UP,
    SC_MEANS_CONNECTED,
    SC_MEANS_SECURED,
    SC_MEANS_READY,   /* to send the request */
    SC_MEANS_REACHED, /* whatever comes before the answer */
    SC_MEANS_ENDED,
    /* Texts. */
    SC_MEANS_URL,
    SC_MEANS_METHOD,
    SC_MEANS_TYPE,
    SC_MEANS_SCHEME,
    SC_MEANS_ADDRESS,
    SC_MEANS_OWN_ADDRESS,
    SC_MEANS_REDIRECT_URL,
    SC_MEANINGS
};

enum sc_means sc_info_means(CURLINFO info);

/* All that have a row, one after the other: that after `info`. CURLINFO_NONE begins and ends. */
CURLINFO sc_info_after(CURLINFO info);

static inline bool sc_means_time(enum sc_means means)
{
    return means >= SC_MEANS_LOOKED_UP && means <= SC_MEANS_ENDED;
}

/* What the program has asked for, and where libcurl has put its answer. */
struct sc_info {
    CURLINFO number;
    enum sc_means means;
    void *out;
};

/* Answers otherwise, in the type that was asked for. */
void sc_info_put(const struct sc_info *q, int64_t value);
void sc_info_put_text(const struct sc_info *q, const char *text);

/* What is answered now, of an info that is a number. */
int64_t sc_info_value(const struct sc_info *q);

#endif
