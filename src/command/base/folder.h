/* folder.h - folders that commands make for a run. */
#ifndef SC_BASE_FOLDER_H
#define SC_BASE_FOLDER_H

/* With all that is in it; links are removed, not followed. */
void sc_folder_remove(const char *path);

#endif
