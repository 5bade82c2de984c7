/*
 * cmd_mock.c - `steadycurl mock`: options, start, the wait for a reason to end.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/usage.h"
#include "mock/cert.h"
#include "mock/buf.h"
#include "mock/net.h"
#include "mock/server.h"
#include "provider/provider.h"

enum {
    OPT_PORT = 256,
    OPT_BIND,
    OPT_SCRIPT,
    OPT_SCRIPT_FILE,
    OPT_TLS,
    OPT_CERT_OUT,
    OPT_LATENCY,
    OPT_FAULT_RATE,
    OPT_SEED,
    OPT_PROVIDER,
    OPT_PORT_FILE,
    OPT_READY_FD,
    OPT_MAX_REQUESTS,
    OPT_IDLE_EXIT,
    OPT_LIMIT_RPM,
    OPT_LIMIT_TPM,
    OPT_LIMIT_BURST
};

static const struct sc_option options[] = {
    {"port", OPT_PORT, "N", "port to listen on (default 0: a free one)"},
    {"bind", OPT_BIND, "ADDRESS", "numeric address to listen on (default 127.0.0.1)"},
    {"script", OPT_SCRIPT, "LIST", "outcomes, one a request, the last for all that follow"},
    {"script-file", OPT_SCRIPT_FILE, "FILE", "script, paths, fault_rate and seed as JSON"},
    {"fault-rate", OPT_FAULT_RATE, "LIST", "random faults: 503=0.2,reset=0.1"},
    {"seed", OPT_SEED, "N", "the same seed, the same faults (default 1)"},
    {"latency", OPT_LATENCY, "MS", "wait before every answer"},
    {"provider", OPT_PROVIDER, "NAME", "whom paths that many share belong to (default openai)"},
    {"limit-rpm", OPT_LIMIT_RPM, "N",
     "refuse more than N requests a minute, and tell so in headers (0: none)"},
    {"limit-tpm", OPT_LIMIT_TPM, "N", "the same for tokens"},
    {"limit-burst", OPT_LIMIT_BURST, "PERCENT", "of a minute's allowance at once (default 100)"},
    {"tls", OPT_TLS, NULL, "HTTPS with a certificate made for this run"},
    {"cert-out", OPT_CERT_OUT, "FILE", "write the authority that clients are to trust (PEM)"},
    {"port-file", OPT_PORT_FILE, "FILE", "write the port there once it listens"},
    {"ready-fd", OPT_READY_FD, "FD", "write the port to that descriptor and close it"},
    {"max-requests", OPT_MAX_REQUESTS, "N", "end after N requests (0: never)"},
    {"idle-exit", OPT_IDLE_EXIT, "SECONDS", "end after so long without a request (0: never)"},
    {"quiet", 'q', NULL, "do not print the address"},
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "mock", "[OPTION...]",
    "A mock LLM server that answers like OpenAI, Azure, Anthropic, Gemini, Mistral, Cohere and\n"
    "Ollama, and misbehaves on demand.\n\n"
    "A script is a list of outcomes: a status (503 has that provider's own error body) or one of\n"
    "ok quota context reset reset-body truncate truncate-chunked cut stall hang drip sse-error\n"
    "sse-error-late, each with options after semicolons: latency= ms= at= after= bytes= status=\n"
    "retry-after= retry-after-ms= retry-after-date= retry-in=2s x-should-retry= header=Name:Value\n"
    "type= code= message= content-type= body-text= body=FILE bare early close. 503*3 means three\n"
    "in a row; a backslash takes a comma or semicolon along.\n"
    "A request may bring its own: header x-mock: 503, or x-mock-script: 503,200 with x-mock-id,\n"
    "or the same in its query (mock=, mock-script=, mock-id=); x-mock-provider: NAME and\n"
    "x-mock-words: N shape the answer.\n\n"
    "With --limit-rpm or --limit-tpm it keeps token buckets as a provider does, tells of them in\n"
    "that provider's headers, and refuses with 429 what they have no room for.\n\n"
    "Pages: /_mock/requests what was received, /_mock/count, /_mock/limits, POST /_mock/reset,\n"
    "POST /_mock/script; /echo, /bytes/N, /status/N, /redirect?to=URL.",
    options};

struct settings {
    struct sc_mock_config config;
    struct sc_mock_cert cert;
    const char *cert_out;
    const char *port_file;
    int ready_fd;
    int64_t idle_ms;
    bool tls;
    bool quiet;
    char err[200];
};

static bool set_script(struct settings *s, const char *text)
{
    struct sc_script *script = sc_mock_script_parse(text, true, s->err, sizeof s->err);
    if (script)
        sc_mock_plan_set_script(s->config.plan, script);
    return script != NULL;
}

static bool set_provider(struct settings *s, const char *name)
{
    static const char *const names[] = {
#define NAME(id, text) text,
        SC_PROVIDER_LIST(NAME)
#undef NAME
    };
    if (sc_provider_by_name(name) != SC_PROVIDER_COUNT) {
        s->config.provider = name;
        return true;
    }
    const char *near = sc_usage_nearest(name, names, sizeof names / sizeof names[0]);
    snprintf(s->err, sizeof s->err, "no provider '%.80s'%s%s%s", name,
             near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return false;
}

static bool set_number_option(struct settings *s, int opt, const struct sc_args *a)
{
    int64_t v = 0;
    int64_t max = opt == OPT_PORT          ? 65535
                  : opt == OPT_SEED        ? INT64_MAX
                  : opt == OPT_LIMIT_BURST ? 100
                                           : INT32_MAX;
    if (!sc_usage_number(&usage, a->option, a->value, 0, max, &v))
        return false;
    if (opt == OPT_PORT)
        s->config.port = (int)v;
    else if (opt == OPT_SEED)
        sc_mock_plan_set_seed(s->config.plan, (uint64_t)v);
    else if (opt == OPT_LATENCY)
        s->config.latency_ms = v;
    else if (opt == OPT_LIMIT_RPM)
        s->config.limit_rpm = v;
    else if (opt == OPT_LIMIT_TPM)
        s->config.limit_tpm = v;
    else if (opt == OPT_LIMIT_BURST)
        s->config.limit_burst = (double)v / 100;
    else if (opt == OPT_READY_FD)
        s->ready_fd = (int)v;
    else if (opt == OPT_MAX_REQUESTS)
        s->config.max_requests = (uint64_t)v;
    else
        s->idle_ms = v * 1000;
    return true;
}

static bool set_option(struct settings *s, int opt, const struct sc_args *a)
{
    const char *value = a->value;
    struct sc_mock_plan *plan = s->config.plan;
    switch (opt) {
    case OPT_BIND:
        s->config.address = value;
        return true;
    case OPT_SCRIPT:
        return set_script(s, value);
    case OPT_SCRIPT_FILE:
        return sc_mock_plan_load(plan, value, s->err, sizeof s->err);
    case OPT_FAULT_RATE:
        return sc_mock_plan_parse_rates(plan, value, s->err, sizeof s->err);
    case OPT_PROVIDER:
        return set_provider(s, value);
    case OPT_TLS:
        return s->tls = true;
    case OPT_CERT_OUT:
        s->cert_out = value;
        return true;
    case OPT_PORT_FILE:
        s->port_file = value;
        return true;
    case 'q':
        return s->quiet = true;
    default:
        return set_number_option(s, opt, a);
    }
}

/* Whole or not at all: a reader who waits for the file must not see half a port. */
static bool write_file(struct settings *s, const char *file, const char *text)
{
    char part[PATH_MAX];
    snprintf(part, sizeof part, "%s.%d", file, (int)getpid());
    FILE *f = fopen(part, "w");
    bool good = f && fputs(text, f) >= 0;
    if (f && fclose(f) != 0)
        good = false;
    if (good && rename(part, file) == 0)
        return true;
    snprintf(s->err, sizeof s->err, "cannot write %.100s: %s", file, strerror(errno));
    unlink(part);
    return false;
}

