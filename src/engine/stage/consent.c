/*
 * consent.c - callbacks by which a program can forbid an attempt: to resolve a name, to open a
 * socket, to use it.
 *
 * libcurl reports such a refusal as if the name were unknown or the server away, which is worth a
 * retry; the program's own refusal is not. Trampolines stand only where the program has a callback.
 * A program may take its callback back from inside of another one: then libcurl's own way follows.
 */
#include <sys/socket.h>

#include "handle/hooks.h"
#include "stage/stage.h"

static void note(struct sc_shadow *s, bool granted)
{
    if (s->transfer && granted)
        s->transfer->attempt.granted = true;
    else if (s->transfer)
        s->transfer->attempt.forbidden = true;
}

static curl_socket_t on_opensocket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct sc_shadow *s = arg;
    curl_socket_t fd;

    if (!s->o.opensocket_fn)
        return socket(address->family, address->socktype, address->protocol);
    fd = s->o.opensocket_fn(s->o.opensocket_data, purpose, address);
    if (fd == CURL_SOCKET_BAD || !s->o.sockopt_fn) /* which has the last word */
        note(s, fd != CURL_SOCKET_BAD);
    return fd;
}

static int on_sockopt(void *arg, curl_socket_t fd, curlsocktype purpose)
{
    struct sc_shadow *s = arg;
    int rc = CURL_SOCKOPT_OK;

    if (s->o.sockopt_fn)
        rc = s->o.sockopt_fn(s->o.sockopt_data, fd, purpose);
    note(s, rc == CURL_SOCKOPT_OK || rc == CURL_SOCKOPT_ALREADY_CONNECTED);
    return rc;
}

static int on_resolver_start(void *state, void *reserved, void *arg)
{
    struct sc_shadow *s = arg;
    int rc = 0;

    if (s->o.resolver_start_fn)
        rc = s->o.resolver_start_fn(state, reserved, s->o.resolver_start_data);
    if (rc != 0)
        note(s, false);
    return rc;
}

static void begin(struct sc_transfer *t, void *me)
{
    struct sc_shadow *s = t->shadow;

    (void)me;
    if (s->o.opensocket_fn)
        sc_hook_in(s, SC_HOOK_OPENSOCKET, (sc_trampoline *)on_opensocket);
    if (s->o.sockopt_fn)
        sc_hook_in(s, SC_HOOK_SOCKOPT, (sc_trampoline *)on_sockopt);
    if (s->o.resolver_start_fn)
        sc_hook_in(s, SC_HOOK_RESOLVER_START, (sc_trampoline *)on_resolver_start);
}

/* What the trampolines noted is read when the attempt is judged (call/judge.c). */
const struct sc_stage sc_stage_consent = {.name = "consent", .begin = begin};
