/*
 * symbol.h - the C half of the exported dlsym (see dlsym.S), and what it answers with.
 *
 * FFI users (ctypes, LuaJIT, PHP FFI, Ruby's ethon) ask dlsym for libcurl's functions and never
 * touch the preload's. They get ours, when the function truly exists where they looked. Their
 * calls come from code that the FFI made, so that the caller says nothing of which libcurl is
 * meant: the functions that make handles exist once for each libcurl.
 */
#ifndef SC_ENTRY_SYMBOL_H
#define SC_ENTRY_SYMBOL_H

/* What dlsym has to return, NULL: leave it to the real one. */
void *sc_dl_answer(void *handle, const char *name);

#endif
