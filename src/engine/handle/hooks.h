/* hooks.h - the trampolines that stand in the handle during a managed perform. */
#ifndef SC_HANDLE_HOOKS_H
#define SC_HANDLE_HOOKS_H

#include "handle/shadow.h"

/* Puts the trampolines in. with_upload: the body comes from the read callback. */
void sc_install(struct sc_shadow *s, bool with_upload);

/* The spool is to be rewound, whatever the program's own source can do. */
void sc_install_seek(struct sc_shadow *s);

/* The next attempt makes a connection of its own, or may use an old one as the program lets it. */
void sc_install_fresh(struct sc_shadow *s, bool fresh);

/* Puts the program's own values back; does nothing when none are in. */
void sc_uninstall(struct sc_shadow *s);

/* The trampolines themselves (capture.c, feed.c). arg: the shadow. */
size_t sc_on_header(char *p, size_t size, size_t n, void *arg);
size_t sc_on_body(char *p, size_t size, size_t n, void *arg);
size_t sc_on_read(char *p, size_t size, size_t n, void *arg);
int sc_on_seek(void *arg, curl_off_t offset, int origin);
curlioerr sc_on_ioctl(CURL *easy, int command, void *arg);

#endif
