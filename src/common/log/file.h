/* file.h - lines into the log file; see log.h for what is promised. */
#ifndef SC_LOG_FILE_H
#define SC_LOG_FILE_H

#include <stddef.h>

#include "log/event.h"

/* 0, or the errno that kept the line from the file. */
int sc_log_append(const struct sc_log *log, const char *line, size_t n);

/* The same for lines that come together. *written: how many got in whole, the first ones. */
struct iovec;
int sc_log_append_all(const struct sc_log *log, const struct iovec *lines, size_t n,
                      size_t *written);

/* What the file ends with; -1 with errno. */
ssize_t sc_log_read_end(const char *path, char *buf, size_t n);

/* One write to a descriptor that may be a pipe without a reader: no SIGPIPE reaches the program.
 * 0 or an errno. */
int sc_log_write(int fd, const char *line, size_t n);

/* Plain English for the errnos that a log path meets; independent of the program's locale. */
const char *sc_log_errno_words(int error);

#endif
