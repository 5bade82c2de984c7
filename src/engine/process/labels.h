/* labels.h - what the environment says a call is for. */
#ifndef SC_PROCESS_LABELS_H
#define SC_PROCESS_LABELS_H

/* The cost labels of the contract, NULL where there is none. Borrowed from the environment: a
 * worker process may change them between two calls. */
void sc_labels_read(const char **task, const char **dag);

#endif
