/*
 * server.h - the mock LLM server: one thread a connection, so that a stalled or dripping answer
 * holds up nobody else.
 */
#ifndef SC_MOCK_SERVER_H
#define SC_MOCK_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mock/config.h"

struct sc_mock_server;

/* NULL with a message in err. The configuration must outlive the server. */
struct sc_mock_server *sc_mock_server_start(const struct sc_mock_config *config, char *err,
                                            size_t err_n);
int sc_mock_server_port(const struct sc_mock_server *s);
/* Becomes readable after every answer, so that who waits can look at the counts. */
int sc_mock_server_event_fd(const struct sc_mock_server *s);
/* Requests received (the mock's own pages not counted), and those not answered yet. */
uint64_t sc_mock_server_requests(struct sc_mock_server *s);
int sc_mock_server_busy(struct sc_mock_server *s);
void sc_mock_server_stop(struct sc_mock_server *s);

#endif
