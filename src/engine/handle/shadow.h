/*
 * shadow.h - what steadycurl knows of an easy handle.
 *
 * libcurl gives no option back, so everything a managed call needs is recorded as the program sets
 * it. While a managed perform is under way trampolines stand in for some of the program's values
 * (`hooked`); those of the sinks stay in the handle after it, and pass on what comes, until it is
 * used for a transfer that is not managed, which finds the handle as it would be without us, also
 * in a multi.
 *
 * One thread at a time per shadow, as libcurl demands of the handle. An idle shadow stays below
 * 1 KiB; a call's own memory hangs on `transfer` and goes with it.
 */
#ifndef SC_HANDLE_SHADOW_H
#define SC_HANDLE_SHADOW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "steadycurl/libcurl.h"
#include "http/url.h"
#include "policy/policy.h"
#include "provider/paths.h"
#include "provider/tokenizer.h"

enum sc_method {
    SC_METHOD_GET,
    SC_METHOD_HEAD,
    SC_METHOD_POST,
    SC_METHOD_POST_FORM,
    SC_METHOD_POST_MIME,
    SC_METHOD_PUT
};

/* A string that is set again and again: keeps its buffer. */
struct sc_text {
    char *p;
    size_t n, size;
    bool set;
};

/* Texts of options that are known only to be kept out of what is written. */
enum sc_credential {
    SC_CREDENTIAL_USERPWD,
    SC_CREDENTIAL_USERNAME,
    SC_CREDENTIAL_PASSWORD,
    SC_CREDENTIAL_PROXY, /* the URL: user info */
    SC_CREDENTIAL_PRE_PROXY,
    SC_CREDENTIAL_PROXYUSERPWD,
    SC_CREDENTIAL_PROXYUSERNAME,
    SC_CREDENTIAL_PROXYPASSWORD,
    SC_CREDENTIAL_COOKIE,
    SC_CREDENTIAL_NETRC_FILE, /* the path of a file that has some */
    SC_CREDENTIALS
};

struct sc_credentials {
    struct sc_text of[SC_CREDENTIALS];
};

/* How the program gets out into the network, as far as a detour has to know (detour.h). */
enum sc_way {
    SC_WAY_CONNECT_TO,
    SC_WAY_PROTOCOLS,
    SC_WAY_PROTOCOLS_TEXT,
    SC_WAY_NO_PROXY,
    SC_WAYS
};

struct sc_ways {
    struct {
        bool set;
        int64_t value;       /* of an option that is no text */
        struct sc_text text; /* of one that is */
    } of[SC_WAYS];
};

/* What was seen of COPYPOSTFIELDS when they were set: later nobody but libcurl can read them. */
struct sc_copied {
    int64_t size, output_limit;
    uint64_t hash;
    bool streams;  /* they ask for a stream */
    bool measured; /* something counts tokens: what follows is known */
    int32_t blobs;
    int32_t tokens[SC_TOKENIZERS];
};

