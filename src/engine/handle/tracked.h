/*
 * tracked.h - the options of libcurl that concern us, a row each.
 *
 * A row says what is remembered of an option (kind, and where in the shadow's options), which
 * trampoline may stand in the handle in its place, and what else has to hear of it. An option
 * without a row goes to libcurl as if we were not there.
 */
#ifndef SC_HANDLE_TRACKED_H
#define SC_HANDLE_TRACKED_H

#include <stddef.h>
#include <stdint.h>

#include "steadycurl/libcurl.h"

/* What of ours may stand in the handle in the place of some (hooks.h). */
enum sc_hook {
    SC_HOOK_NONE,
    SC_HOOK_WRITE,
    SC_HOOK_HEADER,
    SC_HOOK_READ,
    SC_HOOK_SEEK,
    SC_HOOK_IOCTL,
    SC_HOOK_PROGRESS,
    SC_HOOK_OPENSOCKET,
    SC_HOOK_SOCKOPT,
    SC_HOOK_RESOLVER_START,
    SC_HOOK_FRESH_CONNECT, /* no function: the next attempt makes a connection of its own */
    SC_HOOK_DETOUR,        /* nor here: the way is another (detour.h) */
    SC_HOOK_REPATH,        /* nor here: the path is another (repath.h) */
    SC_HOOKS
};

/* What an option's argument is, and does. */
enum sc_tracked_kind {
    SC_TRACKED_POINTER, /* kept as it came */
    SC_TRACKED_FUNCTION,
    SC_TRACKED_FLAG,
    SC_TRACKED_NUMBER,
    SC_TRACKED_SECONDS, /* kept in milliseconds */
    SC_TRACKED_TEXT,    /* copied */
    SC_TRACKED_CREDENTIAL,
    SC_TRACKED_COOKIES,
    SC_TRACKED_JAR,
    SC_TRACKED_WAY,
    SC_TRACKED_WAY_TEXT,
    /* Those that change more than their own value: */
    SC_TRACKED_URL,
    SC_TRACKED_HTTP_VERSION,
    SC_TRACKED_GET,
    SC_TRACKED_METHOD,
    SC_TRACKED_NO_BODY,
    SC_TRACKED_FORM,
    SC_TRACKED_MIME,
    SC_TRACKED_FIELDS,
    SC_TRACKED_COPIED_FIELDS,
    SC_TRACKED_FIELDS_SIZE,
    SC_TRACKED_KINDS
};

/* What else was known of the handle as it stood, and holds no more. */
enum sc_concern {
    SC_CONCERNS_URL = 1, /* the URL, taken apart */
    SC_CONCERNS_BODY = 2 /* the body that is sent in place of the program's */
};

struct sc_tracked {
    CURLoption option;
    uint16_t at;      /* in struct sc_options; or which credential, which method */
    uint8_t kind;     /* enum sc_tracked_kind */
    uint8_t hook;     /* enum sc_hook */
    uint8_t concerns; /* enum sc_concern, or'ed */
};

/* libcurl counts its options through, whatever their type. */
#define SC_TRACKED_INDEX(option) ((unsigned)(option) % CURLOPTTYPE_OBJECTPOINT)
enum { SC_TRACKED_MAX = SC_TRACKED_INDEX(CURLOPT_PROTOCOLS_STR) + 1 };

/* By that count; `option` is 0 where there is no row. */
extern const struct sc_tracked sc_tracked[SC_TRACKED_MAX];

/* NULL: it has no row. */
static inline const struct sc_tracked *sc_tracked_find(CURLoption option)
{
    unsigned i = SC_TRACKED_INDEX(option);

    return option && i < SC_TRACKED_MAX && sc_tracked[i].option == option ? &sc_tracked[i] : NULL;
}

#endif
