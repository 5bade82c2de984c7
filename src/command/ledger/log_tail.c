/* log_tail.c - see log_tail.h. */
#include "ledger/log_tail.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ledger/log_find.h"

/* Neither a folder nor a pipe, which reading might wait for. */
static FILE *open_log(const char *path)
{
    struct stat st;
    FILE *f;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || !(f = fopen(path, "re")))
        return NULL;
    return f;
}

void sc_log_tail_open(struct sc_log_tail *t, const char *path, long bytes)
{
    memset(t, 0, sizeof *t);
    t->path = path;
    t->f = open_log(path);
    if (!t->f)
        return;
    t->begins = sc_log_find_end(t->f, bytes);
    fseek(t->f, t->begins, SEEK_SET);
}

/* Whether the path names another file than the one that is open, or that was cut. */
static bool is_replaced(const struct sc_log_tail *t)
{
    struct stat ours, now;

    if (fstat(fileno(t->f), &ours) != 0 || stat(t->path, &now) != 0)
        return false;
    return ours.st_ino != now.st_ino || ours.st_dev != now.st_dev || now.st_size < ftell(t->f);
}

/* How many bytes were given. */
static size_t read_lines(struct sc_log_tail *t, size_t most,
                         void (*take)(void *arg, const char *line, size_t n), void *arg)
{
    size_t given = 0;
    ssize_t n;

    clearerr(t->f);
    while (given < most && (n = getline(&t->line, &t->room, t->f)) > 0) {
        if (t->line[n - 1] != '\n') {
            fseek(t->f, -n, SEEK_CUR);
            break;
        }
        take(arg, t->line, (size_t)n);
        given += (size_t)n;
    }
    return given;
}

bool sc_log_tail_read(struct sc_log_tail *t, size_t most,
                      void (*take)(void *arg, const char *line, size_t n), void *arg)
{
    bool replaced;

    if (!t->f && !(t->f = open_log(t->path)))
        return false;
    replaced = is_replaced(t); /* asked before reading: what came until then is read */
    if (read_lines(t, most, take, arg) >= most)
        return true;
    if (!replaced)
        return false;
    fclose(t->f);
    t->f = open_log(t->path);
    t->begins = 0;
    return t->f != NULL;
}

void sc_log_tail_close(struct sc_log_tail *t)
{
    if (t->f)
        fclose(t->f);
    free(t->line);
    memset(t, 0, sizeof *t);
}
