/*
 * open.h - opening the log file: whose links are followed, and how a new file is made.
 *
 * A program appends to its log, and renames it when it is long, with the rights of whoever runs it.
 * So a symbolic link in the path counts only if it is root's or that user's own; another's could
 * lead anywhere. (The kernel has this rule for folders with the sticky bit only.)
 */
#ifndef SC_LOG_OPEN_H
#define SC_LOG_OPEN_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

/* Beside errno's values. */
enum { SC_LOG_FOREIGN_LINK = 4096 };

/* Follows links at the end of the path to the place where the file is, or is to be. False with
 * errno. */
bool sc_log_resolve(const char *path, char real[PATH_MAX]);

/* Opens the file to append to it; makes it, and the folders above, if it is not there. look: also
 * at the folders' links, which costs a call of the system each. like: owner and group of a file
 * that is made are this one's where that is allowed; NULL: as they come. -1 with errno. */
int sc_log_open(const char *path, mode_t mode, bool look, const struct stat *like);

#endif
