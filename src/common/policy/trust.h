/*
 * trust.h - who else could have written this policy.
 *
 * A policy says where a log is appended to and what becomes of a program's calls, with the rights
 * of whoever runs it. As sshd does with a user's keys, the file and every folder above it are
 * looked at, along the path as it is named and along the one that its links lead to: whose they
 * are, and who may write.
 *
 *                                            run by root   by another user
 *     root or that user alone may write      good          good
 *     another user or a group may            doubtful      good (somebody chose them)
 *     anybody may                            refused       doubtful
 *
 * Doubtful ones are used; run, check and doctor warn. A folder that anybody may write to is in
 * order if it has the sticky bit: what lies in it is its owner's.
 */
#ifndef SC_POLICY_TRUST_H
#define SC_POLICY_TRUST_H

#include <stddef.h>
#include <sys/types.h>

enum sc_trust { SC_TRUST_GOOD, SC_TRUST_DOUBTFUL, SC_TRUST_REFUSED };

/* why: what is wrong and its remedy, unless it is good. Keeps errno. A file that is not there is
 * good: who opens it will say so. */
enum sc_trust sc_policy_trust(const char *path, uid_t who, char *why, size_t n);

#endif
