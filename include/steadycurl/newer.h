/*
 * newer.h - what libcurl has learned after 7.88, whose headers this builds with.
 *
 * Numbers are part of libcurl's ABI and never change. A libcurl that is too old for one answers
 * CURLE_UNKNOWN_OPTION itself, as it would without us. docs/options.md has the whole list.
 */
#ifndef STEADYCURL_NEWER_H
#define STEADYCURL_NEWER_H

#include "steadycurl/libcurl.h"

/* CURLINFO */
enum {
    SC_CURLINFO_XFER_ID = CURLINFO_OFF_T + 63,             /* 8.2 */
    SC_CURLINFO_CONN_ID = CURLINFO_OFF_T + 64,             /* 8.2 */
    SC_CURLINFO_QUEUE_TIME_T = CURLINFO_OFF_T + 65,        /* 8.6 */
    SC_CURLINFO_USED_PROXY = CURLINFO_LONG + 66,           /* 8.7 */
    SC_CURLINFO_POSTTRANSFER_TIME_T = CURLINFO_OFF_T + 67, /* 8.10 */
    SC_CURLINFO_EARLYDATA_SENT_T = CURLINFO_OFF_T + 68,    /* 8.11 */
    SC_CURLINFO_HTTPAUTH_USED = CURLINFO_LONG + 69,        /* 8.12 */
    SC_CURLINFO_PROXYAUTH_USED = CURLINFO_LONG + 70,       /* 8.12 */
    SC_CURLINFO_SIZE_DELIVERED = CURLINFO_OFF_T + 71,      /* 8.20 */
};

/* Since which version libcurl tells otherwise what we tell in its stead (`version_num`). */
enum {
    SC_SINCE_REFUSED_IS_NOT_COUNTED = 0x080700, /* a refused piece was not downloaded */
    SC_SINCE_FAILS_BEFORE_LENGTH = 0x080800,    /* FAILONERROR comes before Content-Length */
    SC_SINCE_REUSE_HAS_NO_LOOKUP = 0x080e00,    /* NAMELOOKUP_TIME of a connection used again */
};

#endif
