/*
 * cmd_init.c - steadycurl init: a policy to begin with, from two questions.
 *
 * It does what the built-in policy does for the providers that are named, and says in comments what
 * people change first; a test holds it to that. Hosts are those of the built-in policy.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "base/print.h"
#include "cli/usage.h"
#include "policy/match.h"
#include "policy/policy.h"

enum { OPT_PROVIDER = 256, OPT_BUDGET, OPT_OUTPUT, OPT_YES };

static const struct sc_option options[] = {
    {"provider", OPT_PROVIDER, "NAMES", "which providers, with commas between, or all"},
    {"budget", OPT_BUDGET, "USD", "what all calls may cost a day, or none"},
    {"output", OPT_OUTPUT, "FILE", "where to write it (- is stdout; default: where it is found)"},
    {"yes", OPT_YES, NULL, "ask nothing: all providers, no budget, unless said otherwise"},
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "init", "[OPTION...]", "Writes a policy to begin with. Asks what is not said by options.",
    options};

enum { RULES_MAX = 64, ANSWER_MAX = 512, TRIES = 3 };

struct plan {
    const struct sc_policy *known; /* the built-in policy */
    bool wanted[RULES_MAX];        /* of its rules */
    char budget[32];               /* USD as written; "": none */
};

/* ---- the answers ---- */

static bool is_called(const struct sc_rule *r, const char *name)
{
    return strcmp(r->name, name) == 0 || strcmp(sc_provider_name(r->provider), name) == 0;
}

static bool want(struct plan *p, const char *name)
{
    const char *names[RULES_MAX], *near;
    size_t n = sc_policy_rule_count(p->known);
    bool found = strcmp(name, "all") == 0, all = found;

    for (size_t i = 0; i < n && i < RULES_MAX; i++) {
        const struct sc_rule *r = sc_policy_rule(p->known, i);

        names[i] = r->name;
        if (all || is_called(r, name))
            found = p->wanted[i] = true;
    }
    if (found)
        return true;
    near = sc_usage_nearest(name, names, n < RULES_MAX ? n : RULES_MAX);
    if (near)
        sc_usage_wrong(&usage, "no provider \"%s\" is known; did you mean \"%s\"?", name, near);
    else
        sc_usage_wrong(&usage,
                       "no provider \"%s\" is known; one of your own is a rule with its host: "
                       "steadycurl-policy(5)",
                       name);
    return false;
}

static bool take_providers(struct plan *p, const char *answer)
{
    char text[ANSWER_MAX], *rest = NULL;
    bool any = false;

    snprintf(text, sizeof text, "%s", *answer ? answer : "all");
    memset(p->wanted, 0, sizeof p->wanted);
    for (char *name = strtok_r(text, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest)) {
        if (!want(p, name))
            return false;
        any = true;
    }
    return any || !sc_usage_wrong(&usage, "name a provider, or all");
}

/* What a policy takes for a budget: digits, maybe with decimals, from a millionth to a million. */
static bool take_budget(struct plan *p, const char *answer)
{
    size_t whole, n;
    double usd;

    p->budget[0] = '\0';
    answer += *answer == '$';
    if (!*answer || strcmp(answer, "none") == 0)
        return true;
    whole = strspn(answer, "0123456789");
    n = whole + (answer[whole] == '.' ? 1 + strspn(answer + whole + 1, "0123456789") : 0);
    usd = whole > 0 && n < sizeof p->budget && answer[n - 1] != '.' && !answer[n]
              ? strtod(answer, NULL)
              : 0;
    if (!(usd >= 0.000001 && usd <= 1000000) || (whole > 1 && answer[0] == '0')) {
        sc_usage_wrong(&usage, "a budget is an amount in USD from 0.000001 to 1000000, or none");
        return false;
    }
    snprintf(p->budget, sizeof p->budget, "%s", answer);
    return true;
}

static bool ask(struct plan *p, const char *question, bool (*take)(struct plan *p, const char *a))
{
    char answer[ANSWER_MAX];

    for (int i = 0; i < TRIES; i++) {
        fprintf(stderr, "%s", question);
        if (!fgets(answer, sizeof answer, stdin))
            break;
        answer[strcspn(answer, "\r\n")] = '\0';
        if (take(p, answer))
            return true;
    }
    fputc('\n', stderr);
    return false;
}

