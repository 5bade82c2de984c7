#include "mock/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "mock/control.h"
#include "mock/exchange.h"
#include "mock/net.h"
#include "mock/reply.h"
#include "base/listen.h"

#define CONNECTION_MEMORY (256u << 10)
#define CONNECTIONS_MAX 4000u
#define THREAD_STACK (512u << 10)

static void wake_waiter(struct sc_mock_server *s)
{
    uint64_t one = 1;
    ssize_t ignored = write(s->event_fd, &one, sizeof one);
    (void)ignored;
}

static void *begin_request(void *cls, const char *uri, struct MHD_Connection *connection)
{
    struct sc_mock_exchange *x = sc_mock_alloc(sizeof *x);
    x->server = cls;
    x->connection = connection;
    x->target = sc_mock_strdup(uri);
    return x;
}

/* The request's own wish, by header or query. */
static const char *wish_of(const struct sc_mock_exchange *x, const char *header, const char *query)
{
    const char *v = sc_mock_request_header(x, header);
    return v ? v : sc_mock_request_query(x, query);
}

static void choose_outcome(struct sc_mock_exchange *x)
{
    struct sc_mock_wish wish = {.path = x->path,
                                .outcome = wish_of(x, "x-mock", "mock"),
                                .script = wish_of(x, "x-mock-script", "mock-script"),
                                .id = wish_of(x, "x-mock-id", "mock-id")};
    x->outcome = sc_mock_plan_next(x->server->config->plan, &wish, &x->script, x->problem,
                                   sizeof x->problem);
}

static void open_exchange(struct sc_mock_exchange *x, const char *method, const char *path)
{
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    x->begun = true;
    x->method = method;
    x->path = path;
    x->fd = fd ? fd->connect_fd : -1;
    x->own_page = strncmp(path, "/_mock/", 7) == 0;
    gnutls_hash_init(&x->hash, GNUTLS_DIG_SHA256);
    if (!x->own_page) {
        x->server->busy++;
        choose_outcome(x);
    }
}

static void take_body(struct sc_mock_exchange *x, const char *data, size_t n)
{
    size_t room = SC_MOCK_BODY_KEEP - x->body.n;
    sc_mock_buf_add(&x->body, data, n < room ? n : room);
    gnutls_hash(x->hash, data, n);
    x->body_bytes += n;
}

