/*
 * consent.c - see consent.h.
 *
 * A program may take its callback back from inside of another one: then libcurl's own way follows.
 */
#include "stage/consent.h"

#include <sys/socket.h>

#include "call/transfer.h"

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
    if (s->o.opensocket_fn) {
        SC_SET(s, CURLOPT_OPENSOCKETFUNCTION, on_opensocket);
        SC_SET(s, CURLOPT_OPENSOCKETDATA, s);
        s->opensocket_installed = true;
    }
    if (s->o.sockopt_fn) {
        SC_SET(s, CURLOPT_SOCKOPTFUNCTION, on_sockopt);
        SC_SET(s, CURLOPT_SOCKOPTDATA, s);
        s->sockopt_installed = true;
    }
    if (s->o.resolver_start_fn) {
        SC_SET(s, CURLOPT_RESOLVER_START_FUNCTION, on_resolver_start);
        SC_SET(s, CURLOPT_RESOLVER_START_DATA, s);
        s->resolver_start_installed = true;
    }
}

void sc_consent_uninstall(struct sc_shadow *s)
{
    if (s->opensocket_installed) {
        SC_SET(s, CURLOPT_OPENSOCKETFUNCTION, s->o.opensocket_fn);
        SC_SET(s, CURLOPT_OPENSOCKETDATA, s->o.opensocket_data);
    }
    if (s->sockopt_installed) {
        SC_SET(s, CURLOPT_SOCKOPTFUNCTION, s->o.sockopt_fn);
        SC_SET(s, CURLOPT_SOCKOPTDATA, s->o.sockopt_data);
    }
    if (s->resolver_start_installed) {
        SC_SET(s, CURLOPT_RESOLVER_START_FUNCTION, s->o.resolver_start_fn);
        SC_SET(s, CURLOPT_RESOLVER_START_DATA, s->o.resolver_start_data);
    }
    s->opensocket_installed = false;
    s->sockopt_installed = false;
    s->resolver_start_installed = false;
}