static bool ask_providers(struct plan *p)
{
    char question[2048];
    size_t n =
        (size_t)snprintf(question, sizeof question, "Which providers do your programs call?\n");

    for (size_t i = 0; i < sc_policy_rule_count(p->known) && n < sizeof question; i++)
        n += (size_t)snprintf(question + n, sizeof question - n, "%s%s", i ? ", " : "  ",
                              sc_policy_rule(p->known, i)->name);
    if (n < sizeof question)
        snprintf(question + n, sizeof question - n, "\n[all]: ");
    return ask(p, question, take_providers);
}

/* Answers from options, from the terminal, or the defaults. */
static bool decide(struct plan *p, const char *provider, const char *budget, bool yes)
{
    if (!yes && (!provider || !budget) && !isatty(STDIN_FILENO)) {
        sc_usage_wrong(&usage, "there is nobody to ask: give --provider and --budget, or --yes for "
                               "all providers and no budget");
        return false;
    }
    if (provider || yes ? !take_providers(p, provider ? provider : "all") : !ask_providers(p))
        return false;
    if (budget || yes)
        return take_budget(p, budget ? budget : "none");
    return ask(p, "What may all calls cost a day, in USD?\n[none]: ", take_budget);
}

/* ---- the policy ---- */

static void put_patterns(FILE *f, const char *key, const struct sc_patterns *p)
{
    char text[256];

    fprintf(f, "\"%s\": %s", key, p->n == 1 ? "" : "[");
    for (uint32_t i = 0; i < p->n; i++) {
        snprintf(text, sizeof text, "%.*s", (int)p->items[i].n, p->items[i].p);
        fputs(i ? ", " : "", f);
        sc_print_json(f, text);
    }
    fputs(p->n == 1 ? "" : "]", f);
}

static bool is_local(const struct sc_rule_match *m)
{
    static const char name[] = "localhost";

    return m->host.n > 0 && m->host.items[0].n >= sizeof name - 1 &&
           memcmp(m->host.items[0].p, name, sizeof name - 1) == 0;
}

static void put_rule(FILE *f, const struct sc_rule *r, const struct sc_rule_match *m)
{
    fprintf(f, "    {\"name\": \"%s\", \"provider\": \"%s\",\n     \"match\": {", r->name,
            sc_provider_name(r->provider));
    put_patterns(f, "host", &m->host);
    if (m->path.n > 0) {
        fputs(", ", f);
        put_patterns(f, "path", &m->path);
    }
    fputc('}', f);
    if (is_local(m))
        fputs(
            ",\n     \"comment\": \"A server on this machine: it refuses calls while a model "
            "loads, "
            "and is waited for.\",\n"
            "     \"retry\": {\"max_attempts\": 12, \"total_timeout_ms\": \"1m\",\n"
            "               \"backoff\": {\"base_ms\": \"200ms\", \"max_ms\": \"2s\", \"jitter\": "
            "\"equal\"},\n"
            "               \"overloaded\": {\"max_attempts\": 20, \"total_timeout_ms\": \"5m\",\n"
            "                 \"backoff\": {\"delays_ms\": [\"500ms\", \"1s\", \"2s\", \"5s\", "
            "\"10s\"], \"max_ms\": \"10s\", \"jitter\": \"proportional\"}},\n"
            "               \"rate_limited\": {\"total_timeout_ms\": \"1m\"},\n"
            "               \"budget\": false},\n"
            "     \"breaker\": {\"consecutive_failures\": 5, \"scope\": \"host\", \"open_ms\": "
            "\"5s\", \"open_max_ms\": \"30s\"}",
            f);
    fputc('}', f);
}