static void hex_digest(struct sc_mock_exchange *x, char out[65])
{
    unsigned char digest[32];
    gnutls_hash_output(x->hash, digest);
    for (int i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

static void record(struct sc_mock_exchange *x, bool complete)
{
    const union MHD_ConnectionInfo *peer =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct sc_mock_buf headers = {0};
    char sha256[65];
    hex_digest(x, sha256);
    sc_mock_request_headers(x, &headers, true);
    struct sc_mock_entry e = {.method = x->method,
                              .target = x->target,
                              .headers = headers.p,
                              .body = x->body.p,
                              .body_kept = x->body.n,
                              .body_bytes = x->body_bytes,
                              .sha256 = sha256,
                              .peer = peer->socket_context,
                              .outcome = x->outcome ? x->outcome->text : "bad script",
                              .complete = complete};
    sc_mock_records_add(x->server->records, &e);
    sc_mock_buf_free(&headers);
    x->recorded = true;
}

static enum MHD_Result answer(struct sc_mock_exchange *x, bool complete)
{
    x->answered = true;
    if (x->own_page)
        return sc_mock_control(x);
    record(x, complete);
    if (x->outcome)
        return sc_mock_reply(x);
    struct sc_mock_buf b = {0};
    sc_mock_buf_json(&b, "{'error':%q}\n", x->problem);
    return sc_mock_reply_buf(x, 400, "application/json", &b);
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_n, void **request)
{
    struct sc_mock_exchange *x = *request;
    (void)cls;
    (void)connection;
    (void)version;
    if (!x->begun) {
        open_exchange(x, method, url);
        return x->outcome && x->outcome->early ? answer(x, false) : MHD_YES;
    }
    if (*data_n) {
        take_body(x, data, *data_n);
        *data_n = 0;
        return MHD_YES;
    }
    return x->answered ? MHD_YES : answer(x, true);
}

static void end_request(void *cls, struct MHD_Connection *connection, void **request,
                        enum MHD_RequestTerminationCode code)
{
    struct sc_mock_exchange *x = *request;
    (void)cls;
    (void)connection;
    (void)code;
    if (!x)
        return;
    if (x->begun && !x->own_page) {
        if (!x->recorded)
            record(x, false);
        x->server->busy--;
        wake_waiter(x->server);
    }
    if (x->hash)
        gnutls_hash_deinit(x->hash, NULL);
    sc_script_unref(x->script);
    sc_mock_buf_free(&x->body);
    free(x->target);
    free(x);
    *request = NULL;
}

static void number_connection(void *cls, struct MHD_Connection *connection, void **context,
                              enum MHD_ConnectionNotificationCode code)
{
    struct sc_mock_server *s = cls;
    int one = 1;
    struct sc_mock_peer *peer = *context;
    if (code != MHD_CONNECTION_NOTIFY_STARTED) {
        free(peer);
        return;
    }
    *context = peer = sc_mock_alloc(sizeof *peer);
    peer->number = ++s->connections;
    const union MHD_ConnectionInfo *fd =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (fd)
        setsockopt(fd->connect_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static struct MHD_Daemon *start_daemon(struct sc_mock_server *s, int listener)
{
    const struct sc_mock_config *c = s->config;
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
                     MHD_USE_POLL | MHD_USE_ITC | (c->cert_pem ? MHD_USE_TLS : 0u);
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)c->cert_pem},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)c->key_pem},
        {MHD_OPTION_END, 0, NULL},
    };
    if (!c->cert_pem)
        tls[0] = tls[2];
    return MHD_start_daemon(
        flags, 0, NULL, NULL, handle, s, MHD_OPTION_LISTEN_SOCKET, listener,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY, MHD_OPTION_CONNECTION_LIMIT,
        CONNECTIONS_MAX, MHD_OPTION_THREAD_STACK_SIZE, (size_t)THREAD_STACK,
        MHD_OPTION_URI_LOG_CALLBACK, begin_request, s, MHD_OPTION_NOTIFY_COMPLETED, end_request, s,
        MHD_OPTION_NOTIFY_CONNECTION, number_connection, s, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

struct sc_mock_server *sc_mock_server_start(const struct sc_mock_config *config, char *err,
                                            size_t err_n)
{
    int port = config->port;
    int listener = sc_listen(config->address, &port, err, err_n);
    if (listener < 0)
        return NULL;
    struct sc_mock_server *s = sc_mock_alloc(sizeof *s);
    s->config = config;
    s->port = port;
    s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->records = sc_mock_records_new();
    if (config->limit_rpm || config->limit_tpm)
        s->limits = sc_mock_limits_new(config->limit_rpm, config->limit_tpm, config->limit_burst,
                                       sc_mock_now_ns());
    s->daemon = start_daemon(s, listener);
    if (s->daemon)
        return s;
    snprintf(err, err_n, "the HTTP server does not start");
    close(listener);
    sc_mock_server_stop(s);
    return NULL;
}

int sc_mock_server_port(const struct sc_mock_server *s)
{
    return s->port;
}

int sc_mock_server_event_fd(const struct sc_mock_server *s)
{
    return s->event_fd;
}

uint64_t sc_mock_server_requests(struct sc_mock_server *s)
{
    return sc_mock_records_count(s->records);
}

int sc_mock_server_busy(struct sc_mock_server *s)
{
    return s->busy;
}

void sc_mock_server_stop(struct sc_mock_server *s)
{
    uint64_t one = 1;
    ssize_t ignored = write(s->stop_fd, &one, sizeof one);
    (void)ignored;
    if (s->daemon)
        MHD_stop_daemon(s->daemon);
    sc_mock_records_free(s->records);
    sc_mock_limits_free(s->limits);
    close(s->stop_fd);
    close(s->event_fd);
    free(s);
}
