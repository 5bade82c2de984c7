/*
 * serve.h - the page on which people see what calls do: a read-only HTTP server for one user's
 * state and log.
 *
 * Nothing that a request says changes anything of programs: the state is looked at as `status`
 * does, the log read as `log -f` does. One thread, one poll; runs until SIGINT or SIGTERM.
 */
#ifndef SC_SERVE_SERVE_H
#define SC_SERVE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_serve_config {
    const char *bind;      /* an address in digits */
    uint16_t port;         /* 0: any that is free */
    const char *state;     /* folder, NULL: the one that programs would use */
    const char *log;       /* path, "" there is none */
    const char *policy;    /* file, NULL: the one that programs would use */
    const char *token;     /* what a request has to bring, NULL: nothing */
    const char *port_file; /* where the port is written once it is known, NULL: nowhere */
    bool quiet;
};

/* Whether what listens there can be reached from this machine alone. */
bool sc_serve_is_local(const char *bind);

/* Returns 0 after a signal, else 1 with the reason in why. */
int sc_serve(const struct sc_serve_config *config, char *why, size_t n);

#endif