static void put_policy(FILE *f, const struct plan *p)
{
    const char *between = "";

    fputs("{\n  \"version\": 1,\n"
          "  \"comment\": \"Written by steadycurl init; it does what is built in. Look at a change "
          "with: steadycurl check FILE, and: steadycurl explain URL. All that can be said is in "
          "steadycurl-policy(5). Times and sizes may be texts such as 90s, 1h30m, 8 MiB.\",\n"
          "  \"defaults\": {\n"
          "    \"retry\": {\"total_timeout_ms\": \"2m\", \"rate_limited\": "
          "{\"total_timeout_ms\": \"5m\"}},\n"
          "    \"limits\": {\"learn\": false}\n"
          "  },\n  \"rules\": [\n",
          f);
    for (size_t i = 0; i < sc_policy_rule_count(p->known); i++) {
        if (!p->wanted[i])
            continue;
        fputs(between, f);
        put_rule(f, sc_policy_rule(p->known, i), sc_policy_rule_match(p->known, i));
        between = ",\n";
    }
    fputs("\n  ]", f);
    if (p->budget[0])
        fprintf(
            f,
            ",\n  \"budgets\": [\n"
            "    {\"name\": \"day\", \"usd\": %s, \"per\": \"day\", \"alert\": [0.8], "
            "\"output_tokens\": 4000,\n"
            "     \"comment\": \"All calls of a user together, by UTC. A call that does not say "
            "how long its answer may be is counted with output_tokens until it has ended; what "
            "does not fit is answered as if the provider's quota were used up.\"}\n  ]",
            p->budget);
    fputs("\n}\n", f);
}

/* ---- the file ---- */

static bool make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

/* Where a wrapped program will look first, but for what the environment names. */
static bool usual_place(char *path, size_t n)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int len = -1;

    if (config && config[0] == '/')
        len = snprintf(path, n, "%s/steadycurl/policy.json", config);
    else if (home && home[0] == '/')
        len = snprintf(path, n, "%s/.config/steadycurl/policy.json", home);
    if (len < 0 || (size_t)len >= n) {
        sc_usage_wrong(&usage, "there is no home folder to write to: give --output");
        return false;
    }
    return true;
}

static int cannot_write(const char *path)
{
    if (errno == EEXIST)
        sc_usage_wrong(&usage, "%s is there already, and stays as it is", path);
    else
        sc_usage_wrong(&usage, "cannot write %s: %s", path, strerror(errno));
    return 1;
}

/* Never over another: what somebody wrote is worth more than this. */
static int write_to(char *path, bool with_folders, const struct plan *p)
{
    int fd = with_folders && !make_folders(path)
                 ? -1
                 : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    bool good;

    if (!f)
        return cannot_write(path);
    put_policy(f, p);
    good = fflush(f) == 0 && !ferror(f);
    good = fclose(f) == 0 && good;
    if (!good) {
        cannot_write(path);
        unlink(path);
        return 1;
    }
    sc_print(stdout,
             "%s is written. Try it:\n  steadycurl check %s\n  steadycurl run%s%s -- PROGRAM\n",
             path, path, with_folders ? "" : " --policy ", with_folders ? "" : path);
    return 0;
}

/* Where it goes: what is there is said before anybody is asked. 0: there it may go. */
static int find_place(const char *output, char *path, size_t n)
{
    if (output)
        snprintf(path, n, "%s", output);
    else if (!usual_place(path, n))
        return 2;
    if (strcmp(path, "-") == 0 || access(path, F_OK) != 0)
        return 0;
    errno = EEXIST;
    return cannot_write(path);
}

int sc_cmd_init(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    const char *provider = NULL, *budget = NULL, *output = NULL;
    struct plan p = {.known = sc_policy_builtin()};
    char path[PATH_MAX];
    bool yes = false;
    int opt, status;

    while ((opt = sc_args_next(&a, &usage)) > 0) {
        if (opt == OPT_PROVIDER)
            provider = a.value;
        else if (opt == OPT_BUDGET)
            budget = a.value;
        else if (opt == OPT_OUTPUT)
            output = a.value;
        else
            yes = true;
    }
    if (opt == SC_ARGS_HELP)
        return 0;
    if (opt == SC_ARGS_WRONG || !p.known)
        return 2;
    if (a.i < argc)
        return sc_usage_wrong(&usage, "unexpected argument \"%s\"", argv[a.i]);
    if (output && !*output)
        return sc_usage_wrong(&usage, "--output is a file");
    status = find_place(output, path, sizeof path);
    if (status)
        return status;
    if (!decide(&p, provider, budget, yes))
        return 2;
    if (strcmp(path, "-") != 0)
        return write_to(path, !output, &p);
    put_policy(stdout, &p);
    return fflush(stdout) == 0 ? 0 : 1;
}
