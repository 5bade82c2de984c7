/* Writing: many processes, rotation, and everything that can be wrong with a path. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "log/file.h"
#include "log/log.h"

static char folder[64];
static char path[128];

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sc-log-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/log", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct sc_log to(const char *where, int64_t max_bytes)
{
    return (struct sc_log){where, SC_LOG_TEXT, SC_LOG_INFO, max_bytes, 0600, false, false};
}

static void note(const struct sc_log *log, const char *text)
{
    struct sc_event e = {.kind = SC_EVENT_NOTE, .level = SC_LOG_INFO, .text = text};
    sc_log_event(log, &e);
}

static char *contents(const char *file)
{
    static char b[1 << 16];
    FILE *f = fopen(file, "r");
    size_t n = f ? fread(b, 1, sizeof b - 1, f) : 0;
    if (f)
        fclose(f);
    b[n] = '\0';
    return b;
}

static int open_descriptors(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

/* Runs f in a child whose stderr goes to a file; returns its wait status. */
static int in_child(void (*f)(void), const char *err)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int fd = open(err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(fd, STDERR_FILENO);
        f();
        _exit(0);
    }
    int status;
    waitpid(pid, &status, 0);
    return status;
}

static void file_and_folders_are_private_and_nothing_stays_open(void **state)
{
    (void)state;
    char deep[180], parent[160];
    struct stat st;
    snprintf(parent, sizeof parent, "%s/a/b", folder);
    snprintf(deep, sizeof deep, "%s/log", parent);
    struct sc_log log = to(deep, 0);
    int before = open_descriptors();
    errno = 1234;
    note(&log, "one");
    note(&log, "two");
    assert_int_equal(errno, 1234);
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(stat(deep, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(parent, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_non_null(strstr(contents(deep), "] two"));
}

static void level_decides_what_is_written(void **state)
{
    (void)state;
    struct sc_log log = to(path, 0);
    struct sc_event e = {.kind = SC_EVENT_NOTE, .level = SC_LOG_DEBUG, .text = "x"};
    sc_log_event(&log, &e);
    assert_int_equal(access(path, F_OK), -1);
    log.path = NULL;
    note(&log, "x");
    sc_log_event(NULL, &e);
}

static void symbolic_link_is_followed_and_kept_by_rotation(void **state)
{
    (void)state;
    char target[160], moved[170];
    struct stat st;
    snprintf(target, sizeof target, "%s/target", folder);
    snprintf(moved, sizeof moved, "%s.1", target);
    assert_int_equal(symlink(target, path), 0);
    struct sc_log log = to(path, 100);
    note(&log, "first");
    note(&log, "a long line so that the next one does not fit into a hundred bytes any more");
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_non_null(strstr(contents(moved), "first"));
    assert_non_null(strstr(contents(target), "a long line"));
}

/* Somebody else's uid and gid, for tests that root alone can make. */
#define STRANGER 65534

static void write_long_line_twice(void)
{
    struct sc_log log = to(path, 100);
    note(&log, "a long line so that the next one does not fit into a hundred bytes any more");
    note(&log, "a long line so that the next one does not fit into a hundred bytes any more");
}

static void link_of_another_user_is_neither_followed_nor_its_target_moved(void **state)
{
    (void)state;
    char target[160], moved[170], err[160];
    if (geteuid() != 0)
        skip();
    snprintf(target, sizeof target, "%s/target", folder);
    snprintf(moved, sizeof moved, "%s.1", target);
    snprintf(err, sizeof err, "%s/err", folder);
    FILE *f = fopen(target, "w");
    fputs("precious\n", f);
    fclose(f);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(symlink("target", path), 0);
    assert_int_equal(lchown(path, STRANGER, STRANGER), 0);
    assert_int_equal(in_child(write_long_line_twice, err), 0);
    assert_string_equal(contents(target), "precious\n");
    assert_int_equal(access(moved, F_OK), -1);
    assert_non_null(strstr(contents(err), "a link in its path belongs to another user"));

    /* By way of a link of ours it is the stranger's all the same. */
    char ours[160];
    snprintf(ours, sizeof ours, "%s/ours", folder);
    assert_int_equal(symlink(path, ours), 0);
    strcpy(path, ours);
    assert_int_equal(in_child(write_long_line_twice, err), 0);
    assert_string_equal(contents(target), "precious\n");
}

static void folder_that_is_anothers_link_is_not_entered(void **state)
{
    (void)state;
    char real[160], link[160], err[160];
    if (geteuid() != 0)
        skip();
    snprintf(real, sizeof real, "%s/real", folder);
    snprintf(link, sizeof link, "%s/link", folder);
    snprintf(path, sizeof path, "%s/link/log", folder);
    snprintf(err, sizeof err, "%s/err", folder);
    assert_int_equal(mkdir(real, 0700), 0);
    assert_int_equal(symlink("real", link), 0);
    assert_int_equal(in_child(write_long_line_twice, err), 0);
    assert_int_equal(access(path, F_OK), 0); /* our own link is entered */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(lchown(link, STRANGER, STRANGER), 0);
    assert_int_equal(in_child(write_long_line_twice, err), 0);
    assert_int_equal(access(path, F_OK), -1);
}

static void write_as_stranger(void)
{
    umask(077);
    if (setgid(STRANGER) == 0 && setuid(STRANGER) == 0)
        write_long_line_twice();
}

static void own_link_of_a_user_is_followed(void **state)
{
    (void)state;
    char target[160], err[160];
    if (geteuid() != 0)
        skip();
    snprintf(target, sizeof target, "%s/target", folder);
    snprintf(err, sizeof err, "%s/err", folder);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(lchown(path, STRANGER, STRANGER), 0);
    assert_int_equal(in_child(write_as_stranger, err), 0);
    assert_non_null(strstr(contents(target), "a long line"));
}

static void link_into_proc_is_followed(void **state)
{
    (void)state;
    char b[256] = "";
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    snprintf(b, sizeof b, "/proc/self/fd/%d", ends[1]);
    assert_int_equal(symlink(b, path), 0);
    struct sc_log log = to(path, 100);
    note(&log, "into a pipe");
    close(ends[1]);
    assert_true(read(ends[0], b, sizeof b - 1) > 0);
    close(ends[0]);
    assert_non_null(strstr(b, "into a pipe"));
}

static mode_t mode_of(const char *file)
{
    struct stat st;
    return stat(file, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void mode_is_as_asked_whatever_the_umask(void **state)
{
    (void)state;
    static const struct {
        mode_t file, folder;
    } table[] = {{0600, 0700}, {0640, 0750}, {0644, 0755}, {0660, 0770}, {0666, 01777}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char parent[160], file[170], moved[180];
        snprintf(parent, sizeof parent, "%s/%zu", folder, i);
        snprintf(file, sizeof file, "%s/log", parent);
        snprintf(moved, sizeof moved, "%s.1", file);
        struct sc_log log = to(file, 100);
        log.mode = table[i].file;
        mode_t before = umask(i & 1 ? 0077 : 0);
        note(&log, "a long line so that the next one does not fit into a hundred bytes any more");
        note(&log, "a long line so that the next one does not fit into a hundred bytes any more");
        umask(before);
        assert_int_equal(mode_of(file), table[i].file);
        assert_int_equal(mode_of(moved), table[i].file);
        assert_int_equal(mode_of(parent), table[i].folder);
    }
}

static void several_users_share_a_log_and_rotation_keeps_it_theirs(void **state)
{
    (void)state;
    char err[160], moved[170];
    struct stat st;
    if (geteuid() != 0)
        skip();
    snprintf(err, sizeof err, "%s/err", folder);
    snprintf(moved, sizeof moved, "%s.1", path);
    assert_int_equal(chmod(folder, 01777), 0);
    struct sc_log log = to(path, 0);
    log.mode = 0660;
    note(&log, "of root");
    assert_int_equal(chown(path, 0, STRANGER), 0);
    assert_int_equal(in_child(write_as_stranger, err), 0); /* too long, but not its to rename */
    assert_non_null(strstr(contents(path), "of root"));
    assert_non_null(strstr(contents(path), "a long line"));
    log.max_bytes = 100;
    note(&log, "of root again");
    assert_non_null(strstr(contents(moved), "a long line"));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_gid, STRANGER);
    assert_int_equal(st.st_mode & 07777, 0660);
}

static void a_torn_line_is_ended_first(void **state)
{
    (void)state;
    struct sc_log log = to(path, 0);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(fd, "{\"torn", 6), 6);
    close(fd);
    note(&log, "whole");
    note(&log, "next");
    assert_ptr_equal(strstr(contents(path), "{\"torn\n["), contents(path));
    assert_non_null(strstr(contents(path), "] whole"));
    assert_null(strstr(contents(path), "\n\n"));
    chmod(path, 0200); /* as one who may only write */
    note(&log, "last");
    chmod(path, 0600);
    assert_non_null(strstr(contents(path), "] last"));
}

static void write_to_full_device(void)
{
    struct sc_log log = to("/dev/full", 0);
    for (int i = 0; i < 3; i++)
        note(&log, "x");
    sc_log_complain(&log, "policy is broken");
}

static void full_disk_is_said_once(void **state)
{
    (void)state;
    assert_int_equal(in_child(write_to_full_device, path), 0);
    assert_string_equal(contents(path),
                        "steadycurl: cannot write the log /dev/full: no space left on device\n");
}

static void complain_without_a_log(void)
{
    sc_log_complain(NULL, "policy is broken,\nkey=abc");
    sc_log_complain(NULL, "again");
}

static void complaint_goes_to_stderr_only_without_a_log(void **state)
{
    (void)state;
    char err[160];
    assert_int_equal(in_child(complain_without_a_log, path), 0);
    assert_string_equal(contents(path), "steadycurl: policy is broken, key=[redacted]\n");
    snprintf(err, sizeof err, "%s/err", folder);
    struct sc_log log = to(path, 0);
    sc_log_complain(&log, "into the log");
    assert_non_null(strstr(contents(path), "] into the log"));
}

static void complain_into_a_broken_pipe(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        _exit(1);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    sc_log_complain(NULL, "nobody reads");
}

static void broken_stderr_does_not_kill(void **state)
{
    (void)state;
    assert_int_equal(in_child(complain_into_a_broken_pipe, path), 0);
}

static void complain_after_closing_everything(void)
{
    close(STDERR_FILENO);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd != STDERR_FILENO)
        _exit(1);
    sc_log_complain(NULL, "not into the program's file");
}

static void own_file_of_the_program_on_descriptor_2_stays_clean(void **state)
{
    (void)state;
    char err[160];
    snprintf(err, sizeof err, "%s/err", folder);
    assert_int_equal(in_child(complain_after_closing_everything, err), 0);
    assert_string_equal(contents(path), "");
}

static void write_to_fifo(void)
{
    struct sc_log log = to(path, 0);
    note(&log, "nobody reads");
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    note(&log, "somebody reads");
    char b[4096];
    ssize_t n = read(reader, b, sizeof b);
    close(reader);
    _exit(n > 20 ? 0 : 1);
}

static void fifo_without_reader_does_not_block(void **state)
{
    (void)state;
    char err[160];
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(err, sizeof err, "%s/err", folder);
    assert_int_equal(in_child(write_to_fifo, err), 0);
}

static void write_over_the_limit(void)
{
    struct rlimit limit = {200, 200};
    setrlimit(RLIMIT_FSIZE, &limit);
    struct sc_log log = to(path, 0);
    for (int i = 0; i < 20; i++)
        note(&log, "a line of some length");
}

static void file_size_limit_does_not_kill(void **state)
{
    (void)state;
    char err[160];
    snprintf(err, sizeof err, "%s/err", folder);
    assert_int_equal(in_child(write_over_the_limit, err), 0);
    char *text = contents(path);
    assert_true(strlen(text) <= 200 && text[strlen(text) - 1] == '\n');
}

static void paths_that_cannot_be_written_are_survived(void **state)
{
    (void)state;
    static const char *const odd[] = {"/", "/proc/nothing/log", "/dev/null/x", "", "/dev/null"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct sc_log log = to(odd[i], 10);
        int error = sc_log_append(&log, "x\n", 2);
        assert_int_equal(error == 0, i == 4);
        assert_non_null(sc_log_errno_words(error));
    }
    char *endless = malloc(PATH_MAX * 2);
    memset(endless, 'a', PATH_MAX * 2 - 1);
    endless[0] = '/';
    endless[PATH_MAX * 2 - 1] = '\0';
    struct sc_log log = to(endless, 10);
    assert_int_equal(sc_log_append(&log, "x\n", 2), ENAMETOOLONG);
    free(endless);
}

#define WRITERS 8

/* Each process writes `lines` numbered lines of 32 bytes. */
static void write_from_many(const struct sc_log *log, int lines)
{
    fflush(NULL);
    for (int p = 0; p < WRITERS; p++) {
        if (fork() != 0)
            continue;
        char line[64];
        for (int i = 0; i < lines; i++) {
            snprintf(line, sizeof line, "writer %d line %08d ........\n", p, i);
            if (sc_log_append(log, line, 32) != 0)
                _exit(1);
        }
        _exit(0);
    }
    for (int p = 0; p < WRITERS; p++) {
        int status;
        wait(&status);
        assert_int_equal(status, 0);
    }
}

/* Marks the lines of a file; false if one is not whole. */
static bool mark(const char *file, unsigned char *seen, int lines, long *count)
{
    char line[64];
    FILE *f = fopen(file, "r");
    while (f && fgets(line, sizeof line, f)) {
        int p, i;
        if (strlen(line) != 32 || sscanf(line, "writer %d line %d ........", &p, &i) != 2)
            return false;
        seen[p * lines + i]++;
        ++*count;
    }
    return f && fclose(f) == 0;
}

static void no_line_is_lost_or_torn_by_rotation(void **state)
{
    (void)state;
    enum { LINES = 4000 };
    char moved[140];
    long count = 0;
    unsigned char *seen = calloc(WRITERS, LINES);
    snprintf(moved, sizeof moved, "%s.1", path);
    /* One rotation: three fifths of the total fit. */
    struct sc_log log = to(path, (int64_t)WRITERS * LINES * 32 * 3 / 5);
    write_from_many(&log, LINES);
    assert_true(mark(path, seen, LINES, &count));
    assert_true(mark(moved, seen, LINES, &count));
    assert_int_equal(count, WRITERS * LINES);
    for (int i = 0; i < WRITERS * LINES; i++)
        assert_int_equal(seen[i], 1);
    free(seen);
}

static void many_rotations_keep_sizes_and_whole_lines(void **state)
{
    (void)state;
    enum { LINES = 4000, MAX = 20000 };
    char moved[140];
    long count = 0;
    struct stat st;
    unsigned char *seen = calloc(WRITERS, LINES);
    snprintf(moved, sizeof moved, "%s.1", path);
    struct sc_log log = to(path, MAX);
    write_from_many(&log, LINES);
    assert_true(mark(path, seen, LINES, &count));
    assert_true(mark(moved, seen, LINES, &count));
    free(seen);
    /* Who finds another rotating does not wait for it, and writes on: on a busy machine that may be
     * more than a line for each. Of a file that is never rotated this would be all. */
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size <= WRITERS * LINES * 32 / 4);
    assert_int_equal(stat(moved, &st), 0);
    assert_true(st.st_size <= WRITERS * LINES * 32 / 4);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_torn_line_is_ended_first, setup, teardown),
        TEST(file_and_folders_are_private_and_nothing_stays_open),
        TEST(level_decides_what_is_written),
        TEST(symbolic_link_is_followed_and_kept_by_rotation),
        TEST(link_of_another_user_is_neither_followed_nor_its_target_moved),
        TEST(folder_that_is_anothers_link_is_not_entered),
        TEST(own_link_of_a_user_is_followed),
        TEST(link_into_proc_is_followed),
        TEST(mode_is_as_asked_whatever_the_umask),
        TEST(several_users_share_a_log_and_rotation_keeps_it_theirs),
        TEST(full_disk_is_said_once),
        TEST(complaint_goes_to_stderr_only_without_a_log),
        TEST(broken_stderr_does_not_kill),
        TEST(own_file_of_the_program_on_descriptor_2_stays_clean),
        TEST(fifo_without_reader_does_not_block),
        TEST(file_size_limit_does_not_kill),
        TEST(paths_that_cannot_be_written_are_survived),
        TEST(no_line_is_lost_or_torn_by_rotation),
        TEST(many_rotations_keep_sizes_and_whole_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
