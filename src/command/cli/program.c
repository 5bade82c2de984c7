/* program.c - see program.h. */
#include "cli/program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cli/place.h"

#define SCRIPT_DEPTH 4 /* as in the kernel: a script's interpreter may be a script */
#define HASHBANG_MAX 256

static void refuse(struct sc_program *p, enum sc_program_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void refuse(struct sc_program *p, enum sc_program_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(p->why, sizeof p->why, format, args);
    va_end(args);
    p->status = status;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The kernel tells the loader to ignore LD_PRELOAD when the program changes user or group. */
static void look_at_mode(struct sc_program *p)
{
    struct stat st;
    if (stat(p->path, &st) != 0)
        return;
    bool user = (st.st_mode & S_ISUID) && st.st_uid != getuid();
    bool group = (st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) && st.st_gid != getgid();
    if (user || group)
        refuse(p, SC_PROGRAM_SETUID,
               "%s is %s: the loader ignores preloads in programs that change privileges", p->path,
               user ? "setuid" : "setgid");
    else if (getuid() != 0 && getxattr(p->path, "security.capability", NULL, 0) > 0)
        refuse(p, SC_PROGRAM_CAPABILITIES,
               "%s has file capabilities: the loader ignores preloads in programs that gain "
               "privileges",
               p->path);
}

static void look_at_interpreter(struct sc_program *p)
{
    const char *loader = base_name(p->elf.interpreter);
    if (strncmp(loader, "ld-musl", 7) == 0)
        refuse(p, SC_PROGRAM_OTHER_LIBC,
               "%s is built for musl: a library built for glibc cannot be loaded into it", p->path);
    else if (strncmp(loader, "ld-uClibc", 9) == 0 || strcmp(loader, "linker64") == 0)
        refuse(p, SC_PROGRAM_OTHER_LIBC,
               "%s uses the loader %s: a library built for glibc cannot be loaded into it", p->path,
               loader);
    else if (access(p->elf.interpreter, X_OK) != 0)
        refuse(p, SC_PROGRAM_NOT_FOUND, "%s needs the loader %s, which is not there", p->path,
               p->elf.interpreter);
}

static void look_at_elf(struct sc_program *p)
{
    char name[32];
    if (!p->elf.native)
        refuse(p, SC_PROGRAM_OTHER_MACHINE,
               "%s is a %s-bit program for %s: this steadycurl is built for another architecture",
               p->path, p->elf.bits64 ? "64" : "32",
               sc_elf_machine_name(p->elf.machine, name, sizeof name));
    else if (p->elf.go && !sc_elf_needs(&p->elf, "libcurl"))
        refuse(p, SC_PROGRAM_GO,
               "%s is a Go program: it makes its calls with Go's own net/http, not with libcurl",
               p->path);
    else if (!p->elf.interpreter && strncmp(base_name(p->path), "ld-linux", 8) != 0)
        refuse(p, SC_PROGRAM_STATIC,
               "%s is statically linked: no loader runs that could load the library", p->path);
    else if (p->elf.interpreter)
        look_at_interpreter(p);
    if (p->status == SC_PROGRAM_OK)
        look_at_mode(p);
}

/* The program that "env [-i] [-u NAME] [-S] [NAME=VALUE...] PROGRAM" runs; NULL if unclear. */
static char *env_program(struct sc_program *p, char *arguments)
{
    char *rest = NULL;
    for (char *word = strtok_r(arguments, " \t", &rest); word;
         word = strtok_r(NULL, " \t", &rest)) {
        if (strncmp(word, "-S", 2) == 0 && word[2])
            word += 2; /* what follows is split off */
        if (strcmp(word, "-i") == 0 || strcmp(word, "-") == 0 ||
            strcmp(word, "--ignore-environment") == 0)
            p->clears_environment = true;
        if (strcmp(word, "-u") == 0 || strcmp(word, "-C") == 0)
            strtok_r(NULL, " \t", &rest);
        else if (word[0] != '-' && !strchr(word, '='))
            return word;
    }
    return NULL;
}

/* Reads "#!INTERPRETER [ARGUMENTS]" into line and returns the interpreter, for env the program
 * that it runs. A text without "#!" is run by sh, as execvp does. NULL: binary. */
static char *script_interpreter(struct sc_program *p, char line[HASHBANG_MAX])
{
    const struct sc_elf *e = &p->elf;
    size_t n = e->n < HASHBANG_MAX - 1 ? e->n : HASHBANG_MAX - 1;
    if (n)
        memcpy(line, e->p, n);
    line[n] = '\0';
    if (n < 2 || line[0] != '#' || line[1] != '!') {
        bool text = strlen(line) == n;
        return text ? memcpy(line, "/bin/sh", sizeof "/bin/sh") : NULL;
    }
    line[strcspn(line, "\n")] = '\0';
    char *name = line + 2 + strspn(line + 2, " \t");
    char *end = name + strcspn(name, " \t\r");
    char *arguments = *end ? end + 1 : end;
    *end = '\0';
    if (strcmp(base_name(name), "env") == 0) {
        char *program = env_program(p, arguments);
        return program ? program : name;
    }
    return name;
}

static bool find(struct sc_program *p, const char *name)
{
    int error = sc_place_program(name, p->path, sizeof p->path);
    if (error == ENOENT && p->script[0])
        refuse(p, SC_PROGRAM_NOT_FOUND, "%s needs the interpreter %s, which is not there",
               p->script, name);
    else if (error == ENOENT)
        refuse(p, SC_PROGRAM_NOT_FOUND, "%s: program not found", name);
    else if (error)
        refuse(p, SC_PROGRAM_NOT_EXECUTABLE, "%s: not an executable file, or no permission", name);
    return error == 0;
}

static void look(struct sc_program *p, const char *name, int depth)
{
    char line[HASHBANG_MAX];
    if (!find(p, name))
        return;
    /* A program may be executable but not readable; then the loader is all that can tell. */
    if (sc_elf_open(&p->elf, p->path) != 0)
        return look_at_mode(p);
    if (p->elf.is_elf)
        return look_at_elf(p);
    char *interpreter = script_interpreter(p, line);
    if (!interpreter || depth == SCRIPT_DEPTH) {
        refuse(p, SC_PROGRAM_NOT_EXECUTABLE, "%s: neither a program nor a script", p->path);
        return;
    }
    if (!p->script[0])
        memcpy(p->script, p->path, sizeof p->script);
    sc_elf_close(&p->elf);
    look(p, interpreter, depth + 1);
}

void sc_program_look(struct sc_program *p, const char *name)
{
    memset(p, 0, sizeof *p);
    look(p, name, 0);
}

void sc_program_close(struct sc_program *p)
{
    sc_elf_close(&p->elf);
}
