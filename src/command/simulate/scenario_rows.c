#include "simulate/scenario_rows.h"

#include "core/time.h"

#define ROWS(r)                         \
    {                                   \
        (r), sizeof(r) / sizeof((r)[0]) \
    }
#define PLACE(field)                               \
    .offset = offsetof(struct sc_scenario, field), \
    .size = sizeof(((struct sc_scenario *)NULL)->field)
#define EVENT(field)                                \
    .offset = offsetof(struct sc_sim_event, field), \
    .size = sizeof(((struct sc_sim_event *)NULL)->field)

#define WHOLE(name, least, most, field, text) \
    {                                         \
        .o = {                                \
            .key = name,                      \
            .type = SC_TYPE_INTEGER,          \
            .min = least,                     \
            .max = most,                      \
            PLACE(field),                     \
            .doc = text                       \
        }                                     \
    }
#define SECONDS(name, least, most, field, text) \
    {                                           \
        .o = {                                  \
            .key = name,                        \
            .type = SC_TYPE_INTEGER,            \
            .min = least,                       \
            .max = most,                        \
            .scale = SC_NS_PER_S,               \
            .unit = "s",                        \
            PLACE(field),                       \
            .doc = text                         \
        }                                       \
    }
#define MS(name, least, most, field, text) \
    {                                      \
        .o = {                             \
            .key = name,                   \
            .type = SC_TYPE_INTEGER,       \
            .min = least,                  \
            .max = most,                   \
            .scale = SC_NS_PER_MS,         \
            .unit = "ms",                  \
            PLACE(field),                  \
            .doc = text                    \
        }                                  \
    }
#define NUMBER(name, least, most, field, text) \
    {                                          \
        .o = {                                 \
            .key = name,                       \
            .type = SC_TYPE_NUMBER,            \
            .min = least,                      \
            .max = most,                       \
            PLACE(field),                      \
            .doc = text                        \
        }                                      \
    }
#define TRUTH(name, field, text)                                             \
    {                                                                        \
        .o = {.key = name, .type = SC_TYPE_BOOL, PLACE(field), .doc = text } \
    }
#define TEXT(name, most, field, text)                                                     \
    {                                                                                     \
        .o = {.key = name, .type = SC_TYPE_TEXT, .max = most, PLACE(field), .doc = text } \
    }
#define CHOICE(name, list, field, text)                                                    \
    {                                                                                      \
        .o = {.key = name, PLACE(field), .doc = text}, .value = SC_SIM_WORD, .words = list \
    }
#define OBJECT(name, table, text)                                                  \
    {                                                                              \
        .o = {.key = name, .doc = text}, .value = SC_SIM_OBJECT, .child = &(table) \
    }

#define DAY_S 86400.0

static const char *const patterns[] = {"poisson", "even", "together", NULL};
static const char *const lates[] = {"skip", "catch_up", NULL};
static const char *const shares[] = {"host", "process", "fleet", NULL};
static const char *const jitters[] = {"full", "equal", "decorrelated", "proportional", "additive",
                                      "none", NULL};
static const char *const kinds[] = {"outage",   "brownout", "slow", "faults",
                                    "key_lost", "apart",    NULL};

static const struct sc_sim_row burst_rows[] = {
    SECONDS("at_s", 0, 7 * DAY_S, calls.burst_at_ns, "When the first one comes."),
    SECONDS("every_s", 0, 7 * DAY_S, calls.burst_every_ns,
            "How long after it the next; 0: there is one only."),
    NUMBER("clients", 0.0, 1, calls.burst_clients,
           "The part of all clients that call at that moment, if they are free."),
};
static const struct sc_sim_table burst = ROWS(burst_rows);

