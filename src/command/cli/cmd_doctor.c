/*
 * cmd_doctor.c - steadycurl doctor PROGRAM...: will their calls be covered, and why.
 *
 * First what every run needs (needs.c), then each program: can it be wrapped (program.c), what is
 * it linked to (linked.c), what is known of its name (plugins.c), what does its script say
 * (script.c). The worst answer is the exit status.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/diagnosis.h"
#include "cli/linked.h"
#include "cli/needs.h"
#include "cli/place.h"
#include "cli/plugins.h"
#include "cli/policy_file.h"
#include "cli/program.h"
#include "cli/script.h"
#include "cli/shell.h"
#include "cli/usage.h"

static const struct sc_option options[] = {
    SC_OPTION_POLICY_FOUND, SC_OPTION_LOG("the log that it would write, instead of the policy's"),
    SC_OPTION_STATE_SHARED, SC_OPTION_JSON("one JSON object"),
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "doctor", "[OPTION...] [--] PROGRAM... | INTERPRETER SCRIPT",
    "Says which libcurl each PROGRAM uses, whether its calls will be covered, and why, and looks "
    "at\n"
    "all that a run needs besides. Nothing runs. Scripts are read for how they make their calls.\n"
    "Exit status: 0 covered, 1 not covered, 3 depends on what is said.",
    options};

#define SCRIPT_MAX ((size_t)1 << 20)

/* ---- one program ---- */

struct plugin_search {
    const char *loader;
    struct sc_linked *linked;
    int reached, own; /* plugins with a libcurl that a preload reaches, or not */
};

static void look_at_plugin(const char *path, void *arg)
{
    struct plugin_search *s = arg;
    struct sc_elf e;
    char copy[64];
    int before = s->linked->hits;
    sc_fact("plugin", "%s", path);
    if (s->loader)
        sc_linked_look(s->loader, path, s->linked);
    bool linked = s->linked->hits > before;
    bool has_copy = !linked && sc_elf_open(&e, path) == 0 && e.is_elf &&
                    sc_elf_find_text(&e, "libcurl/", copy, sizeof copy);
    if (!linked)
        sc_elf_close(&e);
    s->own += has_copy;
    s->reached += !has_copy;
}