static bool make_certificate(struct settings *s)
{
    if (!s->tls)
        return true;
    if (!sc_mock_cert_make(&s->cert, s->err, sizeof s->err))
        return false;
    s->config.cert_pem = s->cert.chain_pem;
    s->config.key_pem = s->cert.key_pem;
    return !s->cert_out || write_file(s, s->cert_out, s->cert.ca_pem);
}

static bool announce(struct settings *s, int port)
{
    const char *address = s->config.address;
    bool v6 = strchr(address, ':') != NULL;
    char text[16];
    snprintf(text, sizeof text, "%d\n", port);
    if (s->port_file && !write_file(s, s->port_file, text))
        return false;
    if (s->ready_fd >= 0) {
        ssize_t ignored = write(s->ready_fd, text, strlen(text));
        (void)ignored;
        close(s->ready_fd);
    }
    if (!s->quiet)
        printf("listening on %s://%s%s%s:%d\n", s->tls ? "https" : "http", v6 ? "[" : "", address,
               v6 ? "]" : "", port);
    fflush(stdout);
    return true;
}

/* The threads of the server inherit the mask; the signals arrive at the descriptor alone. */
static int take_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static void raise_descriptor_limit(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return;
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
}

static bool is_over(const struct settings *s, struct sc_mock_server *server, int64_t last)
{
    uint64_t max = s->config.max_requests;
    if (sc_mock_server_busy(server) > 0)
        return false;
    if (max && sc_mock_server_requests(server) >= max)
        return true;
    return s->idle_ms && sc_mock_now_ms() - last >= s->idle_ms;
}

