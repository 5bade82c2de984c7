/* trial.c - see trial.h. */
#include "try/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/now.h"

enum { READ_MAX = 8 << 20, MERCY_MS = 300, SPEC_MAX = 4096 };

/* ---- one begins ------------------------------------------------------------------------------ */

static void path_of(const struct sc_trial_plan *plan, const struct sc_trial *t, const char *what,
                    char out[PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s/%s%s%s", plan->folder, t->name, *what ? "/" : "", what);
}

static const char *script_of(const struct sc_trial *t, enum sc_provider p)
{
    return t->kind ? sc_kind_script(t->kind, p) : t->script;
}

/* The words of `run`, up to "--"; texts that are made go into `text`. */
static size_t put_options(const struct sc_trial_plan *plan, const struct sc_trial *t,
                          const struct sc_try_hosts *hosts, const char **argv,
                          char text[SC_TRY_HOSTS_MAX][SPEC_MAX])
{
    size_t n = 0;

    argv[n++] = plan->self;
    argv[n++] = "run";
    if (plan->policy) {
        argv[n++] = "--policy";
        argv[n++] = plan->policy;
    }
    if (plan->mock)
        argv[n++] = plan->mock;
    for (size_t i = 0; t->script && hosts && i < hosts->n && n < SC_TRIAL_ARGUMENTS - 5; i++) {
        const char *script = script_of(t, hosts->list[i].provider);

        snprintf(text[i], SPEC_MAX, "%s=%s", hosts->list[i].name, script);
        argv[n++] = "--fault";
        argv[n++] = text[i];
    }
    if (t->steady && t->script)
        argv[n++] = "--steady";
    return n;
}

static void redirect(const struct sc_trial_plan *plan, const struct sc_trial *t, const char *name,
                     int fd)
{
    char path[PATH_MAX];
    int file;

    path_of(plan, t, name, path);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || dup2(file, fd) < 0)
        _exit(126);
    close(file);
}

static void become(const struct sc_trial_plan *plan, const struct sc_trial *t,
                   const struct sc_try_hosts *hosts)
{
    static char text[SC_TRY_HOSTS_MAX][SPEC_MAX];
    char trace[PATH_MAX], state[PATH_MAX], input[PATH_MAX];
    const char **argv;
    size_t n, words = 0;
    int in;

    while (plan->program[words])
        words++;
    argv = calloc(SC_TRIAL_ARGUMENTS + words + 8, sizeof *argv);
    if (!argv)
        _exit(126);
    n = put_options(plan, t, hosts, argv, text);
    path_of(plan, t, "trace", trace);
    path_of(plan, t, "state", state);
    argv[n++] = "--trace";
    argv[n++] = trace;
    argv[n++] = "--state";
    argv[n++] = state;
    argv[n++] = "--";
    memcpy(argv + n, plan->program, (words + 1) * sizeof *argv);
    snprintf(input, sizeof input, "%s/input", plan->folder);
    in = open(input, O_RDONLY);
    if (in < 0)
        in = open("/dev/null", O_RDONLY);
    setpgid(0, 0);
    dup2(in, 0);
    redirect(plan, t, "err", 2);
    redirect(plan, t, "out", 1);
    unsetenv("STEADYCURL_FAULTS");
    execv(plan->self, (char **)(uintptr_t)argv);
    _exit(126);
}

static bool begin(const struct sc_trial_plan *plan, struct sc_trial *t,
                  const struct sc_try_hosts *hosts)
{
    char folder[PATH_MAX];

    path_of(plan, t, "", folder);
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return false;
    fflush(NULL);
    t->began_ms = sc_monotonic_ms();
    t->started = true;
    t->pid = fork();
    if (t->pid == 0)
        become(plan, t, hosts);
    if (t->pid > 0)
        setpgid(t->pid, t->pid);
    return t->pid > 0;
}

/* ---- one ends -------------------------------------------------------------------------------- */

static char *read_file(const struct sc_trial_plan *plan, const struct sc_trial *t, const char *name,
                       size_t *n)
{
    char path[PATH_MAX], *text = NULL;
    size_t size = 0;
    FILE *f;

    *n = 0;
    path_of(plan, t, name, path);
    f = fopen(path, "r");
    while (f && *n == size && size < READ_MAX) {
        char *grown = realloc(text, size = size ? 2 * size : 1 << 14);

        if (!grown)
            break;
        text = grown;
        *n += fread(text + *n, 1, size - *n, f);
    }
    if (f)
        fclose(f);
    return text;
}

