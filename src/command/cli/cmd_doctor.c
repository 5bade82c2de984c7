/*
 * cmd_doctor.c - steadycurl doctor -- PROGRAM: will its calls be covered, and why.
 *
 * Exit status 0: covered, 1: not covered, 2: wrong usage.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/place.h"
#include "cli/plugins.h"
#include "cli/program.h"
#include "cli/trace.h"
#include "cli/usage.h"
#include "policy/policy.h"

static const struct sc_option options[] = {
    SC_OPTION_POLICY_FOUND,
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "doctor", "[--policy FILE] [--] PROGRAM",
    "Says which libcurl PROGRAM uses, whether its calls will be covered, and why. PROGRAM does\n"
    "not run. Exit status: 0 covered, 1 not covered.",
    options};

#define LIBRARIES_MAX 8

struct findings {
    char libraries[LIBRARIES_MAX][PATH_MAX]; /* that define curl_easy_perform */
    int n;
};

static void line(const char *what, const char *value)
{
    printf("%-9s %s\n", what, value);
}

/* Which TLS library this libcurl uses: the version node tells, else what it needs. */
static const char *flavour(const struct sc_elf *e, const char *node)
{
    static const struct {
        const char *node, *needs, *name;
    } table[] = {
        {"OPENSSL", "libssl.so", "OpenSSL"},
        {"GNUTLS", "libgnutls.so", "GnuTLS"},
        {"NSS", "libnss3.so", "NSS"},
        {"MBEDTLS", "libmbedtls.so", "mbedTLS"},
        {"WOLFSSL", "libwolfssl.so", "wolfSSL"},
    };
    for (size_t i = 0; node && i < sizeof table / sizeof *table; i++)
        if (strstr(node, table[i].node))
            return table[i].name;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (sc_elf_needs(e, table[i].needs))
            return table[i].name;
    return "TLS library unknown";
}

static void print_library(const char *path)
{
    struct sc_elf e;
    const char *node;
    char version[64] = "version unknown";
    if (sc_elf_open(&e, path) != 0)
        return;
    sc_elf_defines(&e, "curl_easy_perform", &node);
    sc_elf_find_text(&e, "libcurl/", version, sizeof version);
    printf("%-9s %s (%s, %s%s%s)\n", "libcurl", path, version, flavour(&e, node),
           node ? ", symbols " : "", node ? node : "");
    sc_elf_close(&e);
}

static void look_at_library(const char *path, void *arg)
{
    struct findings *f = arg;
    struct sc_elf e;
    const char *node;
    if (sc_elf_open(&e, path) == 0 && sc_elf_defines(&e, "curl_easy_perform", &node) &&
        f->n < LIBRARIES_MAX) {
        bool known = false;
        for (int i = 0; i < f->n; i++)
            known |= strcmp(f->libraries[i], path) == 0;
        if (!known)
            snprintf(f->libraries[f->n++], PATH_MAX, "%s", path);
    }
    sc_elf_close(&e);
}

struct plugin_search {
    const char *loader;
    struct findings *findings;
};

static void look_at_plugin(const char *path, void *arg)
{
    struct plugin_search *s = arg;
    line("plugin", path);
    if (s->loader)
        sc_trace_libraries(s->loader, path, look_at_library, s->findings);
}

static int verdict(bool covered, const char *why)
{
    printf("%s: %s\n", covered ? "covered" : "not covered", why);
    return covered ? 0 : 1;
}

