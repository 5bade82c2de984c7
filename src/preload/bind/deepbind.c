/*
 * deepbind.c - which objects lose RTLD_DEEPBIND.
 *
 * PHP before 8.5 loads extensions with RTLD_DEEPBIND, which puts their libcurl before the preload,
 * and libc's dlsym before ours for its FFI. The flag is dropped for objects that need a libcurl or
 * libffi and for no others: elsewhere it is there on purpose. So the file is read before it is
 * loaded.
 */
#include "bind/deepbind.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct image {
    const char *bytes;
    size_t size;
    const ElfW(Phdr) * headers;
    size_t n_headers;
};

/* File offset of a virtual address, SIZE_MAX if no segment holds it. */
static size_t offset_of(const struct image *m, ElfW(Addr) address)
{
    size_t i;

    for (i = 0; i < m->n_headers; i++) {
        const ElfW(Phdr) *ph = &m->headers[i];

        if (ph->p_type == PT_LOAD && address >= ph->p_vaddr && address - ph->p_vaddr < ph->p_filesz)
            return ph->p_offset + (address - ph->p_vaddr);
    }
    return SIZE_MAX;
}

static bool begins(const struct image *m, size_t offset, const char *prefix)
{
    size_t n = strlen(prefix);

    return offset < m->size && m->size - offset > n && memcmp(m->bytes + offset, prefix, n) == 0;
}

static bool dynamic_concerns_us(const struct image *m, const ElfW(Phdr) * dynamic)
{
    const ElfW(Dyn) * d;
    size_t count = dynamic->p_filesz / sizeof *d, strings = SIZE_MAX, i;

    if (dynamic->p_offset > m->size || dynamic->p_filesz > m->size - dynamic->p_offset)
        return false;
    d = (const void *)(m->bytes + dynamic->p_offset);
    for (i = 0; i < count; i++)
        if (d[i].d_tag == DT_STRTAB)
            strings = offset_of(m, d[i].d_un.d_ptr);
    for (i = 0; strings < m->size && i < count && d[i].d_tag != DT_NULL; i++)
        if (d[i].d_tag == DT_NEEDED && d[i].d_un.d_val < m->size - strings &&
            (begins(m, strings + d[i].d_un.d_val, "libcurl") ||
             begins(m, strings + d[i].d_un.d_val, "libffi")))
            return true;
    return false;
}

static bool image_concerns_us(const char *bytes, size_t size)
{
    const ElfW(Ehdr) *eh = (const void *)bytes;
    struct image m = {bytes, size, NULL, 0};
    size_t i;

    if (size < sizeof *eh || memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 ||
        eh->e_phentsize != sizeof(ElfW(Phdr)) || eh->e_phoff > size ||
        eh->e_phnum > (size - eh->e_phoff) / sizeof(ElfW(Phdr)))
        return false;
    m.headers = (const void *)(bytes + eh->e_phoff);
    m.n_headers = eh->e_phnum;
    for (i = 0; i < m.n_headers; i++)
        if (m.headers[i].p_type == PT_DYNAMIC)
            return dynamic_concerns_us(&m, &m.headers[i]);
    return false;
}

static bool file_concerns_us(const char *path)
{
    bool needs = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    off_t size;

    if (fd < 0)
        return false;
    size = lseek(fd, 0, SEEK_END); /* fstat would ask for glibc 2.33 */
    if (size > 0) {
        void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);

        if (map != MAP_FAILED) {
            needs = image_concerns_us(map, (size_t)size);
            munmap(map, (size_t)size);
        }
    }
    close(fd);
    return needs;
}

static bool switched_on(const char *name)
{
    const char *v = getenv(name);

    return v && *v && strcmp(v, "0") != 0;
}

int sc_dl_open_flags(const char *path, int flags)
{
    int saved = errno;

    if (path && strchr(path, '/') && !switched_on("STEADYCURL_DISABLE") &&
        !switched_on("STEADYCURL_KEEP_DEEPBIND") && file_concerns_us(path))
        flags &= ~RTLD_DEEPBIND;
    errno = saved;
    return flags;
}
