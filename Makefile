# steadycurl - see README.md; `make help` lists the targets.

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
DESTDIR ?=

CC     ?= cc
BUILD  ?= build
OPT    ?= -O2 -g
WARN   := -Wall -Wextra -Werror -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
          -Wvla -Wundef -Wwrite-strings -Wcast-qual -Wformat=2 -Wno-format-nonliteral
COMMON  = -std=gnu11 $(OPT) $(WARN) -Isrc -Iinclude -D_GNU_SOURCE -fPIC -fvisibility=hidden \
          -fexceptions -ffunction-sections -fdata-sections $(SANITIZE)
LINK    = -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed,--gc-sections $(SANITIZE)
DEPGEN  = -MMD -MP

# What goes where: the preload is libc only; everything that decides lives in the engine; the
# command has the deciding layers too, but no libcurl.
PRELOAD_DIRS := entry bind
DECIDE_DIRS  := core provider http policy state log
ENGINE_DIRS  := shim $(DECIDE_DIRS)
COMMAND_DIRS := cli mock $(DECIDE_DIRS)

objects = $(patsubst src/%,$(BUILD)/obj/%.o,$(basename $(wildcard $(foreach d,$(1),src/$(d)/*.c src/$(d)/*.S))))
PRELOAD_OBJ := $(call objects,$(PRELOAD_DIRS))
ENGINE_OBJ  := $(call objects,$(ENGINE_DIRS))
COMMAND_OBJ := $(call objects,$(COMMAND_DIRS))
DECIDE_OBJ  := $(call objects,$(DECIDE_DIRS))

# What single unit tests need besides.
LDLIBS_test_provider_errors := -lcjson

UNIT_SRC := $(wildcard tests/*/test_*.c)
UNIT     := $(UNIT_SRC:%.c=$(BUILD)/%)
HELP_SRC := $(wildcard tests/programs/*.c)
HELPERS  := $(HELP_SRC:%.c=$(BUILD)/%)

.PHONY: all demo test test-programs unit bench lint sanitize fuzz install uninstall clean help deps format
.DELETE_ON_ERROR:

all: $(BUILD)/libsteadycurl.so $(BUILD)/steadycurl-engine.so $(BUILD)/steadycurl

# `make V=1` shows the commands.
Q := $(if $(V),,@)
SAY = $(if $(V),:,printf '  %-5s %s\n')

$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	@$(SAY) CC $<
	$(Q)$(CC) $(COMMON) $(DEPGEN) -c $< -o $@

$(BUILD)/obj/%.o: src/%.S
	@mkdir -p $(@D)
	@$(SAY) AS $<
	$(Q)$(CC) $(COMMON) $(DEPGEN) -c $< -o $@

$(BUILD)/libsteadycurl.so: $(PRELOAD_OBJ)
	@$(SAY) LINK $@
	$(Q)$(CC) -shared $(LINK) -Wl,-z,defs -Wl,-soname,libsteadycurl.so -o $@ $^

$(BUILD)/steadycurl-engine.so: $(ENGINE_OBJ)
	@$(SAY) LINK $@
	$(Q)$(CC) -shared $(LINK) -Wl,-z,defs -Wl,-soname,steadycurl-engine.so -o $@ $^

$(BUILD)/steadycurl: $(COMMAND_OBJ)
	@$(SAY) LINK $@
	$(Q)$(CC) $(LINK) -pie -o $@ $^ -lmicrohttpd -lgnutls -lcjson

# Unit tests see the deciding layers as an archive.
$(BUILD)/libdecide.a: $(DECIDE_OBJ)
	rm -f $@ && ar rcs $@ $^

$(BUILD)/tests/%: tests/%.c $(BUILD)/libdecide.a
	@mkdir -p $(@D)
	@$(SAY) TEST $<
	$(Q)$(CC) $(COMMON) $(DEPGEN) -MF $@.d -o $@ $< $(BUILD)/libdecide.a -lcmocka $(LINK) $(LDLIBS_$(*F))

$(HELPERS): $(BUILD)/tests/programs/%: tests/programs/%.c
	@mkdir -p $(@D)
	@$(SAY) PROG $<
	$(Q)$(CC) -std=gnu11 $(OPT) -Wall -Wextra -Werror -Wno-deprecated-declarations -pthread -o $@ $< $(or $(PROGRAM_LIBS_$*),-l:libcurl.so.4)

unit: $(UNIT)

test: deps
	@$(MAKE) --no-print-directory all unit $(HELPERS)
	@tests/run

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
