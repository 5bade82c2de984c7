/* binary.c - see elf.h. */
#include "cli/binary.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined __x86_64__
#define OUR_MACHINE EM_X86_64
#elif defined __aarch64__
#define OUR_MACHINE EM_AARCH64
#elif defined __riscv
#define OUR_MACHINE EM_RISCV
#elif defined __i386__
#define OUR_MACHINE EM_386
#elif defined __arm__
#define OUR_MACHINE EM_ARM
#else
#define OUR_MACHINE EM_NONE
#endif

#define OUR_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define OUR_ORDER (BYTE_ORDER == LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB)

/* `size` bytes at a file offset, NULL if they are not all there. Not aligned. */
static const void *at(const struct sc_elf *e, uint64_t offset, uint64_t size)
{
    return offset <= e->n && size <= e->n - offset ? e->p + offset : NULL;
}

static const char *text_at(const struct sc_elf *e, uint64_t offset)
{
    if (offset >= e->n || !memchr(e->p + offset, '\0', e->n - offset))
        return NULL;
    return (const char *)e->p + offset;
}

static bool header(const struct sc_elf *e, ElfW(Ehdr) * h)
{
    const void *p = at(e, 0, sizeof *h);
    if (p)
        memcpy(h, p, sizeof *h);
    return p != NULL;
}

static bool segment(const struct sc_elf *e, const ElfW(Ehdr) * h, unsigned i, ElfW(Phdr) * out)
{
    const void *p = i < h->e_phnum && h->e_phentsize >= sizeof *out
                        ? at(e, h->e_phoff + (uint64_t)i * h->e_phentsize, sizeof *out)
                        : NULL;
    if (p)
        memcpy(out, p, sizeof *out);
    return p != NULL;
}

static bool section(const struct sc_elf *e, const ElfW(Ehdr) * h, unsigned i, ElfW(Shdr) * out)
{
    const void *p = i < h->e_shnum && h->e_shentsize >= sizeof *out
                        ? at(e, h->e_shoff + (uint64_t)i * h->e_shentsize, sizeof *out)
                        : NULL;
    if (p)
        memcpy(out, p, sizeof *out);
    return p != NULL;
}

/* Where the loader would put an address, back to the place in the file; e->n if nowhere. */
static uint64_t file_offset(const struct sc_elf *e, const ElfW(Ehdr) * h, uint64_t address)
{
    ElfW(Phdr) s;
    for (unsigned i = 0; segment(e, h, i, &s); i++)
        if (s.p_type == PT_LOAD && address >= s.p_vaddr && address - s.p_vaddr < s.p_filesz)
            return s.p_offset + (address - s.p_vaddr);
    return e->n;
}

static void read_dynamic(struct sc_elf *e, const ElfW(Ehdr) * h, const ElfW(Phdr) * s)
{
    ElfW(Dyn) d;
    uint64_t strings = e->n;
    size_t count = s->p_filesz / sizeof d;
    e->dynamic = true;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            const void *p = at(e, s->p_offset + i * sizeof d, sizeof d);
            if (!p)
                return;
            memcpy(&d, p, sizeof d);
            if (d.d_tag == DT_NULL)
                break;
            if (pass == 0 && d.d_tag == DT_STRTAB && strings == e->n)
                strings = file_offset(e, h, d.d_un.d_ptr);
            if (pass == 1 && d.d_tag == DT_NEEDED && e->n_needed < SC_ELF_NEEDED_MAX) {
                const char *name = text_at(e, strings + d.d_un.d_val);
                if (name)
                    e->needed[e->n_needed++] = name;
            }
        }
        if (strings >= e->n)
            return;
    }
}

/* Note type 4 of owner "Go" is the build id (cmd/internal/buildid). */
static bool is_go_note(const struct sc_elf *e, const ElfW(Phdr) * s)
{
    ElfW(Nhdr) n;
    const char *p = at(e, s->p_offset, sizeof n + 4);
    if (!p)
        return false;
    memcpy(&n, p, sizeof n);
    return n.n_type == 4 && n.n_namesz == 4 && memcmp(p + sizeof n, "Go\0", 4) == 0;
}

static void read_segments(struct sc_elf *e, const ElfW(Ehdr) * h)
{
    ElfW(Phdr) s;
    for (unsigned i = 0; segment(e, h, i, &s); i++) {
        if (s.p_type == PT_INTERP)
            e->interpreter = text_at(e, s.p_offset);
        else if (s.p_type == PT_DYNAMIC)
            read_dynamic(e, h, &s);
        else if (s.p_type == PT_NOTE && is_go_note(e, &s))
            e->go = true;
    }
}

static void read_section_names(struct sc_elf *e, const ElfW(Ehdr) * h)
{
    ElfW(Shdr) names, s;
    if (!section(e, h, h->e_shstrndx, &names))
        return;
    for (unsigned i = 0; section(e, h, i, &s); i++) {
        const char *name = text_at(e, names.sh_offset + s.sh_name);
        if (name && (strcmp(name, ".gopclntab") == 0 || strcmp(name, ".note.go.buildid") == 0))
            e->go = true;
    }
}

static void read_file(struct sc_elf *e)
{
    const unsigned char *p = e->p;
    e->is_elf = e->n >= EI_NIDENT + 4 && memcmp(p, ELFMAG, SELFMAG) == 0;
    if (!e->is_elf)
        return;
    e->bits64 = p[EI_CLASS] == ELFCLASS64;
    bool big = p[EI_DATA] == ELFDATA2MSB;
    e->machine = big ? (unsigned)p[18] << 8 | p[19] : (unsigned)p[19] << 8 | p[18];
    e->native = p[EI_CLASS] == OUR_CLASS && p[EI_DATA] == OUR_ORDER && e->machine == OUR_MACHINE;
    ElfW(Ehdr) h;
    if (!e->native || !header(e, &h))
        return;
    read_segments(e, &h);
    read_section_names(e, &h);
}

