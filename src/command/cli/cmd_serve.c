/* cmd_serve.c - steadycurl serve: the page on which people see what calls do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/logfile.h"
#include "cli/policy_file.h"
#include "base/print.h"
#include "cli/usage.h"
#include "serve/serve.h"

enum { OPT_PORT = 256, OPT_BIND, OPT_TOKEN_FILE, OPT_PORT_FILE };

enum { TOKEN_LEAST = 16, TOKEN_MOST = 256 };

static const struct sc_option options[] = {
    {"port", OPT_PORT, "N", "port to listen on (default 9798; 0: a free one)"},
    {"bind", OPT_BIND, "ADDRESS", "numeric address to listen on (default 127.0.0.1)"},
    {"token-file", OPT_TOKEN_FILE, "FILE", "ask for the token in FILE; a must with another --bind"},
    {"port-file", OPT_PORT_FILE, "FILE", "write the port there once it listens"},
    {"quiet", 'q', NULL, "do not print the address"},
    SC_OPTION_POLICY("the policy whose log to show"),
    SC_OPTION_LOG("the log to show (default: $STEADYCURL_LOG, else the policy's)"),
    SC_OPTION_STATE_SHARED,
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "serve", "[OPTION...]",
    "Shows on a page, live, what calls do: what is refused or waits and why, the last calls,\n"
    "what they cost. Read-only. Also /metrics for Prometheus, and JSON under /api/v1/.",
    options};

static bool read_port(const char *text, uint16_t *port)
{
    int64_t n;

    if (!sc_usage_number(&usage, "port", text, 0, UINT16_MAX, &n))
        return false;
    *port = (uint16_t)n;
    return true;
}

/* One line that can stand in a header and in a link as it is. */
static char *read_token(const char *path)
{
    size_t n;
    char *text = sc_read_whole(path, TOKEN_MOST + 2, &n);

    if (!text) {
        sc_usage_wrong(&usage, "--token-file: %s cannot be read", path);
        return NULL;
    }
    n = strcspn(text, "\r\n");
    text[n] = '\0';
    if (n >= TOKEN_LEAST && n <= TOKEN_MOST &&
        strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") == n)
        return text;
    sc_usage_wrong(&usage,
                   "--token-file: the first line of %s must be %d to %d letters, digits, or "
                   "-._~ (openssl rand -hex 32 makes one)",
                   path, TOKEN_LEAST, TOKEN_MOST);
    free(text);
    return NULL;
}

struct arguments {
    struct sc_serve_config config;
    const char *token_file, *log;
};

static int run(struct arguments *t)
{
    static char log[PATH_MAX];
    char why[512];
    char *token = NULL;
    int status;

    if (!t->token_file && !sc_serve_is_local(t->config.bind))
        return sc_usage_wrong(&usage,
                              "--bind %s: others can reach that; say with --token-file what they "
                              "have to know",
                              t->config.bind);
    if (t->token_file && !(token = read_token(t->token_file)))
        return 1;
    /* Without a log there is the state to see; why was said. */
    if (!sc_logfile_find(&usage, t->log, t->config.policy, log, sizeof log)) {
        if (t->config.policy || t->log) {
            free(token);
            return 1;
        }
        log[0] = '\0';
    }
    t->config.log = log;
    t->config.token = token;
    status = sc_serve(&t->config, why, sizeof why);
    if (status)
        sc_usage_wrong(&usage, "%s", why);
    free(token);
    return status;
}

int sc_cmd_serve(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    struct arguments t = {.config = {.bind = "127.0.0.1", .port = 9798}};
    int opt;

    while ((opt = sc_args_next(&a, &usage)) > 0) {
        if (opt == OPT_PORT && !read_port(a.value, &t.config.port))
            return 2;
        if (opt == OPT_BIND)
            t.config.bind = a.value;
        if (opt == OPT_TOKEN_FILE)
            t.token_file = a.value;
        if (opt == OPT_PORT_FILE)
            t.config.port_file = a.value;
        if (opt == SC_OPT_POLICY)
            t.config.policy = a.value;
        if (opt == SC_OPT_LOG)
            t.log = a.value;
        if (opt == SC_OPT_STATE)
            t.config.state = a.value;
        t.config.quiet |= opt == 'q';
    }
    if (opt == SC_ARGS_HELP)
        return 0;
    if (opt == SC_ARGS_WRONG)
        return 2;
    if (a.i < argc)
        return sc_usage_wrong(&usage, "unexpected argument \"%s\"", argv[a.i]);
    return run(&t);
}
