/* place.h - where the file of answers is if a policy does not say. */
#ifndef SC_STORE_PLACE_H
#define SC_STORE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* $XDG_CACHE_HOME/steadycurl/answers.db, else ~/.cache/...; for root /var/cache/... home: what "~"
 * is, "" if there is none. False: there is no place. */
bool sc_store_default_path(const char *home, char *buf, size_t n);

/* Makes the folders above it, for this user alone. */
void sc_store_make_folders(const char *path);

#endif