/* Options as the program has set them, with libcurl's defaults (Curl_init_userdefined). */
struct sc_options {
    curl_write_callback write_fn; /* NULL: fwrite */
    void *write_data;             /* default stdout */
    curl_write_callback header_fn;
    void *header_data;
    curl_read_callback read_fn; /* NULL: fread */
    void *read_data;            /* default stdin */
    curl_seek_callback seek_fn;
    void *seek_data;
    curl_ioctl_callback ioctl_fn;
    void *ioctl_data;
    curl_xferinfo_callback xferinfo_fn;
    curl_progress_callback progress_fn;
    void *progress_data;
    curl_hstsread_callback hsts_read_fn;
    curl_opensocket_callback opensocket_fn;
    void *opensocket_data;
    curl_sockopt_callback sockopt_fn;
    void *sockopt_data;
    curl_resolver_start_callback resolver_start_fn;
    void *resolver_start_data;
    char *error_buffer;
    const char *post_fields;
    struct curl_httppost *form;
    CURLU *url_handle;
    const struct curl_slist *headers, *proxy_headers;
    int64_t post_size;   /* -1: strlen */
    int64_t infile_size; /* -1: until the callback ends it */
    int64_t timeout_ms;  /* 0: none */
    long port;           /* 0: the URL's */
    enum sc_method method;
    bool no_progress;
    bool include_header;
    bool fail_on_error;
    bool no_signal;
    bool connect_only;
    bool follow;
    bool auto_referer;
    bool fresh_connect;
    bool decodes;    /* ACCEPT_ENCODING: libcurl undoes a Content-Encoding, */
    bool may_decode; /* unless HTTP_CONTENT_DECODING forbids it */
    bool reads_netrc;
    bool signs;         /* AWS_SIGV4: libcurl signs the URL's path */
    bool own_target;    /* REQUEST_TARGET: what is asked is not the URL's path */
    bool keeps_cookies; /* what it is sent goes with its next requests; a reset leaves that, too */
    bool cookie_unlisted; /* its jar has one that nobody can ask for, and a reset leaves it there */
    bool knows_http2;     /* HTTP_VERSION is 2 by prior knowledge */
    uint8_t http_version;
    bool no_body;       /* HEAD, whatever `method` says: curl sets UPLOAD to 0 after it */
    bool mime;          /* MIMEPOST: a form, whatever `method` says */
    bool copied_fields; /* post_fields belongs to libcurl: not to be read */
    struct sc_text url;
    struct sc_text custom_request;
    struct sc_text default_protocol;
    struct sc_text referer;
    struct sc_text bearer;
    struct sc_credentials *credentials; /* NULL: none was ever set */
    bool credentials_lost;              /* nor could one be kept: no memory */
    struct sc_ways *ways;               /* NULL: none was ever set */
    struct sc_copied copy;
    struct sc_text model;       /* of the copied fields */
    struct sc_text copied_text; /* themselves, if a rule may want to look at them */
};

/* How much of libcurl's list of headers the program may see. */
struct sc_horizon {
    size_t entries;   /* the first ones */
    int request;      /* the request whose response they belong to */
    int last_request; /* no entry is of a later one */
};

/* What a retried or synthesized call answers to getinfo in libcurl's stead. */
struct sc_overlay {
    bool active;
    /* The program refused a piece that came from the hold: nothing behind it has come. */
    bool stopped, stopped_in_head, stopped_untyped;
    int64_t stopped_at;   /* bytes downloaded by then */
    int64_t stopped_head; /* bytes of headers by then */
    struct sc_horizon horizon;
    bool altered; /* the answer ended on its way, and so far it came: */
    int64_t altered_at;
    bool no_body;                    /* FAILONERROR was ours to apply: no byte was downloaded */
    int64_t offset_us;               /* from the call's start to the last attempt's */
    long earlier_connects;           /* NUM_CONNECTS of the attempts before the last */
    bool merged;                     /* the answer is made of several */
    int64_t merged_size;             /* and so long */
    int64_t delivered;               /* of a handed-over body: what the program took */
    int64_t hidden;                  /* bytes of the body that the program does not see */
    bool rewritten;                  /* the last attempt sent another body than the program's */
    int64_t own_upload, sent_upload; /* their sizes */
    bool ok;                         /* the call ended well: no OS_ERRNO of an earlier attempt */
};

/* Where a body of ours stands in the handle. */
enum sc_replaced { SC_REPLACED_NOT, SC_REPLACED_FIELDS, SC_REPLACED_COPY, SC_REPLACED_READ };

struct sc_transfer;
struct sc_exchange;
struct sc_memo;
struct sc_answer;
struct sc_kept;
struct sc_mark;
struct sc_member;
struct sc_detour;