static int look_for_plugins(const struct sc_plugin_host *host, const char *loader,
                            struct findings *f)
{
    struct plugin_search s = {loader, f};
    int plugins = sc_plugin_files(host, look_at_plugin, &s);
    for (int i = 0; i < f->n; i++)
        print_library(f->libraries[i]);
    if (plugins == 0 && host->globs) {
        printf("not covered: none of its plugins that use libcurl is installed. %s\n",
               host->remark);
        return 1;
    }
    return verdict(plugins > 0, host->remark);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_shell(const char *name)
{
    static const char *const shells[] = {"sh", "bash", "dash", "zsh", "ksh", "busybox", "fish"};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (strcmp(name, shells[i]) == 0)
            return true;
    return false;
}

/* No libcurl among the libraries that the program is linked to. */
static int look_beyond(const struct sc_program *p, struct findings *f)
{
    char real[PATH_MAX], copy[64];
    const char *path = realpath(p->path, real) ? real : p->path;
    const struct sc_plugin_host *host = sc_plugin_host(base_name(path));
    if (!host && p->script[0]) /* R is a shell script */
        host = sc_plugin_host(base_name(p->script));
    if (host)
        return look_for_plugins(host, p->elf.interpreter, f);
    if (is_shell(base_name(path)))
        return verdict(true, "it is a shell; the programs that it starts inherit the library. Ask "
                             "about each of them by its name");
    if (sc_elf_find_text(&p->elf, "libcurl/", copy, sizeof copy)) {
        line("libcurl", copy);
        return verdict(false, "it contains a copy of libcurl of its own, which no preload reaches");
    }
    return verdict(false, "it is not linked to libcurl. (Plugins that it loads are covered if they "
                          "are linked to libcurl; functions looked up by name are not yet.)");
}

static int look_at_program(const struct sc_program *p)
{
    static struct findings f;
    const char *node;
    if (p->script[0])
        line("script", p->script);
    if (p->path[0] && p->status != SC_PROGRAM_NOT_FOUND)
        line("program", p->path);
    if (p->status != SC_PROGRAM_OK)
        return verdict(false, p->why);
    if (sc_elf_defines(&p->elf, "curl_easy_perform", &node))
        return verdict(false, "it exports libcurl functions of its own, which come before a "
                              "preload's");
    if (!p->elf.interpreter ||
        !sc_trace_libraries(p->elf.interpreter, p->path, look_at_library, &f))
        return verdict(false, "its libraries cannot be found out; are all of them installed?");
    if (f.n == 0)
        return look_beyond(p, &f);
    for (int i = 0; i < f.n; i++)
        print_library(f.libraries[i]);
    return verdict(true, "it is linked to libcurl");
}

static void print_ours(const char *what, const char *file)
{
    char path[PATH_MAX];
    line(what,
         sc_place_library(file, path, sizeof path) ? path : "MISSING: installed incompletely");
}

static void print_policy(const char *named)
{
    struct sc_policy_error error;
    char path[PATH_MAX];
    bool found = named ? snprintf(path, sizeof path, "%s", named) < (int)sizeof path
                       : sc_policy_find(path, sizeof path);
    if (!found) {
        line("policy", "built-in (no file found)");
        return;
    }
    struct sc_policy *p = sc_policy_load(path, &error);
    if (p)
        printf("%-9s %s (valid, %zu rule%s)\n", "policy", path, sc_policy_rule_count(p),
               sc_policy_rule_count(p) == 1 ? "" : "s");
    else
        printf("%-9s INVALID: %s\n", "policy", error.text);
    if (p && !getenv("STEADYCURL_LOG"))
        line("log", sc_policy_log(p)->path ? sc_policy_log(p)->path : "none");
    sc_policy_free(p);
}

static void print_log(void)
{
    const char *log = getenv("STEADYCURL_LOG");
    const char *off = getenv("STEADYCURL_DISABLE");
    if (log && *log)
        line("log", log);
    if (off && strcmp(off, "1") == 0)
        line("switch", "STEADYCURL_DISABLE=1: everything is off");
}

int sc_cmd_doctor(int argc, char **argv)
{
    static struct sc_program program;
    struct sc_args a = sc_args_begin_program(argc, argv);
    const char *policy = NULL;
    int opt;
    while ((opt = sc_args_next(&a, &usage)) > 0)
        policy = a.value;
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (a.i >= argc)
        return sc_usage_wrong(&usage, "which program? see steadycurl doctor --help");
    print_ours("library", "libsteadycurl.so");
    print_ours("engine", "steadycurl-engine.so");
    print_policy(policy);
    print_log();
    sc_program_look(&program, argv[a.i]);
    int status = look_at_program(&program);
    sc_program_close(&program);
    return status;
}
