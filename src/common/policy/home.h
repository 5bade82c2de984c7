/* home.h - the user's home folder: what "~" in a policy stands for. */
#ifndef SC_POLICY_HOME_H
#define SC_POLICY_HOME_H

#include <stdbool.h>
#include <stddef.h>

/* $HOME if it is a path, else what /etc/passwd has for the user: a service that systemd starts as
 * root has no HOME. Not by way of getpwuid: its modules do not belong into other programs. */
bool sc_home(char *buf, size_t n);

#endif
