/* run_cassette.c - see run_cassette.h. */
#include "cli/run_cassette.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cassette/cassette.h"
#include "cli/place.h"
#include "cli/run_faults.h"
#include "log/file.h"
#include "log/open.h"

enum mode { MODE_ONCE, MODE_NEW, MODE_ALL };

static const char *const modes[] = {"once", "new", "all"};

/* What was given; `asked` has the values that are right. */
static struct {
    struct sc_cassette_asked asked;
    bool begun, mode_given, miss_given, pace_given, match_given;
    enum mode mode;
} run;

static bool take_mode(const struct sc_usage *usage, const char *value)
{
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(value, modes[i]) == 0) {
            run.mode = (enum mode)i;
            return run.mode_given = true;
        }
    sc_usage_wrong(usage, "--mode: '%.40s' is none of once, new, all", value);
    return false;
}

static bool take_file(const struct sc_usage *usage, const char *option, const char *value,
                      char absolute[PATH_MAX])
{
    if (strcmp(value, "-") == 0 || strchr(value, '\n') ||
        !sc_place_absolute(value, absolute, PATH_MAX)) {
        sc_usage_wrong(usage, "--%s: cannot use \"%s\"", option, value);
        return false;
    }
    if (run.asked.file[0] && strcmp(run.asked.file, absolute) != 0) {
        sc_usage_wrong(usage, "a run has one cassette: of the misses of a replay, --miss record");
        return false;
    }
    return true;
}

bool sc_run_cassette(const struct sc_usage *usage, const char *option, const char *value)
{
    bool file = strcmp(option, "record") == 0 || strcmp(option, "replay") == 0;
    char absolute[PATH_MAX], why[200];

    if (!run.begun)
        sc_cassette_asked_init(&run.asked);
    run.begun = true;
    if (strcmp(option, "mode") == 0)
        return take_mode(usage, value);
    if (file && !take_file(usage, option, value, absolute))
        return false;
    value = file ? absolute : value ? value : "";
    run.miss_given |= strcmp(option, "miss") == 0;
    run.pace_given |= strcmp(option, "pace") == 0;
    run.match_given |= strcmp(option, "match") == 0;
    if (sc_cassette_ask(&run.asked, (struct sc_str){option, strlen(option)},
                        (struct sc_str){value, strlen(value)}, why, sizeof why))
        return true;
    sc_usage_wrong(usage, "--%s: %s", option, why);
    return false;
}

/* ---- the file -------------------------------------------------------------------------------- */

static bool say(const struct sc_usage *usage, const char *why)
{
    sc_usage_wrong(usage, "%s: %s", run.asked.file, why);
    return false;
}

/* What is in it by now. *n: exchanges; false, and said, if it cannot be read or is something else.
 */
static bool look(const struct sc_usage *usage, bool may_be_absent, size_t *n)
{
    struct sc_cassette *c = sc_cassette_new(run.asked.file);
    int error = c ? sc_cassette_read(c) : ENOMEM;
    size_t damaged, number;
    const char *why;

    *n = 0;
    if (error == ENOENT && may_be_absent)
        error = 0;
    else if (error == 0) {
        *n = sc_cassette_count(c);
        damaged = sc_cassette_damage(c, &number, &why);
        if (damaged > 0)
            fprintf(stderr, "steadycurl run: %s: line %zu %s%s\n", run.asked.file, number, why,
                    *n == 0       ? "; no cassette: none of its lines is an exchange"
                    : damaged > 1 ? ", and others are damaged; the rest is used"
                                  : "; the others are used");
        error = damaged > 0 && *n == 0 ? -1 : 0;
    }
    sc_cassette_free(c);
    if (error == EINVAL)
        return say(usage, "it is no regular file");
    return error == 0 || (error > 0 ? say(usage, sc_log_errno_words(error)) : false);
}

/* Made for this user alone, so that what is wrong with the place shows before the program runs. */
static bool make(const struct sc_usage *usage, bool anew)
{
    int fd = sc_log_open(run.asked.file, 0600, true, NULL), error = 0;

    if (fd < 0)
        return say(usage, sc_log_errno_words(errno));
    (void)fchmod(fd, 0600); /* one that was there may have been open to others */
    if (anew && ftruncate(fd, 0) != 0)
        error = errno;
    close(fd);
    return error == 0 || say(usage, sc_log_errno_words(error));
}

static bool begin_recording(const struct sc_usage *usage)
{
    size_t n;

    if (run.miss_given || run.pace_given || run.match_given || run.asked.once) {
        if (run.mode == MODE_ALL) {
            sc_usage_wrong(usage, "--match, --pace, --miss and --once are about --replay");
            return false;
        }
    }
    if (!look(usage, true, &n))
        return false;
    if (run.mode == MODE_ONCE && n > 0) {
        run.asked.records = false;
        return run.asked.replays = true;
    }
    if (run.mode == MODE_NEW) {
        run.asked.records = false;
        run.asked.replays = true;
        run.asked.miss = SC_MISS_RECORD;
    }
    return make(usage, run.mode == MODE_ALL);
}

static bool check_replay(const struct sc_usage *usage)
{
    size_t n;

    if (run.mode_given) {
        sc_usage_wrong(usage, "--mode is about --record; of a replay, --miss record");
        return false;
    }
    if (run.asked.miss != SC_MISS_RECORD)
        return look(usage, false, &n);
    return look(usage, true, &n) && make(usage, false);
}

/* ---- handed over ----------------------------------------------------------------------------- */

static void hand_over(void)
{
    static const char *const misses[] = {"fail", "pass", "record"};
    const struct sc_cassette_asked *a = &run.asked;
    char line[PATH_MAX + 64], list[80] = "";

    snprintf(line, sizeof line, "--cassette %s %s", a->replays ? "replay" : "record", a->file);
    sc_run_faults_line(line);
    for (int i = 0; i < SC_FIND_PARTS; i++)
        if (a->match >> i & 1)
            snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", list[0] ? "," : "",
                     sc_find_name((enum sc_find_part)i));
    snprintf(line, sizeof line, "--cassette match %s", list);
    sc_run_faults_line(line);
    snprintf(line, sizeof line, "--cassette pace %lld.%06lld", (long long)(a->pace_ppm / 1000000),
             (long long)(a->pace_ppm % 1000000));
    sc_run_faults_line(line);
    snprintf(line, sizeof line, "--cassette miss %s", misses[a->miss]);
    sc_run_faults_line(line);
    if (a->bodies)
        sc_run_faults_line("--cassette bodies");
    if (a->once)
        sc_run_faults_line("--cassette once");
}

bool sc_run_cassette_ready(const struct sc_usage *usage)
{
    if (!run.begun)
        return true;
    if (!run.asked.file[0]) {
        sc_usage_wrong(usage, "--mode, --bodies, --match, --pace, --miss and --once are about a "
                              "cassette: which? --record FILE or --replay FILE");
        return false;
    }
    if (run.asked.records && run.asked.replays) {
        sc_usage_wrong(usage, "--record and --replay: one of them; --replay FILE --miss record "
                              "does both");
        return false;
    }
    if (!(run.asked.records ? begin_recording(usage) : check_replay(usage)))
        return false;
    hand_over();
    return true;
}

bool sc_run_cassette_replays(void)
{
    return run.asked.replays;
}