int sc_elf_open(struct sc_elf *e, const char *path)
{
    struct stat st;
    memset(e, 0, sizeof *e);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return errno;
    int error = 0;
    if (fstat(fd, &st) != 0) {
        error = errno;
    } else if (!S_ISREG(st.st_mode)) {
        error = EACCES;
    } else if (st.st_size > 0) {
        void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED) {
            error = errno;
        } else {
            e->p = p;
            e->n = (size_t)st.st_size;
            read_file(e);
        }
    }
    close(fd);
    return error;
}

void sc_elf_close(struct sc_elf *e)
{
    if (e->p)
        munmap((void *)(uintptr_t)e->p, e->n);
    memset(e, 0, sizeof *e);
}

const char *sc_elf_needs(const struct sc_elf *e, const char *prefix)
{
    for (size_t i = 0; i < e->n_needed; i++)
        if (strncmp(e->needed[i], prefix, strlen(prefix)) == 0)
            return e->needed[i];
    return NULL;
}

/* The name of version `index` among those that the file defines. */
static const char *version_name(const struct sc_elf *e, const ElfW(Ehdr) * h, unsigned index)
{
    ElfW(Shdr) s, strings;
    for (unsigned i = 0; section(e, h, i, &s); i++) {
        if (s.sh_type != SHT_GNU_verdef || !section(e, h, s.sh_link, &strings))
            continue;
        uint64_t offset = s.sh_offset;
        for (unsigned k = 0; k < s.sh_info; k++) {
            ElfW(Verdef) d;
            ElfW(Verdaux) aux;
            const void *p = at(e, offset, sizeof d);
            if (!p)
                return NULL;
            memcpy(&d, p, sizeof d);
            if (d.vd_ndx == index && (p = at(e, offset + d.vd_aux, sizeof aux))) {
                memcpy(&aux, p, sizeof aux);
                return text_at(e, strings.sh_offset + aux.vda_name);
            }
            if (d.vd_next == 0)
                return NULL;
            offset += d.vd_next;
        }
    }
    return NULL;
}

static const char *symbol_version(const struct sc_elf *e, const ElfW(Ehdr) * h, uint64_t symbol)
{
    ElfW(Shdr) s;
    for (unsigned i = 0; section(e, h, i, &s); i++) {
        ElfW(Half) index;
        const void *p = s.sh_type == SHT_GNU_versym
                            ? at(e, s.sh_offset + symbol * sizeof index, sizeof index)
                            : NULL;
        if (!p)
            continue;
        memcpy(&index, p, sizeof index);
        return version_name(e, h, index & 0x7fff);
    }
    return NULL;
}

/* Looks a symbol up among those defined or those needed; -1 or its index. */
static int64_t find_symbol(const struct sc_elf *e, const ElfW(Ehdr) * h, const char *symbol,
                           bool defined)
{
    ElfW(Shdr) s, strings;
    for (unsigned i = 0; section(e, h, i, &s); i++) {
        if (s.sh_type != SHT_DYNSYM || !section(e, h, s.sh_link, &strings))
            continue;
        ElfW(Sym) sym;
        for (uint64_t k = 0; k < s.sh_size / sizeof sym; k++) {
            const void *p = at(e, s.sh_offset + k * sizeof sym, sizeof sym);
            if (!p)
                return -1;
            memcpy(&sym, p, sizeof sym);
            if ((sym.st_shndx != SHN_UNDEF) != defined)
                continue;
            const char *name = text_at(e, strings.sh_offset + sym.st_name);
            if (name && strcmp(name, symbol) == 0)
                return (int64_t)k;
        }
    }
    return -1;
}

bool sc_elf_defines(const struct sc_elf *e, const char *symbol, const char **version)
{
    ElfW(Ehdr) h;
    *version = NULL;
    if (!e->native || !header(e, &h))
        return false;
    int64_t k = find_symbol(e, &h, symbol, true);
    if (k >= 0)
        *version = symbol_version(e, &h, (uint64_t)k);
    return k >= 0;
}

bool sc_elf_imports(const struct sc_elf *e, const char *symbol)
{
    ElfW(Ehdr) h;
    return e->native && header(e, &h) && find_symbol(e, &h, symbol, false) >= 0;
}

static bool text_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr(".-_/", c));
}

bool sc_elf_find_text(const struct sc_elf *e, const char *prefix, char *buf, size_t n)
{
    size_t k = strlen(prefix);
    const unsigned char *p = e->p, *end = e->p + e->n;
    while (p && (p = memmem(p, (size_t)(end - p), prefix, k))) {
        const unsigned char *q = p + k;
        if (q < end && *q >= '0' && *q <= '9') {
            while (q < end && text_char(*q) && (size_t)(q - p) < n - 1)
                q++;
            memcpy(buf, p, (size_t)(q - p));
            buf[q - p] = '\0';
            return true;
        }
        p += k;
    }
    return false;
}

const char *sc_elf_machine_name(unsigned machine, char *buf, size_t n)
{
    static const struct {
        unsigned machine;
        const char *name;
    } table[] = {
        {EM_386, "i386"},        {EM_X86_64, "x86-64"}, {EM_ARM, "arm"},
        {EM_AARCH64, "aarch64"}, {EM_RISCV, "riscv"},   {EM_PPC, "powerpc"},
        {EM_PPC64, "ppc64"},     {EM_S390, "s390"},     {EM_MIPS, "mips"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].machine == machine)
            return table[i].name;
    snprintf(buf, n, "machine %u", machine);
    return buf;
}