static const struct sc_sim_row call_rows[] = {
    TEXT("url", 2000, calls.url, "What is called; the policy's rule is found by it."),
    TEXT("model", 100, calls.model, "The model that is asked; prices go by it."),
    MS("every_ms", 1, DAY_S * 1000, calls.every_ns, "Mean time between the calls of one client."),
    CHOICE(
        "pattern", patterns, calls.pattern,
        "Each client at random; each evenly, at a phase of its own; or all at once, as cron does."),
    CHOICE("when_busy", lates, calls.when_busy,
           "A call that is due while the client's last one is not over: there is none, or it is "
           "made up for at once."),
    OBJECT("burst", burst, "Many who call at once, besides."),
    {.o = {.key = "day",
           .min = 0,
           .max = 1000,
           .offset = offsetof(struct sc_scenario, calls.n_day),
           .doc = "How much is called in each of up to 24 equal parts of a day, as factors."},
     .value = SC_SIM_NUMBERS},
    SECONDS("day_s", 1, 7 * DAY_S, calls.day_ns, "How long such a day is."),
    NUMBER("input_tokens", 1, 1e6, calls.input.median, "Median of a request's tokens."),
    NUMBER("input_spread", 0, 3, calls.input.spread,
           "Standard deviation of their logarithm; 0: all are equal."),
    NUMBER("output_tokens", 1, 1e6, calls.output.median, "Median of an answer's tokens."),
    NUMBER("output_spread", 0, 3, calls.output.spread, "Likewise."),
    WHOLE("max_output_tokens", 0, 1e6, calls.max_output,
          "What a request asks for at most; 0: it does not say."),
    TRUTH("stream", calls.stream, "Answers are streamed: what has begun cannot be tried again."),
    MS("timeout_ms", 0, DAY_S * 1000, calls.timeout_ns,
       "The program's own timeout for a call; 0: none."),
    WHOLE("keys", 1, 1000, calls.keys, "Credentials, dealt out to the clients."),
};
static const struct sc_sim_table calls = ROWS(call_rows);

#define DELAYS                                                         \
    .offset = offsetof(struct sc_scenario, programs.backoff.n_delays), \
    .size = sizeof(struct sc_backoff) - offsetof(struct sc_backoff, n_delays)

static const struct sc_sim_row program_rows[] = {
    WHOLE("tries", 1, 100, programs.tries,
          "How often a program makes a call that fails; 1: it leaves that to steadycurl."),
    TRUTH("obeys_hints", programs.obeys_hints,
          "It waits as long as a Retry-After of up to a minute says, and heeds x-should-retry."),
    WHOLE("base_ms", 0, DAY_S * 1000, programs.backoff.base_ms, "Its first wait."),
    NUMBER("factor", 1, 10, programs.backoff.factor, "How much longer each next one is."),
    WHOLE("max_ms", 0, DAY_S * 1000, programs.backoff.max_ms, "None is longer."),
    CHOICE("jitter", jitters, programs.backoff.jitter,
           "How chance enters, as in a policy's backoff."),
    NUMBER("jitter_ratio", 0, 10, programs.backoff.jitter_ratio, "Of jitter proportional."),
    WHOLE("jitter_ms", 0, DAY_S * 1000, programs.backoff.jitter_ms, "Of jitter additive."),
    {.o = {.key = "delays_ms",
           .type = SC_TYPE_DELAYS,
           .min = 0,
           .max = DAY_S * 1000,
           DELAYS,
           .doc = "Its waits one by one, instead of base_ms and factor."}},
};
static const struct sc_sim_table programs = ROWS(program_rows);

static const struct sc_sim_row service_rows[] = {
    WHOLE("capacity", 0, 1e6, service.capacity,
          "Requests that it works at at one time; 0: any number."),
    WHOLE("queue", 0, 1e6, service.queue,
          "How many more wait for that; what is beyond is turned away."),
    WHOLE("turned_away", 400, 599, service.turned_away, "With this status."),
    WHOLE("hint_s", 0, 3600, service.hint_s,
          "And with a Retry-After of so many seconds; 0: without."),
    NUMBER("first_token_ms", 1, 1e6, service.first_token_ns.median,
           "Median time to an answer's beginning."),
    NUMBER("first_token_spread", 0, 3, service.first_token_ns.spread,
           "Standard deviation of its logarithm."),
    NUMBER("tokens_per_s", 0.1, 1e6, service.tokens_per_s, "How fast the rest of it comes."),
    MS("fail_ms", 1, DAY_S * 1000, service.fail_ns, "How long an error takes."),
    WHOLE("rpm", 0, 1e9, service.rpm, "Requests a minute that it grants; 0: any number."),
    WHOLE("tpm", 0, 1e12, service.tpm, "Tokens a minute; likewise."),
    NUMBER("burst", 0.001, 1, service.burst,
           "The part of a minute's allowance that may come at once."),
    TRUTH("tells_limits", service.tells_limits,
          "Its headers tell of its limits, as the provider's do."),
    TRUTH("finishes_abandoned", service.finishes,
          "It works on at what no client waits for any more."),
    {.o = {.key = "faults",
           .max = 1,
           PLACE(service.faults),
           .doc = "What fails by chance, by kind: 0.1 is one in ten."},
     .value = SC_SIM_FAULTS_OF},
};
static const struct sc_sim_table service = ROWS(service_rows);