static void wait_for_end(const struct settings *s, struct sc_mock_server *server, int signals)
{
    struct pollfd p[2] = {{.fd = signals, .events = POLLIN},
                          {.fd = sc_mock_server_event_fd(server), .events = POLLIN}};
    int64_t last = sc_mock_now_ms();
    bool watch = s->idle_ms || s->config.max_requests;
    uint64_t count;
    while (!watch || !is_over(s, server, last)) {
        int64_t left = s->idle_ms ? last + s->idle_ms - sc_mock_now_ms() : -1;
        if (left < 0 && s->idle_ms)
            left = 1000;
        poll(p, watch ? 2 : 1, left > 60000 ? 60000 : (int)left);
        if (p[0].revents)
            return;
        if (watch && p[1].revents && read(p[1].fd, &count, sizeof count) > 0)
            last = sc_mock_now_ms();
    }
}

static bool serve(struct settings *s)
{
    int signals = take_signals();
    raise_descriptor_limit();
    if (!make_certificate(s))
        return false;
    struct sc_mock_server *server = sc_mock_server_start(&s->config, s->err, sizeof s->err);
    if (!server)
        return false;
    bool good = announce(s, sc_mock_server_port(server));
    if (good)
        wait_for_end(s, server, signals);
    sc_mock_server_stop(server);
    close(signals);
    return good;
}

int sc_cmd_mock(int argc, char **argv)
{
    struct settings s = {.config = {.address = "127.0.0.1", .limit_burst = 1}, .ready_fd = -1};
    struct sc_args a = sc_args_begin(argc, argv);
    int opt, status = 0;
    s.config.plan = sc_mock_plan_new();
    while ((opt = sc_args_next(&a, &usage)) > 0)
        if (!set_option(&s, opt, &a)) {
            status = s.err[0] ? sc_usage_wrong(&usage, "%s", s.err) : 2;
            break;
        }
    if (opt == SC_ARGS_WRONG)
        status = 2;
    else if (opt == SC_ARGS_END && a.i < argc)
        status = sc_usage_wrong(&usage, "unexpected argument \"%s\"", argv[a.i]);
    else if (opt == SC_ARGS_END && s.cert_out && !s.tls)
        status = sc_usage_wrong(&usage, "--cert-out needs --tls");
    else if (opt == SC_ARGS_END && s.ready_fd >= 0 && fcntl(s.ready_fd, F_GETFD) < 0)
        status = sc_usage_wrong(&usage, "--ready-fd: descriptor %d is not open", s.ready_fd);
    else if (opt == SC_ARGS_END && !serve(&s)) {
        fprintf(stderr, "steadycurl mock: %s\n", s.err);
        status = 1;
    }
    sc_mock_cert_free(&s.cert);
    sc_mock_plan_free(s.config.plan);
    return status;
}
