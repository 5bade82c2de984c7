/*
 * target.h - where a call may go other than to the host that the program asked: `targets`, and a
 * rule's `route`, `fallback` and `on`.
 *
 * Immutable once loaded. Texts are the policy's own; keys are not in it, only where they lie.
 */
#ifndef SC_POLICY_TARGET_H
#define SC_POLICY_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/classify.h"
#include "core/settings.h"
#include "dialect/dialect.h"
#include "provider/provider.h"

/* One credential of a target: a variable of the environment, or a file that holds it alone. */
struct sc_target_key {
    const char *env, *file; /* one of them; the other is NULL */
};

#define SC_TARGETS_MAX 256
#define SC_TARGET_KEYS_MAX 16

struct sc_policy_provider;

struct sc_target {
    const char *name;
    size_t index; /* among the policy's targets */
    /* Where it is: "https://host[:port][/prefix]" without a final slash; NULL: the program's own
     * host and path, with the program's own credentials, and only `model` is another. */
    const char *url;
    const char *host;   /* of the URL: lower case, without port and brackets */
    const char *prefix; /* its path, "" or "/api"; before the dialect's path */
    int port;
    bool https;
    enum sc_provider provider; /* by host, `dialect` or as given: whose prices and errors it has */
    const struct sc_policy_provider *own_provider; /* its entry in `providers`; NULL: none */
    enum sc_dialect dialect; /* that it speaks; SC_DIALECT_COUNT: the program's (url NULL) */
    const char *model;       /* NULL: the one that the request names */
    const struct sc_target_key *keys;
    size_t n_keys;               /* 0: it needs none */
    int64_t context;             /* tokens of input and output together, 0: unknown */
    const char *const *headers;  /* "Name: value", NULL at the end; NULL itself: none */
    struct sc_timeouts timeouts; /* 0: the rule's */
};

/* When a rule's first target is another than the host asked: all that is given must hold. */
struct sc_route_when {
    int64_t input_tokens_above, input_tokens_below; /* -1: not given */
    const char *model;                              /* glob; NULL: not given, likewise below */
    const char *task, *dag;
    const char *header_name, *header_value; /* lower case; a glob */
    signed char stream, tools;              /* 0 no, 1 yes, -1 not given */
    short hour_from, hour_to;               /* local time, [from, to); -1: not given */
    double share;                           /* of the calls, by a stable hash of them; 1: all */
};

#define SC_ROUTES_MAX 64

struct sc_route_entry {
    struct sc_route_when when;
    const struct sc_target *to;
};

enum sc_link_kind { SC_LINK_TARGET, SC_LINK_CACHE, SC_LINK_REPLY };

/* The answer of last resort. */
struct sc_reply_link {
    int status;       /* 200, or that of an error */
    const char *text; /* what the model "says", or the error's message; NULL: none */
    const char *json; /* instead: the answer's body as it is to be sent; NULL: none */
};

/* One link of `fallback`. */
struct sc_link {
    enum sc_link_kind kind;
    const struct sc_target *target; /* SC_LINK_TARGET */
    struct sc_reply_link reply;     /* SC_LINK_REPLY */
};

#define SC_LINKS_MAX 16

struct sc_chain {
    const struct sc_route_entry *route;
    size_t n_route;
    const struct sc_link *links;
    size_t n_links;
    uint32_t on; /* 1u << class: the classes after which the next link is asked; from DESIGN's
                    table unless `on` says otherwise */
};

/* The classes after which the next link is asked, where a rule does not say `on`. */
#define SC_CHAIN_ON                                                                       \
    (1u << SC_CLASS_RETRYABLE | 1u << SC_CLASS_OVERLOADED | 1u << SC_CLASS_RATE_LIMITED | \
     1u << SC_CLASS_QUOTA_EXHAUSTED | 1u << SC_CLASS_AUTH | 1u << SC_CLASS_NOT_FOUND |    \
     1u << SC_CLASS_TOKEN_LIMIT)

/* Whether the next link may be asked after this failure. at_home: it is the program's own host that
 * failed: a path that is not there is the program's own, and no better elsewhere; at a target the
 * policy chose it. */
bool sc_chain_leads_on(const struct sc_chain *c, const struct sc_verdict *v, bool at_home);

/* Where a request goes at a target with a URL: its prefix and the dialect's path. A prefix that
 * names a version of the API, as the base URLs of clients do ("https://api.groq.com/openai/v1"),
 * has that version, whatever the dialect's own is. */
void sc_target_path(const struct sc_target *t, const char *model, bool stream, struct sc_buf *out);

/* Whether a header of this name holds a credential. */
bool sc_target_is_credential(const char *name, size_t n);

/* Whether a host is this machine: what goes there crosses no network. */
bool sc_target_is_local(const struct sc_target *t);

#endif
