/* table.h - our functions by name, for those who ask dlsym. */
#ifndef SC_ENTRY_TABLE_H
#define SC_ENTRY_TABLE_H

#include <stddef.h>

/* Our function of that name, NULL if we have none. index: the libcurl's number (sc_libcurl_index),
 * for functions that have to know. */
void *sc_entry_function(const char *name, size_t index);

#endif
