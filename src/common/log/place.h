/* place.h - where the log is if nobody says so, and whether one can be written. */
#ifndef SC_LOG_PLACE_H
#define SC_LOG_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* Without a policy file: $XDG_STATE_HOME/steadycurl/steadycurl.log, for root else
 * /var/log/steadycurl.log, for others ~/.local/state/steadycurl/steadycurl.log. home: what "~" is,
 * "" if nobody knows. False: no place. */
bool sc_log_default_path(const char *home, char *buf, size_t n);

/* Whether lines can be appended to that file, or it can be made; makes nothing. 0 or an errno. */
int sc_log_try(const char *path);

#endif
