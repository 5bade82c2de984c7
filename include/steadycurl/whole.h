/*
 * whole.h - whether an object's file has all the bytes that its own header
 * speaks of.
 *
 * A disk that ran full while installing leaves a file that is cut off. The
 * loader maps it without looking, and the first access behind the end kills the
 * program with SIGBUS. Preload and command both look first, so it stands here.
 */
#ifndef STEADYCURL_WHOLE_H
#define STEADYCURL_WHOLE_H

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* read(2) without libc's, where a thread that is to be cancelled would end and
 * leave the descriptor open. */
static inline bool sc_whole_read(int fd, uint64_t offset, void *to, size_t n)
{
    return lseek(fd, (off_t)offset, SEEK_SET) == (off_t)offset &&
           syscall(SYS_read, fd, to, n) == (long)n;
}

static inline bool sc_whole_reaches(uint64_t offset, uint64_t n, uint64_t size)
{
    return offset <= size && n <= size - offset;
}

/* The table of sections is the last thing that a linker writes; segments are
 * looked at as well, for it may have been stripped. */
static inline bool sc_whole_object(int fd)
{
    off_t end = lseek(fd, 0, SEEK_END);
    uint64_t size = end < 0 ? 0 : (uint64_t)end;
    ElfW(Ehdr) head;
    ElfW(Phdr) segment;

    if (!sc_whole_read(fd, 0, &head, sizeof head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_phentsize != sizeof segment ||
        !sc_whole_reaches(head.e_shoff, (uint64_t)head.e_shnum * head.e_shentsize, size))
        return false;
    for (unsigned i = 0; i < head.e_phnum; i++)
        if (!sc_whole_read(fd, head.e_phoff + i * sizeof segment, &segment, sizeof segment) ||
            !sc_whole_reaches(segment.p_offset, segment.p_filesz, size))
            return false;
    return head.e_phnum > 0;
}

#endif
