/*
 * steadycurl-redis.so against a real server: what it does to the process that it is loaded into.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "redis/load.h"

static const struct sc_redis_api *redis;
static char folder[] = "/tmp/sc-redis-XXXXXX";
static char url[128], note[SC_REDIS_NOTE];
static pid_t server;

static struct sc_redis_place place = {
    .url = url, .password_env = "SC_TEST_PASSWORD", .connect_ms = 2000, .command_ms = 2000};

static void start_server(void)
{
    char path[64];

    snprintf(path, sizeof path, "%s/sock", folder);
    snprintf(url, sizeof url, "unix://%s?db=1", path);
    server = fork();
    if (server == 0) {
        int null = open("/dev/null", O_WRONLY);

        dup2(null, 1);
        dup2(null, 2);
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path, "--save", "",
               "--appendonly", "no", "--requirepass", "s3cret", "--dir", folder, NULL);
        _exit(127);
    }
    for (int i = 0; i < 500 && access(path, F_OK) != 0; i++) {
        if (waitpid(server, NULL, WNOHANG) == server) {
            server = 0;
            return;
        }
        usleep(10000);
    }
}

static int set_up(void)
{
    char object[PATH_MAX] = {0};
    const char *why;
    ssize_t n = readlink("/proc/self/exe", object, sizeof object - 1);
    char *tests = n > 0 ? strstr(object, "/tests/") : NULL;

    signal(SIGPIPE, SIG_DFL);
    setenv("SC_TEST_PASSWORD", "s3cret", 1);
    if (!tests || !mkdtemp(folder))
        return -1;
    strcpy(tests, "/" SC_REDIS_OBJECT);
    redis = sc_redis_load(object, &why);
    if (redis)
        start_server();
    if (!redis || !server)
        printf("1..1\nok 1 - redis # SKIP %s\n", redis ? "no redis-server" : why);
    return 0;
}

static int tear_down(void)
{
    char command[64];

    if (server > 0) {
        kill(server, SIGKILL);
        waitpid(server, NULL, 0);
    }
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) == 0 ? 0 : -1;
}

static int tidy(void **state)
{
    (void)state;
    redis->tidy(true);
    return 0;
}

static enum sc_redis_result ping(const struct sc_redis_place *p)
{
    struct sc_redis_arg args[] = {SC_REDIS_TEXT("PING")};
    struct sc_redis_reply *r;
    enum sc_redis_result rc = redis->ask(p, args, 1, &r, note);

    if (rc == SC_REDIS_OK) {
        assert_int_equal(r->kind, SC_REDIS_TEXT_REPLY);
        assert_string_equal(r->text, "PONG");
        redis->forget(r);
    }
    return rc;
}

static ino_t inode(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? st.st_ino : 0;
}

/* The descriptor that the connection has: the first one above. */
static int the_descriptor(void)
{
    for (int fd = SC_REDIS_ABOVE; fd < SC_REDIS_ABOVE + 20; fd++)
        if (inode(fd))
            return fd;
    return -1;
}

static void replies_have_their_kinds(void **state)
{
    static const char script[] = "return {1, 'two', {3}, redis.error_reply('ERR four'), false}";
    struct sc_redis_arg args[] = {
        SC_REDIS_TEXT("EVAL"), {script, sizeof script - 1}, SC_REDIS_TEXT("0")};
    struct sc_redis_reply *r;

    (void)state;
    assert_int_equal(redis->ask(&place, args, 3, &r, note), SC_REDIS_OK);
    assert_int_equal(r->kind, SC_REDIS_LIST);
    assert_int_equal(r->n, 5);
    assert_int_equal(r->items[0].integer, 1);
    assert_string_equal(r->items[1].text, "two");
    assert_int_equal(r->items[2].kind, SC_REDIS_LIST);
    assert_int_equal(r->items[2].items[0].integer, 3);
    assert_int_equal(r->items[3].kind, SC_REDIS_ERROR);
    assert_string_equal(r->items[3].text, "ERR four");
    assert_int_equal(r->items[4].kind, SC_REDIS_NIL);
    redis->forget(r);
}

static void the_connection_is_kept_high_and_not_for_exec(void **state)
{
    ino_t first;
    int fd;

    (void)state;
    errno = 77;
    assert_int_equal(ping(&place), SC_REDIS_OK);
    assert_int_equal(errno, 77);
    fd = the_descriptor();
    assert_true(fd >= SC_REDIS_ABOVE);
    assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    first = inode(fd);
    assert_int_equal(ping(&place), SC_REDIS_OK);
    assert_int_equal(inode(fd), first);
    redis->tidy(false);
    assert_int_equal(inode(fd), first);
    redis->tidy(true);
    assert_int_equal(the_descriptor(), -1);
}