static const struct sc_sim_row event_rows[] = {
    {.o = {.key = "kind", EVENT(kind), .doc = "What happens; required."},
     .value = SC_SIM_WORD,
     .words = kinds},
    {.o = {.key = "at_s",
           .type = SC_TYPE_INTEGER,
           .max = 7 * DAY_S,
           .scale = SC_NS_PER_S,
           .unit = "s",
           EVENT(at_ns),
           .doc = "When it begins."}},
    {.o = {.key = "for_s",
           .type = SC_TYPE_INTEGER,
           .min = 1,
           .max = 7 * DAY_S,
           .scale = SC_NS_PER_S,
           .unit = "s",
           EVENT(for_ns),
           .doc = "How long it lasts; absent: to the end."}},
    {.o = {.key = "answer", EVENT(fault), .doc = "Of an outage: what every request gets."},
     .value = SC_SIM_FAULT},
    {.o = {.key = "hint_s",
           .type = SC_TYPE_INTEGER,
           .max = 3600,
           EVENT(hint_s),
           .unit = "s",
           .doc = "Of an outage: Retry-After with it; 0: none."}},
    {.o = {.key = "factor",
           .type = SC_TYPE_NUMBER,
           .min = 0.01,
           .max = 1000,
           EVENT(factor),
           .doc = "Of a brownout: the part of the capacity that is left. Of slow: how many times "
                  "longer answers take."}},
    {.o = {.key = "keys",
           .type = SC_TYPE_INTEGER,
           .min = 1,
           .max = 1000,
           EVENT(keys),
           .doc = "Of key_lost: how many of calls.keys are refused."}},
    {.o = {.key = "faults",
           .max = 1,
           EVENT(faults),
           .doc = "Of faults: what fails by chance besides."},
     .value = SC_SIM_FAULTS_OF},
};
static const struct sc_sim_table events = ROWS(event_rows);

static const struct sc_sim_row top_rows[] = {
    {.o = {.key = "comment", .type = SC_TYPE_TEXT, .doc = "Free text for readers."}},
    {.o = {.key = "version",
           .type = SC_TYPE_INTEGER,
           .min = 1,
           .max = 1,
           PLACE(version),
           .doc = "Version of the format."}},
    SECONDS("seconds", 1, 7 * DAY_S, for_ns,
            "How long calls are begun; then what is under way comes to its end."),
    WHOLE("clients", 1, SC_SIM_CLIENTS_MAX, clients,
          "How many call; each makes one call at a time."),
    WHOLE("processes", 1, SC_SIM_CLIENTS_MAX, processes, "In how many processes they are."),
    WHOLE("hosts", 1, 10000, hosts, "On how many hosts those are."),
    CHOICE("share", shares, share,
           "Who shares state: the processes of a host, as they do; no two; or all hosts."),
    TRUTH("scale_service", scales,
          "With --clients N capacity and limits of the service grow as well."),
    OBJECT("calls", calls, "The calls that are made."),
    OBJECT("programs", programs, "What programs do themselves about a failure."),
    OBJECT("service", service, "What is called."),
    {.o = {.key = "events", .doc = "What happens to it, and when."},
     .value = SC_SIM_LIST,
     .child = &events},
};
const struct sc_sim_table sc_sim_top = ROWS(top_rows);