struct sc_shadow {
    CURL *easy;
    CURL *own;  /* the program's handle, while `easy` stands in for it (standin.h); else NULL */
    CURL *twin; /* a copy of it that made the transfer in its stead (twin.h); NULL: it did itself */
    CURLM *circle; /* where its transfers are made that may be doubled (drive/race.h); else NULL */
    const struct sc_libcurl *real;
    struct sc_options o;
    struct sc_overlay overlay;
    struct sc_transfer *transfer; /* while a managed call is under way, or left by a longjmp */
    struct sc_exchange *exchange; /* its response, and what the program is shown of it */
    struct sc_member *member;     /* managed in a multi */
    unsigned answered;            /* made-up answers so far: as if over its connection */
    struct sc_answer *answer;     /* the last transfer was none: what we said in its stead */
    struct sc_kept *kept;         /* it was not the one that the program got (view/kept.h) */
    struct sc_mark *mark;         /* the header line of ours in its answer (mark.h); NULL: none */
    struct sc_detour *detour;     /* it asks, or has asked, an address of ours (detour.h) */
    uint16_t hooked;              /* what of ours stands in the handle: see hooks.h */
    bool body_planned;            /* ... and what of the body is to, in this attempt, is known */
    enum sc_replaced replaced;
    bool headers_replaced;
    bool active;          /* inside a managed perform */
    uintptr_t frame;      /* the program's stack pointer there */
    pthread_t thread;     /* and the thread, which may be gone by now */
    struct sc_memo *memo; /* call/memo.h; NULL: no managed call yet */
    /* The last URL taken apart, and whether it is worth a look at the rules. */
    bool url_known;
    bool url_managed;
    enum sc_provider url_provider;
    const struct sc_policy_provider *url_own_provider; /* of url_policy */
    const struct sc_policy *url_policy; /* the policy that url_managed was asked of */
    struct sc_url asked;                /* path points into o.url or parsed_path */
    struct sc_text parsed_path;         /* as libcurl gave it, for URLs that are not simple */
    const struct sc_rule *url_rule;     /* url_policy's for it, asked with the method and model */
    uint64_t url_rule_of;               /* of this hash; 0: not asked */
    /* And what its path tells of the request, to this provider. */
    bool path_known;
    enum sc_provider path_provider;
    enum sc_path_use path_use;
};

/* Sets an option in the real handle, past the record: ours stands in for the program's. */
#define SC_SET(s, option, value) (s)->real->easy_setopt((s)->easy, (option), (value))

/* The handle as the program knows it. */
static inline CURL *sc_shadow_own(const struct sc_shadow *s)
{
    return s->own ? s->own : s->easy;
}

/* Whose transfer getinfo and the header API tell of. */
static inline CURL *sc_shadow_told(const struct sc_shadow *s)
{
    return s->twin ? s->twin : sc_shadow_own(s);
}

/* The same for ourselves: also of one that asks another host. */
static inline CURL *sc_shadow_ran(const struct sc_shadow *s)
{
    return s->twin ? s->twin : s->easy;
}

struct sc_shadow *sc_shadow_new(CURL *easy, const struct sc_libcurl *real);
/* Made from inside a callback of a managed perform, the copied handle holds our trampolines with
 * the original as their argument: the copy knows, and whoever made it takes them out (hooks.h). */
struct sc_shadow *sc_shadow_copy(const struct sc_shadow *from, CURL *copy);
void sc_shadow_free(struct sc_shadow *s);

/* Back to libcurl's defaults, as curl_easy_reset does. */
void sc_options_default(struct sc_options *o);

/* Sets the option in the real handle and records it. */
CURLcode sc_shadow_setopt(struct sc_shadow *s, CURLoption option, int64_t arg);

/* Replaces a text; NULL unsets. False when out of memory (then it counts as unset). */
bool sc_text_set(struct sc_text *t, const char *p, size_t n);
void sc_text_free(struct sc_text *t);

/* The program's error buffer, if it has one: libcurl's own way of writing it. */
void sc_shadow_error(const struct sc_shadow *s, const char *text);

#endif
