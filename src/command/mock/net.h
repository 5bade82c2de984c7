/*
 * net.h - what the mock does to a connection behind the HTTP library's back, and pauses that end
 * when the server does.
 */
#ifndef SC_MOCK_NET_H
#define SC_MOCK_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ends the connection with a RST at once. */
void sc_mock_reset_connection(int fd);

/* Waits until the peer's kernel has everything written so far: a RST would discard it. */
void sc_mock_flush_connection(int fd);

enum sc_mock_wait { SC_MOCK_WAITED, SC_MOCK_STOPPED, SC_MOCK_GONE };

/* Waits ms (negative: for ever) unless stop_fd becomes readable or, with watch_peer, the client
 * closes its side. */
enum sc_mock_wait sc_mock_pause(int stop_fd, int fd, int64_t ms, bool watch_peer);

/* Monotonic. */
int64_t sc_mock_now_ms(void);
int64_t sc_mock_now_ns(void);

#endif
