/* Whatever a client sends: it gets an answer of HTTP or none, no markup of its own comes back as
 * such, and what is asked of other commands is an option only where the page says so. */
/* link with: -lmicrohttpd -lm */
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "serve/inside.h"

static bool must_be_an_option(const char *word)
{
    static const char *const own[] = {"--json", "--by",    "--since",  "--state",
                                      "--log",  "--model", "--policy", "--"};

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(word, own[i]) == 0)
            return true;
    return false;
}

/* In the place of ask.c, which would start this program: the words are looked at. What follows an
 * option is its value, whatever it looks like. */
enum MHD_Result sc_ask_begin(struct sc_serve *s, struct MHD_Connection *c, char *const *argv,
                             const char *type)
{
    bool value = false, ended = false;

    (void)s;
    (void)type;
    CHECK(strcmp(argv[0], "steadycurl") == 0);
    CHECK(strcmp(argv[1], "costs") == 0 || strcmp(argv[1], "explain") == 0 ||
          strcmp(argv[1], "check") == 0);
    for (size_t i = 2; argv[i]; i++) {
        if (value || ended) {
            value = false;
            continue;
        }
        CHECK(must_be_an_option(argv[i]));
        ended = strcmp(argv[i], "--") == 0;
        value = !ended && strcmp(argv[i], "--json") != 0;
    }
    CHECK(!value);
    return sc_send_error(c, MHD_HTTP_OK, "asked", NULL, NULL);
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *data,
                              size_t *data_n, void **request)
{
    enum MHD_Result result;

    (void)version;
    (void)data;
    if (!*request) {
        *request = cls;
        return MHD_YES;
    }
    if (*data_n > 0) {
        *data_n = 0;
        return MHD_YES;
    }
    return sc_guard(cls, c, method, path, &result) ? sc_route(cls, c, path) : result;
}

/* One line of a log, whose program is markup. */
static void fill(struct sc_calls *calls)
{
    static const char line[] =
        "{\"time\":\"2026-01-01T00:00:00.000Z\",\"event\":\"call\",\"call\":\"ab\","
        "\"program\":\"<i>\",\"model\":\"gpt-4o\",\"outcome\":\"ok\"}";
    struct sc_log_line l;

    CHECK(sc_log_line_read(&l, line, sizeof line - 1));
    sc_calls_take(calls, &l);
}

static void check(const char *answer, size_t n)
{
    if (n == 0)
        return;
    CHECK(n > 9 && memcmp(answer, "HTTP/1.", 7) == 0);
    if (memmem(answer, n, "text/html", 9)) /* in JSON it is no markup */
        CHECK(!memmem(answer, n, "<i>", 3));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sc_serve_config config = {.bind = "127.0.0.1", .state = "/nowhere", .log = ""};
    struct sc_serve s = {.config = &config};
    struct sockaddr_storage from = {.ss_family = AF_UNIX};
    static char answer[1 << 18];
    static struct sc_calls *calls; /* large: made once */
    int pair[2];
    ssize_t n;

    config.token = size > 0 && data[0] == 'T' ? "T0ken" : NULL;
    if (!calls && (calls = sc_calls_new()))
        fill(calls);
    s.calls = calls;
    s.daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET,
                                0, NULL, NULL, handle, &s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                (size_t)32 << 10, MHD_OPTION_END);
    CHECK(s.calls && s.daemon && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
    CHECK(MHD_add_connection(s.daemon, pair[1], (struct sockaddr *)&from, sizeof from.ss_family) ==
          MHD_YES);
    n = write(pair[0], data, size);
    shutdown(pair[0], SHUT_WR);
    for (int i = 0; i < 4; i++)
        MHD_run(s.daemon);
    n = read(pair[0], answer, sizeof answer);
    check(answer, n > 0 ? (size_t)n : 0);
    s.ends = true;
    sc_events_wake_all(&s);
    MHD_run(s.daemon);
    close(pair[0]);
    MHD_stop_daemon(s.daemon);
    free(s.view.scopes);
    return 0;
}
