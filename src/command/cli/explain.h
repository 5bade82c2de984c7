/* explain.h - the parts of `steadycurl explain`. */
#ifndef SC_CLI_EXPLAIN_H
#define SC_CLI_EXPLAIN_H

#include "core/call.h"
#include "core/settings.h"
#include "dialect/dialect.h"
#include "policy/policy.h"
#include "provider/facts.h"
#include "provider/prices.h"
#include "provider/ratelimit.h"

/* What a rule asks for, for people: one line a topic, on stdout. */
void sc_explain_settings(const struct sc_settings *s);

/* The budgets that a rule's calls must fit into, NULL at the end; NULL itself: none. */
void sc_explain_budgets(const struct sc_money_budget *const *budgets);

/* The faults on purpose that the policy lays on such a call; nothing where there are none. */
void sc_explain_faults(const struct sc_policy *policy, const struct sc_subject *call, bool json);

/* What is asked about a response. */
struct sc_explain_question {
    const struct sc_policy *policy;
    const struct sc_rule *rule;
    const struct sc_policy_provider *own_provider;
    struct sc_response response;
    const char *model;     /* "" unknown */
    struct sc_str request; /* its body, n 0 unknown */
    int attempt;           /* the response is that of this attempt */
};

struct sc_explain_tokens {
    bool known, estimated;
    int64_t input, cached, written, output, reasoning;
    int64_t cost_nano;            /* -1: no price */
    const struct sc_price *price; /* NULL: none, or the provider says itself what it charged */
    char model[64];               /* whose price was looked for */
    char tier[24];                /* that the answer names, "" none */
    int percent;                  /* of the list price that it costs */
};

/* What the engine would make of it. */
struct sc_explained {
    struct sc_facts facts;
    struct sc_verdict verdict;
    enum sc_give_up give_up;   /* SC_GIVE_UP_NOT: another attempt follows, or it is a success */
    enum sc_wait_reason why;   /* of the wait */
    int64_t least_ms, most_ms; /* the wait, jitter apart; -1: the call may end here */
    int attempts_allowed;
    bool tells_limits;
    struct sc_ratelimit limits;
    struct sc_explain_tokens tokens;
};

void sc_explain_judge(struct sc_explain_question *q, struct sc_explained *out);

/* Tokens and cost by what the answer says of its usage. */
void sc_explain_count(const struct sc_explain_question *q, struct sc_explain_tokens *out);

/* For people, one line a topic; or as members of a JSON object, each with a comma before it. */
void sc_explain_print(const struct sc_explain_question *q, const struct sc_explained *e);
void sc_explain_print_json(const struct sc_explain_question *q, const struct sc_explained *e);

/* What is to be said in another dialect: a request's body, or a response. */
struct sc_explain_translation {
    enum sc_dialect from, to;
    const char *model;  /* of the target, NULL: the request's own */
    struct sc_str path; /* of the program's URL, n 0: unknown */
    struct sc_str text;
    const struct sc_response *response; /* NULL: it is a request */
    bool json;
};

/* Prints it, or why it cannot be said. Returns the exit status. */
int sc_explain_translate(const struct sc_explain_translation *x);

/* Where a call may go: its rule's chain. */
struct sc_explain_chain {
    const struct sc_policy *policy;
    const struct sc_rule *rule;
    enum sc_provider provider;
    const char *model;     /* "" unknown */
    struct sc_str path;    /* of the program's URL, with its query */
    struct sc_str request; /* n 0: unknown */
    bool json;
};

/* Nothing for a rule without a chain. As members of a JSON object, each with a comma before it. */
void sc_explain_chain(const struct sc_explain_chain *x);

/* A call to the provider: at its first host, with something for a star. */
void sc_explain_url(enum sc_provider p, char *url, size_t size);

/* "topic     text" with the text as by printf. */
void sc_explain_line(const char *topic, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