static struct sc_str view(const char *p, size_t n)
{
    return (struct sc_str){p ? p : "", n};
}

/* A shell says of a signal that ended its child: 128 and its number. */
static void set_exit(struct sc_try_seen *seen, int status)
{
    seen->exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    seen->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (seen->exit > 128 && seen->exit < 128 + 65)
        seen->signal = seen->exit - 128;
}

static void finish(const struct sc_trial_plan *plan, struct sc_trial *t,
                   const struct sc_trial *calm, int status)
{
    struct sc_try_output mine, its;
    size_t n;
    char *trace;

    kill(-t->pid, SIGKILL); /* what it has left behind */
    t->done = true;
    t->pid = 0;
    t->seen.ms = sc_monotonic_ms() - t->began_ms;
    set_exit(&t->seen, status);
    t->out = read_file(plan, t, "out", &t->out_len);
    t->err = read_file(plan, t, "err", &t->err_len);
    trace = read_file(plan, t, "trace", &n);
    sc_try_read_trace(&t->seen, view(trace, n), &t->hosts);
    free(trace);
    mine = (struct sc_try_output){view(t->out, t->out_len), view(t->err, t->err_len)};
    if (calm)
        its =
            (struct sc_try_output){view(calm->out, calm->out_len), view(calm->err, calm->err_len)};
    sc_try_compare(&t->seen, &mine, calm ? &its : NULL);
    t->seen.leaks = sc_try_leaks(&mine, plan->keys);
}

/* First it may end by itself. */
static void stop(const struct sc_trial_plan *plan, struct sc_trial *t, int64_t now)
{
    int64_t end = t->began_ms + plan->timeout_ms;

    if (!t->stopping && now >= end) {
        t->stopping = t->seen.timed_out = true;
        kill(-t->pid, SIGTERM);
    } else if (t->stopping && now >= end + MERCY_MS) {
        kill(-t->pid, SIGKILL);
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

static unsigned look(const struct sc_trial_plan *plan, struct sc_trial *list, size_t n,
                     const struct sc_trial *calm)
{
    unsigned running = 0;
    int status;

    for (size_t i = 0; i < n; i++) {
        if (list[i].pid == 0)
            continue;
        if (waitpid(list[i].pid, &status, WNOHANG) == list[i].pid) {
            finish(plan, &list[i], calm, status);
            continue;
        }
        stop(plan, &list[i], sc_monotonic_ms());
        running++;
    }
    return running;
}

bool sc_trials_run(const struct sc_trial_plan *plan, struct sc_trial *list, size_t n,
                   const struct sc_try_hosts *hosts, const struct sc_trial *calm, char *err,
                   size_t err_n)
{
    size_t next = 0;
    unsigned running = 0;

    while (next < n || running > 0) {
        while (next < n && running < plan->at_once) {
            if (!begin(plan, &list[next], hosts)) {
                snprintf(err, err_n, "a run cannot be started: %s", strerror(errno));
                next = n; /* those that run are waited for */
                break;
            }
            next++;
            running++;
        }
        running = look(plan, list, n, calm);
        if (running > 0)
            poll(NULL, 0, 5);
    }
    return n == 0 || list[n - 1].done;
}

void sc_trial_free(struct sc_trial *t)
{
    free(t->out);
    free(t->err);
    t->out = t->err = NULL;
}

/* ---- how to do it again ---------------------------------------------------------------------- */

static void quote(char *out, size_t n, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-_./:@%+,";
    size_t at = strlen(out);

    if (*word && !word[strspn(word, plain)]) {
        snprintf(out + at, n - at, " %s", word);
        return;
    }
    snprintf(out + at, n - at, " '");
    for (; *word && strlen(out) + 8 < n; word++)
        snprintf(out + strlen(out), n - strlen(out), *word == '\'' ? "'\\''" : "%c", *word);
    snprintf(out + strlen(out), n - strlen(out), "'");
}

void sc_trial_command(const struct sc_trial_plan *plan, const struct sc_trial *t,
                      const struct sc_try_hosts *hosts, char *out, size_t n)
{
    static char text[SC_TRY_HOSTS_MAX][SPEC_MAX];
    const char *argv[SC_TRIAL_ARGUMENTS + 8];
    size_t words = put_options(plan, t, hosts, argv, text);

    snprintf(out, n, "steadycurl");
    for (size_t i = 1; i < words; i++)
        quote(out, n, argv[i]);
    quote(out, n, "--");
    for (char **w = plan->program; *w; w++)
        quote(out, n, *w);
}
