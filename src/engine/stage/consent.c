/*
 * consent.c - see consent.h.
 *
 * A program may take its callback back from inside of another one: then libcurl's own way follows.
 */
#include "stage/consent.h"

#include <sys/socket.h>

#include "call/transfer.h"
#include "handle/hooks.h"

static void note(struct sc_shadow *s, bool granted)
{
    if (s->transfer && granted)
        s->transfer->granted = true;
    else if (s->transfer)
        s->transfer->forbidden = true;
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

void sc_consent_install(struct sc_shadow *s)
{
    if (s->o.opensocket_fn)
        sc_hook_in(s, SC_HOOK_OPENSOCKET, (sc_trampoline *)on_opensocket);
    if (s->o.sockopt_fn)
        sc_hook_in(s, SC_HOOK_SOCKOPT, (sc_trampoline *)on_sockopt);
    if (s->o.resolver_start_fn)
        sc_hook_in(s, SC_HOOK_RESOLVER_START, (sc_trampoline *)on_resolver_start);
}
