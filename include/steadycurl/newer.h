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

/* CURLOPT */
enum { SC_CURLOPT_HAPROXY_CLIENT_IP = CURLOPTTYPE_STRINGPOINT + 323 /* 8.2 */ };

/* Since which version libcurl tells otherwise what we tell in its stead (`version_num`). */
enum {
    SC_SINCE_REFUSED_IS_NOT_COUNTED = 0x080700, /* a refused piece was not downloaded */
    SC_SINCE_FAILS_BEFORE_LENGTH = 0x080800,    /* FAILONERROR comes before Content-Length */
    SC_SINCE_REUSE_HAS_NO_LOOKUP = 0x080e00,    /* NAMELOOKUP_TIME of a connection used again */
    SC_SINCE_MESSAGES_IN_CALLBACKS = 0x081600,  /* curl_multi_info_read gives them there, too */
};

/* CURLMOPT (8.17), its notifications, CURLMINFO (8.16) */
enum {
    SC_CURLMOPT_NOTIFYFUNCTION = CURLOPTTYPE_FUNCTIONPOINT + 18,
    SC_CURLMOPT_NOTIFYDATA = CURLOPTTYPE_OBJECTPOINT + 19,
    SC_CURLMNOTIFY_INFO_READ = 0,
    SC_CURLMNOTIFY_EASY_DONE = 1,
    SC_CURLMINFO_XFERS_CURRENT = 1,
    SC_CURLMINFO_XFERS_RUNNING = 2,
    SC_CURLMINFO_XFERS_DONE = 4,
    SC_CURLMINFO_XFERS_ADDED = 5,
};

/* What an older header does not declare, for those who export it. */
#if LIBCURL_VERSION_NUM < 0x080400
CURL **curl_multi_get_handles(CURLM *multi);
#endif
#if LIBCURL_VERSION_NUM < 0x081000
typedef int CURLMinfo_offt; /* an enum there */
CURLMcode curl_multi_get_offt(CURLM *multi, CURLMinfo_offt info, curl_off_t *out);
#endif
#if LIBCURL_VERSION_NUM < 0x081100
CURLMcode curl_multi_notify_enable(CURLM *multi, unsigned int notification);
CURLMcode curl_multi_notify_disable(CURLM *multi, unsigned int notification);
#endif

#endif
