/* place.h - where the file of answers is if a policy does not say. */
#ifndef SC_STORE_PLACE_H
#define SC_STORE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* $XDG_CACHE_HOME/steadycurl/answers.db, else ~/.cache/...; for root /var/cache/... home: what "~"
 * is, "" if there is none. False: there is no place. */
bool sc_store_default_path(const char *home, char *buf, size_t n);

/* Makes the folders above it, for this user alone. */
void sc_store_make_folders(const char *path);

/* This user's own file, and nobody else's to read or write, or none. False: it is not to be used.
 */
bool sc_store_is_own_file(const char *path, bool *there, ino_t *inode);

/* An empty one, with its folders. False: errno says why. */
bool sc_store_make_file(const char *path);

#endif