static void a_descriptor_that_became_the_programs_is_left_alone(void **state)
{
    int fd, pair[2];
    char c;

    (void)state;
    assert_int_equal(ping(&place), SC_REDIS_OK);
    fd = the_descriptor();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(dup2(pair[0], fd), fd);
    close(pair[0]);
    assert_int_equal(ping(&place), SC_REDIS_OK);
    redis->tidy(true);
    assert_int_not_equal(inode(fd), 0);
    assert_int_equal(recv(pair[1], &c, 1, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
    close(fd);
    close(pair[1]);
}

static void a_forked_child_has_none_of_it(void **state)
{
    int fd, status;
    pid_t child;

    (void)state;
    assert_int_equal(ping(&place), SC_REDIS_OK);
    fd = the_descriptor();
    child = fork();
    if (child == 0) {
        if (inode(fd) != 0)
            _exit(1);
        _exit(ping(&place) == SC_REDIS_OK && inode(fd) != 0 ? 0 : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(ping(&place), SC_REDIS_OK);
}

static void a_connection_that_the_server_closed_is_made_anew(void **state)
{
    struct sc_redis_arg args[] = {SC_REDIS_TEXT("CLIENT"), SC_REDIS_TEXT("KILL"),
                                  SC_REDIS_TEXT("TYPE"), SC_REDIS_TEXT("normal")};
    struct sc_redis_reply *r;

    (void)state;
    assert_int_equal(ping(&place), SC_REDIS_OK);
    assert_int_equal(redis->ask(&place, args, 4, &r, note), SC_REDIS_OK);
    redis->forget(r);
    assert_int_equal(shutdown(the_descriptor(), SHUT_RDWR), 0);
    assert_int_equal(ping(&place), SC_REDIS_OK);
}

static void a_wrong_password_is_said_without_it(void **state)
{
    struct sc_redis_place p = place;

    (void)state;
    p.password_env = "SC_TEST_WRONG";
    setenv("SC_TEST_WRONG", "guessed", 1);
    assert_int_equal(ping(&p), SC_REDIS_AWAY);
    assert_non_null(strstr(note, "refuses"));
    assert_null(strstr(note, "guessed"));
    p.password_env = "SC_TEST_UNSET";
    assert_int_equal(ping(&p), SC_REDIS_AWAY);
    assert_non_null(strstr(note, "SC_TEST_UNSET"));
}

/* Takes connections and says nothing. */
static void one_that_is_silent_is_left_in_time_and_then_off(void **state)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct sc_redis_place p = {.connect_ms = 20, .command_ms = 20, .off_ms = 3600000};
    char silent[128];
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    snprintf(at.sun_path, sizeof at.sun_path, "%s/silent", folder);
    snprintf(silent, sizeof silent, "unix:%s", at.sun_path);
    p.url = silent;
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(ping(&p), SC_REDIS_AWAY);
    assert_non_null(strstr(note, "no answer"));
    assert_int_equal(ping(&p), SC_REDIS_AWAY);
    assert_string_equal(note, "");
    close(fd);
}

static void nobody_there_is_no_signal(void **state)
{
    struct sc_redis_place p = {.url = "unix:/nowhere/at/all", .connect_ms = 20, .command_ms = 20};

    (void)state;
    assert_int_equal(ping(&p), SC_REDIS_AWAY);
    assert_non_null(strstr(note, "no connection"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(replies_have_their_kinds, tidy),
        cmocka_unit_test_setup(the_connection_is_kept_high_and_not_for_exec, tidy),
        cmocka_unit_test_setup(a_descriptor_that_became_the_programs_is_left_alone, tidy),
        cmocka_unit_test_setup(a_forked_child_has_none_of_it, tidy),
        cmocka_unit_test_setup(a_connection_that_the_server_closed_is_made_anew, tidy),
        cmocka_unit_test_setup(a_wrong_password_is_said_without_it, tidy),
        cmocka_unit_test_setup(one_that_is_silent_is_left_in_time_and_then_off, tidy),
        cmocka_unit_test_setup(nobody_there_is_no_signal, tidy),
    };

    int failed = set_up(); /* of cmocka's own set-up, a skip is a failure */

    if (failed == 0 && redis && server)
        failed = cmocka_run_group_tests(tests, NULL, NULL);
    return tear_down() == 0 ? failed : 1;
}