static void look_for_plugins(struct sc_diagnosis *d, const struct sc_plugin_host *host,
                             const char *loader, const char *program)
{
    static struct sc_linked linked;
    struct plugin_search s = {.loader = loader, .linked = &linked};
    linked.n = linked.hits = 0;
    sc_plugin_files(host, program, look_at_plugin, &s);
    sc_linked_tell(&linked);
    if (strncmp(host->program, "php", 3) == 0 && sc_needs_switch("STEADYCURL_KEEP_DEEPBIND"))
        sc_diagnose(d, SC_DEPENDS,
                    "STEADYCURL_KEEP_DEEPBIND leaves PHP's curl extension uncovered "
                    "before PHP 8.4; unset it");
    else if (!host->globs || s.reached > 0)
        sc_diagnose(d, host->answer, "%s", host->remark);
    else if (s.own > 0)
        sc_diagnose(d, SC_NOT_COVERED,
                    "its plugin contains a copy of libcurl of its own, which no preload reaches; "
                    "use the distribution's");
    else
        sc_diagnose(d, SC_NOT_COVERED,
                    "none of its plugins that use libcurl is installed; install one. (%s)",
                    host->remark);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const struct sc_plugin_host *host_of_path(const char *path)
{
    char real[PATH_MAX];
    const struct sc_plugin_host *host = sc_plugin_host(base_name(path));
    return host || !realpath(path, real) ? host : sc_plugin_host(base_name(real));
}

/* What the name as it was typed says, or that of the script. R, psql and many more are scripts;
 * their own name says more than their interpreter's or their text. A mere starter's does not:
 * anybody's script may be called "watch". */
static const struct sc_plugin_host *host_by_name(const struct sc_program *p, const char *typed)
{
    const struct sc_plugin_host *host = sc_plugin_host(base_name(typed));
    if (!host && p->script[0])
        host = host_of_path(p->script);
    if (host && p->script[0] && host->answer == SC_COVERED && !host->globs)
        return NULL;
    return host;
}

static const struct sc_plugin_host *host_of(const struct sc_program *p, const char *typed)
{
    const struct sc_plugin_host *host = host_by_name(p, typed);
    return host || !p->path[0] ? host : host_of_path(p->path);
}

/* Not linked to libcurl, and not known by name. */
static void look_beyond(struct sc_diagnosis *d, const struct sc_elf *e)
{
    static const char *const by_name[] = {"libcurl.so.", "libcurl-gnutls.so.", "libcurl-nss.so."};
    static const char *const starters[] = {"execve", "execv",       "execvp", "execl",
                                           "execlp", "posix_spawn", "execle", "system",
                                           "popen",  "posix_spawnp"};
    char text[64];
    for (size_t i = 0; i < sizeof by_name / sizeof *by_name; i++) {
        if (!sc_elf_find_text(e, by_name[i], text, sizeof text))
            continue;
        if (sc_needs_switch("STEADYCURL_KEEP_DLSYM"))
            sc_diagnose(d, SC_NOT_COVERED,
                        "it loads %s itself, and STEADYCURL_KEEP_DLSYM leaves "
                        "functions looked up by name alone; unset it",
                        text);
        else
            sc_diagnose(d, SC_COVERED,
                        "it loads %s itself; functions looked up by name are covered", text);
        return;
    }
    if (sc_elf_find_text(e, "libcurl/", text, sizeof text)) {
        sc_fact("libcurl", "%s", text);
        sc_diagnose(d, SC_NOT_COVERED,
                    "it contains a copy of libcurl of its own, which no preload "
                    "reaches; use a build that is linked to the library");
        return;
    }
    if (sc_elf_imports(e, "dlopen"))
        sc_diagnose(d, SC_DEPENDS,
                    "it is not linked to libcurl, but loads plugins; one that uses "
                    "libcurl is covered, also where functions are looked up by "
                    "name");
    for (size_t i = 0; i < sizeof starters / sizeof *starters; i++)
        if (sc_elf_imports(e, starters[i]))
            sc_diagnose(d, SC_DEPENDS,
                        "it is not linked to libcurl, but starts programs; ask "
                        "about those, which inherit the library");
    if (!d->why[0])
        sc_diagnose(d, SC_NOT_COVERED,
                    "it is not linked to libcurl, loads no plugins and starts no programs");
}

static bool is_appimage(const struct sc_elf *e)
{
    return e->is_elf && e->n > 11 && e->p[8] == 'A' && e->p[9] == 'I' &&
           (e->p[10] == 1 || e->p[10] == 2);
}

static void look_at_binary(struct sc_diagnosis *d, const struct sc_program *p, const char *typed)
{
    static struct sc_linked linked;
    const char *node;
    const struct sc_plugin_host *host = host_of(p, typed);
    linked.n = linked.hits = 0;
    if (host && host->answer == SC_NOT_COVERED && p->status != SC_PROGRAM_NOT_FOUND)
        sc_diagnose(d, SC_NOT_COVERED, "%s", host->remark);
    else if (is_appimage(&p->elf))
        sc_diagnose(d, SC_NOT_COVERED,
                    "an AppImage, whose runtime is static; take it apart (%s --appimage-extract) "
                    "and wrap squashfs-root/AppRun",
                    typed);
    else if (p->status != SC_PROGRAM_OK)
        sc_diagnose(d, SC_NOT_COVERED, "%s", p->why);
    else if (p->clears_environment)
        sc_diagnose(d, SC_NOT_COVERED,
                    "its first line starts it by env -i, without LD_PRELOAD; "
                    "leave -i out, or name its interpreter: steadycurl run -- "
                    "%s %s",
                    base_name(p->path), typed);
    else if (sc_elf_defines(&p->elf, "curl_easy_perform", &node))
        sc_diagnose(d, SC_NOT_COVERED,
                    "it exports libcurl functions of its own, which come before "
                    "a preload's");
    else if (!p->elf.interpreter || !sc_linked_look(p->elf.interpreter, p->path, &linked))
        sc_diagnose(d, SC_NOT_COVERED,
                    "its libraries cannot be found out; are all of them "
                    "installed? (ldd %s)",
                    p->path);
    else if (linked.n > 0)
        sc_diagnose(d, SC_COVERED, "it is linked to libcurl");
    else if (host)
        look_for_plugins(d, host, p->elf.interpreter, p->path);
    else if (sc_is_shell(base_name(p->path)))
        sc_diagnose(d, SC_COVERED,
                    "it is a shell; the programs that it starts inherit the library. "
                    "Ask about each of them by its name");
    else
        look_beyond(d, &p->elf);
    sc_linked_tell(&linked);
}

/* ---- its script ---- */

static void list_ways(const struct sc_ways *w, enum sc_answer answer, char *buf, size_t n)
{
    size_t at = 0;
    buf[0] = '\0';
    for (size_t i = 0; i < w->n && at < n; i++)
        if (w->items[i].answer == answer)
            at += (size_t)snprintf(buf + at, n - at, "%s%s", at ? ", " : "", w->items[i].name);
}

static void tell_ways(const struct sc_ways *w)
{
    static const char *const words[] = {"covered", "as what it starts", "not covered"};
    for (size_t i = 0; i < w->n; i++) {
        const struct sc_way *way = &w->items[i];
        sc_fact("calls", "line %d, %s: %s%s%s", way->line, way->name,
                way->answer == SC_DEPENDS && way->remark ? "depends" : words[way->answer],
                way->remark ? "; " : "", way->remark ? way->remark : "");
    }
}

/* own: the answer for its interpreter alone. What the script says takes its place. */
static void judge_script(struct sc_diagnosis *d, const struct sc_diagnosis *own,
                         const struct sc_language *l, const struct sc_ways *w)
{
    char yes[256], no[256], maybe[256];
    const char *language = l->name;
    list_ways(w, SC_COVERED, yes, sizeof yes);
    list_ways(w, SC_NOT_COVERED, no, sizeof no);
    list_ways(w, SC_DEPENDS, maybe, sizeof maybe);
    if (yes[0] && own->answer == SC_NOT_COVERED)
        sc_diagnose(d, SC_NOT_COVERED, "%s", own->why);
    else if (yes[0] && no[0])
        sc_diagnose(d, SC_DEPENDS, "its calls by %s are covered, those by %s are not", yes, no);
    else if (yes[0])
        sc_diagnose(d, SC_COVERED, "its calls by %s are covered", yes);
    else if (no[0] && maybe[0])
        sc_diagnose(d, SC_DEPENDS,
                    "its calls by %s are not covered; what it starts (%s) is if "
                    "doctor says so",
                    no, maybe);
    else if (no[0])
        sc_diagnose(d, SC_NOT_COVERED, "it makes its calls by %s, which libcurl has no part in",
                    no);
    else if (maybe[0])
        sc_diagnose(d, SC_DEPENDS,
                    "it starts programs (%s); ask about those, which inherit the "
                    "library",
                    maybe);
    else if (own->answer == SC_NOT_COVERED)
        sc_diagnose(d, SC_NOT_COVERED, "%s", own->why);
    else
        sc_diagnose(d, SC_DEPENDS,
                    "nothing in this %s script is known to make calls; what it "
                    "loads may. (%s)",
                    language, own->why);
}

static void look_at_text(struct sc_diagnosis *d, const struct sc_diagnosis *own,
                         const struct sc_language *l, const char *text, size_t n)
{
    static struct sc_ways ways;
    sc_script_scan(l, text, n, &ways);
    tell_ways(&ways);
    judge_script(d, own, l, &ways);
}

static bool look_at_script(struct sc_diagnosis *d, const struct sc_diagnosis *own,
                           const struct sc_language *l, const char *path)
{
    size_t n;
    char *text = sc_read_whole(path, SCRIPT_MAX, &n);
    if (!text)
        return false;
    look_at_text(d, own, l, text, n);
    free(text);
    return true;
}

/* ---- what was named ---- */

struct doctor {
    struct sc_diagnosis needs;
    enum sc_answer worst;
    bool several;
};

static bool is_text_file(const char *path)
{
    struct sc_elf e;
    struct stat st;
    bool text = stat(path, &st) == 0 && S_ISREG(st.st_mode) && sc_elf_open(&e, path) == 0;
    if (!text)
        return false;
    text = !e.is_elf;
    sc_elf_close(&e);
    return text;
}

/* "env -i curl -s x", "timeout 9 wget x": read as a line of a shell script. Takes all words. */
static int take_line(struct sc_diagnosis *d, const struct sc_diagnosis *own, char **argv, int n)
{
    char line[PATH_MAX];
    size_t at = 0;
    for (int i = 0; i < n && at < sizeof line; i++)
        at += (size_t)snprintf(line + at, sizeof line - at, "%s%s", i ? " " : "", argv[i]);
    if (at >= sizeof line)
        return 0;
    look_at_text(d, own, sc_language("sh"), line, at);
    return n - 1;
}

/* The arguments that are an interpreter's own script: "FILE", or "-c TEXT", or "-m MODULE" with
 * other options before them. How many were taken; 0: no script among them. */
static int take_script(struct sc_diagnosis *d, const struct sc_diagnosis *own,
                       const struct sc_language *l, char **argv, int n)
{
    const char *option = l->option;
    char text[PATH_MAX];
    for (int i = 0; i < n; i++) {
        bool last = i + 1 >= n;
        if (!last && option && strcmp(argv[i], option) == 0) {
            sc_fact("script", "%s", option);
            look_at_text(d, own, l, argv[i + 1], strlen(argv[i + 1]));
            return n;
        }
        if (!last && strcmp(argv[i], "-m") == 0 && strcmp(l->name, "Python") == 0) {
            snprintf(text, sizeof text, "import %s", argv[i + 1]);
            sc_fact("script", "module %s", argv[i + 1]);
            look_at_text(d, own, l, text, strlen(text));
            return n;
        }
        if (argv[i][0] == '-')
            continue;
        if (!is_text_file(argv[i]))
            return 0;
        sc_fact("script", "%s", argv[i]);
        return look_at_script(d, own, l, argv[i]) ? i + 1 : 0;
    }
    return 0;
}

static void look_at_mixture(struct sc_diagnosis *d, const struct sc_diagnosis *own,
                            const struct sc_program *p, const char *typed,
                            const struct sc_language *l)
{
    /* Of a script whose name says it all its text says less. */
    if (!l || !p->script[0] || host_by_name(p, typed) || !look_at_script(d, own, l, p->script))
        *d = *own;
}

static void answer(struct doctor *doctor, struct sc_diagnosis *d, const char *name)
{
    if (doctor->needs.why[0] && doctor->needs.answer > d->answer)
        *d = doctor->needs;
    if (d->answer > doctor->worst)
        doctor->worst = d->answer;
    sc_facts_answer(d, doctor->several ? name : NULL);
}

/* As with host_of: python3 may be a shim written in sh, R is a shell script. */
static const struct sc_language *language_of(const struct sc_program *p, const char *typed)
{
    char real[PATH_MAX];
    const struct sc_language *l = sc_language(base_name(typed));
    if (!l && p->script[0])
        l = sc_language(base_name(p->script));
    if (!l && p->path[0])
        l = sc_language(base_name(p->path));
    if (!l && realpath(p->path, real))
        l = sc_language(base_name(real));
    return l;
}

/* Looks at the program argv[0] of n words, of which `programs` may be such; returns how many it
 * took. */
static int look_at(struct doctor *doctor, char **argv, int n, int programs)
{
    static struct sc_program p;
    struct sc_diagnosis own = {.answer = SC_COVERED}, d = {.answer = SC_COVERED};
    int taken = 0;
    sc_program_look(&p, argv[0]);
    sc_facts_program(argv[0]);
    if (p.script[0])
        sc_fact("script", "%s", p.script);
    if (p.path[0] && p.status != SC_PROGRAM_NOT_FOUND)
        sc_fact("program", "%s", p.path);
    look_at_binary(&own, &p, argv[0]);
    const struct sc_language *l = language_of(&p, argv[0]);
    if (l && p.status == SC_PROGRAM_OK)
        taken = take_script(&d, &own, l, argv + 1, n - 1);
    else if (n > 1 && sc_shell_starts(base_name(argv[0])))
        taken = take_line(&d, &own, argv, n);
    if (taken == 0)
        look_at_mixture(&d, &own, &p, argv[0], l);
    doctor->several |= taken + 1 < programs;
    answer(doctor, &d, argv[0]);
    sc_program_close(&p);
    return taken + 1;
}

/* Of "curl -s https://..." only the first word is a program. */
static int count_programs(char **argv, int n)
{
    for (int i = 1; i < n; i++)
        if (argv[i][0] == '-' || strstr(argv[i], "://"))
            return i;
    return n;
}

static void look_at_all(struct doctor *doctor, char **argv, int n)
{
    int programs = count_programs(argv, n);
    /* An interpreter may take what begins with a dash, too. */
    for (int i = 0; i < programs;)
        i += look_at(doctor, argv + i, n - i, programs - i);
    sc_facts_end(doctor->worst);
}

int sc_cmd_doctor(int argc, char **argv)
{
    static struct doctor doctor;
    static char state[PATH_MAX];
    struct sc_args a = sc_args_begin_program(argc, argv);
    const char *policy = NULL, *log = NULL;
    bool json = false;
    int opt;
    while ((opt = sc_args_next(&a, &usage)) > 0) {
        json |= opt == SC_OPT_JSON;
        if (opt == SC_OPT_POLICY)
            policy = a.value;
        if (opt == SC_OPT_LOG)
            log = a.value;
        if (opt == SC_OPT_STATE && (!sc_place_absolute(a.value, state, sizeof state) ||
                                    setenv("STEADYCURL_STATE", state, 1) != 0))
            return sc_usage_wrong(&usage, "cannot use \"%s\"", a.value);
    }
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (a.i >= argc)
        return sc_usage_wrong(&usage, "which program? see steadycurl doctor --help");
    sc_facts_begin(json);
    sc_needs_look(&doctor.needs, policy, log);
    look_at_all(&doctor, argv + a.i, argc - a.i);
    return sc_answer_status(doctor.worst);
}
