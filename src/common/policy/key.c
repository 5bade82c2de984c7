/* key.c - see key.h. */
#include "policy/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/trust.h"

const char *sc_key_name(const struct sc_target_key *k)
{
    return k->env != NULL ? k->env : k->file;
}

void sc_key_forget(char *key, size_t size)
{
    explicit_bzero(key, size);
}

/* Without what editors and `echo` leave at the end. 0: what is left cannot stand in a header. */
static size_t trim(char *key, size_t n, const char *name, char *why)
{
    size_t start = 0;

    while (n > 0 && strchr(" \t\r\n", key[n - 1]) != NULL)
        n--;
    while (start < n && strchr(" \t\r\n", key[start]) != NULL)
        start++;
    n -= start;
    memmove(key, key + start, n);
    key[n] = '\0';
    if (n == 0)
        snprintf(why, SC_KEY_WHY_MAX, "%.300s is empty", name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)key[i] <= ' ' || key[i] == 0x7f) {
            snprintf(why, SC_KEY_WHY_MAX, "%.300s has blanks or more lines than one", name);
            return 0;
        }
    return n;
}

static size_t read_variable(const char *name, char *key, char *why)
{
    const char *value = getenv(name);
    size_t n = value != NULL ? strlen(value) : 0;

    if (value == NULL)
        snprintf(why, SC_KEY_WHY_MAX, "%.300s is not set", name);
    else if (n > SC_KEY_MAX)
        snprintf(why, SC_KEY_WHY_MAX, "%.300s is longer than %d bytes", name, SC_KEY_MAX);
    if (value == NULL || n > SC_KEY_MAX)
        return 0;
    memcpy(key, value, n + 1);
    return trim(key, n, name, why);
}

/* ---- files ---- */

static bool is_ours(const struct stat *st, const char *path, char *why)
{
    unsigned mode = (unsigned)st->st_mode & 07777, others = st->st_uid == 0 ? 037 : 077;

    if (!S_ISREG(st->st_mode))
        snprintf(why, SC_KEY_WHY_MAX, "%.300s is no regular file", path);
    else if (st->st_uid != 0 && st->st_uid != geteuid())
        snprintf(why, SC_KEY_WHY_MAX, "%.300s belongs to another user, uid %u", path,
                 (unsigned)st->st_uid);
    else if (mode & others)
        snprintf(why, SC_KEY_WHY_MAX, "others may read %.200s (mode %04o): chmod 600 %.200s", path,
                 mode, path);
    else
        return true;
    return false;
}

static size_t read_open(int fd, const char *path, char *key, char *why)
{
    struct stat st;
    ssize_t n;

    if (fstat(fd, &st) != 0 || !is_ours(&st, path, why))
        return 0;
    n = st.st_size <= SC_KEY_MAX ? read(fd, key, SC_KEY_MAX) : SC_KEY_MAX + 1;
    if (n > SC_KEY_MAX)
        snprintf(why, SC_KEY_WHY_MAX, "%.300s is longer than %d bytes", path, SC_KEY_MAX);
    else if (n < 0)
        snprintf(why, SC_KEY_WHY_MAX, "%.300s cannot be read", path);
    else if (memchr(key, '\0', (size_t)n) != NULL)
        snprintf(why, SC_KEY_WHY_MAX, "%.300s is no text", path);
    else
        return trim(key, (size_t)n, path, why);
    return 0;
}

static size_t read_file(const char *path, char *key, char *why)
{
    char doubt[SC_KEY_WHY_MAX - 64] = "";
    size_t n = 0;
    int fd;

    if (path[0] == '~') {
        snprintf(why, SC_KEY_WHY_MAX, "there is no home that ~ could stand for in %.300s", path);
        return 0;
    }
    if (sc_policy_trust(path, geteuid(), doubt, sizeof doubt) != SC_TRUST_GOOD) {
        snprintf(why, SC_KEY_WHY_MAX, "others could put a key there: %s", doubt);
        return 0;
    }
    /* A pipe would make a program wait for whoever writes to it. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        snprintf(why, SC_KEY_WHY_MAX, "%.300s cannot be read: %s", path,
                 errno == ENOENT   ? "there is no such file"
                 : errno == EACCES ? "permission denied"
                                   : "it cannot be opened");
    if (fd >= 0) {
        n = read_open(fd, path, key, why);
        close(fd);
    }
    return n;
}

size_t sc_key_read(const struct sc_target_key *k, char key[SC_KEY_MAX + 1],
                   char why[SC_KEY_WHY_MAX])
{
    int saved = errno;
    size_t n;

    why[0] = '\0';
    n = k->env != NULL ? read_variable(k->env, key, why) : read_file(k->file, key, why);
    if (n == 0)
        sc_key_forget(key, SC_KEY_MAX + 1);
    errno = saved;
    return n;
}

bool sc_key_is_there(const struct sc_target_key *k, char why[SC_KEY_WHY_MAX])
{
    char key[SC_KEY_MAX + 1];
    size_t n = sc_key_read(k, key, why);

    sc_key_forget(key, sizeof key);
    return n > 0;
}
