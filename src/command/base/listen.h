/* listen.h - a socket that listens, for the commands that are servers. */
#ifndef SC_BASE_LISTEN_H
#define SC_BASE_LISTEN_H

#include <stddef.h>

/* A listening TCP socket on a numeric address ("localhost" works too), close-on-exec and
 * non-blocking; its port in *port, which may be 0 before. -1 with a message in err. */
int sc_listen(const char *address, int *port, char *err, size_t err_n);

#endif
