/* elf.c - loaded objects and what they define. See elf.h. */
#include "bind/elf.h"

#include <string.h>

/* A sanitizer's runtime replaces strcmp by a function that crashes until the runtime has found the
 * real one, for which it asks dlsym, which is ours: nothing below may call the C library. */
static bool same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* glibc relocates the pointers of the dynamic section in place, musl and the vdso do not. */
static const void *dyn_pointer(const struct sc_object *o, ElfW(Addr) value)
{
    return (const void *)(value < o->base ? o->base + value : value);
}

static void read_dynamic(struct sc_object *o)
{
    ElfW(Addr) soname = 0;
    bool has_soname = false;
    const ElfW(Dyn) * d;

    for (d = o->dynamic; d && d->d_tag != DT_NULL; d++) {
        switch (d->d_tag) {
        case DT_SYMTAB:
            o->symbols = dyn_pointer(o, d->d_un.d_ptr);
            break;
        case DT_STRTAB:
            o->strings = dyn_pointer(o, d->d_un.d_ptr);
            break;
        case DT_GNU_HASH:
            o->gnu_hash = dyn_pointer(o, d->d_un.d_ptr);
            break;
        case DT_HASH:
            o->sysv_hash = dyn_pointer(o, d->d_un.d_ptr);
            break;
        case DT_SONAME:
            soname = d->d_un.d_val;
            has_soname = true;
            break;
        default:
            break;
        }
    }
    if (has_soname && o->strings)
        o->soname = o->strings + soname;
}

static bool read_object(const struct dl_phdr_info *info, struct sc_object *o)
{
    ElfW(Half) i;

    *o = (struct sc_object){.base = 0};
    o->base = info->dlpi_addr;
    o->path = info->dlpi_name ? info->dlpi_name : "";
    o->lo = UINTPTR_MAX;
    for (i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
        uintptr_t start = o->base + ph->p_vaddr;

        if (ph->p_type == PT_DYNAMIC)
            o->dynamic = (const void *)start;
        if (ph->p_type != PT_LOAD)
            continue;
        if (start < o->lo)
            o->lo = start;
        if (start + ph->p_memsz > o->hi)
            o->hi = start + ph->p_memsz;
    }
    if (!o->dynamic)
        return false;
    read_dynamic(o);
    return o->symbols && o->strings;
}

bool sc_elf_of_map(const struct link_map *map, struct sc_object *out)
{
    *out = (struct sc_object){.base = 0};
    out->base = map->l_addr;
    out->path = map->l_name ? map->l_name : "";
    out->dynamic = map->l_ld;
    if (!out->dynamic)
        return false;
    read_dynamic(out);
    return out->symbols && out->strings;
}

struct each {
    bool (*visit)(const struct sc_object *, void *);
    void *arg;
};

static int each_object(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct each *e = arg;
    struct sc_object o;

    (void)size;
    return read_object(info, &o) && e->visit(&o, e->arg);
}

bool sc_elf_each(bool (*visit)(const struct sc_object *, void *), void *arg)
{
    struct each e = {visit, arg};

    return dl_iterate_phdr(each_object, &e) != 0;
}

struct holding {
    uintptr_t address;
    struct sc_object *out;
};

static bool holds(const struct sc_object *o, void *arg)
{
    struct holding *h = arg;

    if (h->address < o->lo || h->address >= o->hi)
        return false;
    *h->out = *o;
    return true;
}

bool sc_elf_holding(uintptr_t address, struct sc_object *out)
{
    struct holding h = {address, out};

    return sc_elf_each(holds, &h);
}

static bool is_named_function(const struct sc_object *o, uint32_t index, const char *name)
{
    const ElfW(Sym) *s = &o->symbols[index];

    /* The layout of st_info is the same for both classes. */
    return s->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(s->st_info) == STT_FUNC &&
           same(o->strings + s->st_name, name);
}

static void *symbol_address(const struct sc_object *o, uint32_t index)
{
    return (void *)(o->base + o->symbols[index].st_value);
}

/* DT_GNU_HASH: header of four words, a Bloom filter, buckets, then one word per symbol whose
 * lowest bit ends a chain. */
static void *gnu_lookup(const struct sc_object *o, const char *name)
{
    const uint32_t *table = o->gnu_hash;
    uint32_t n_buckets = table[0], first = table[1], bloom_words = table[2];
    const uint32_t *buckets = table + 4 + bloom_words * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
    const uint32_t *chain = buckets + n_buckets;
    uint32_t hash = 5381, i;
    const char *c;

    for (c = name; *c; c++)
        hash = hash * 33 + (unsigned char)*c;
    if (n_buckets == 0)
        return NULL;
    i = buckets[hash % n_buckets];
    if (i < first)
        return NULL;
    for (;; i++) {
        uint32_t h = chain[i - first];

        if (((h ^ hash) >> 1) == 0 && is_named_function(o, i, name))
            return symbol_address(o, i);
        if (h & 1)
            return NULL;
    }
}

static void *sysv_lookup(const struct sc_object *o, const char *name)
{
    uint32_t n_buckets = o->sysv_hash[0];
    const uint32_t *buckets = o->sysv_hash + 2;
    const uint32_t *chain = buckets + n_buckets;
    uint32_t hash = 0, i;
    const char *c;

    for (c = name; *c; c++) {
        hash = (hash << 4) + (unsigned char)*c;
        hash = (hash ^ ((hash & 0xf0000000u) >> 24)) & 0x0fffffffu;
    }
    if (n_buckets == 0)
        return NULL;
    for (i = buckets[hash % n_buckets]; i != 0; i = chain[i])
        if (is_named_function(o, i, name))
            return symbol_address(o, i);
    return NULL;
}

void *sc_elf_define(const struct sc_object *o, const char *name)
{
    if (o->gnu_hash)
        return gnu_lookup(o, name);
    if (o->sysv_hash)
        return sysv_lookup(o, name);
    return NULL;
}

const char *sc_elf_needed(const struct sc_object *o, size_t i)
{
    const ElfW(Dyn) * d;

    for (d = o->dynamic; d && d->d_tag != DT_NULL; d++)
        if (d->d_tag == DT_NEEDED && i-- == 0)
            return o->strings + d->d_un.d_val;
    return NULL;
}

bool sc_elf_answers(const struct sc_object *o, const char *name)
{
    const char *slash = strrchr(o->path, '/');

    if (o->soname && strcmp(o->soname, name) == 0)
        return true;
    return strcmp(slash ? slash + 1 : o->path, name) == 0 || strcmp(o->path, name) == 0;
}
