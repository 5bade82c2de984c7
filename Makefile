# steadycurl - see README.md; `make help` lists the targets.

PREFIX  ?= /usr/local
LIBDIR  ?= $(PREFIX)/lib
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share
DESTDIR ?=

# As many jobs as there are processors, unless `make -jN` says how many.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

CC     ?= cc
BUILD  ?= build
OPT    ?= -O2 -g
# A warning stops CI and `make lint` (WERROR=1), never a user's build: newer compilers know more.
WARN   := -Wall -Wextra $(if $(WERROR),-Werror) -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
          -Wvla -Wundef -Wwrite-strings -Wcast-qual -Wformat=2 -Wno-format-nonliteral
# Of newer compilers only: one that does not know it would stop.
has    = $(shell $(CC) -Werror $(1) -x c -fsyntax-only /dev/null 2>/dev/null && echo $(1))
WARN   += $(call has,-Wunterminated-string-initialization)
# Memory is set and copied by libc or in a few moves: "rep stos", which gcc prefers for a few hundred bytes, takes
# longer to start than they take.
rep    := unrolled_loop:128:noalign,libcall:-1:noalign
NO_REP := $(call has,-mmemset-strategy=$(rep)) $(call has,-mmemcpy-strategy=$(rep))
NO_PLT := $(call has,-fno-plt)
COMMON  = -std=gnu11 $(OPT) $(NO_REP) $(WARN) -Iinclude -D_GNU_SOURCE -fPIC -fvisibility=hidden \
          -fexceptions -ffunction-sections -fdata-sections $(SANITIZE)
# What a source may include: its own floor, and common where it is linked to it.
FLOORS_preload := -Isrc/preload
FLOORS_engine  := -Isrc/engine -Isrc/common
FLOORS_common  := -Isrc/common
FLOORS_command := -Isrc/command -Isrc/common
FLOORS_tests   := -Isrc/engine -Isrc/command -Isrc/common
floors = $(FLOORS_$(firstword $(subst /, ,$(1))))
LINK    = -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed,--gc-sections $(SANITIZE)
DEPGEN  = -MMD -MP

# What goes where: the preload is libc only; all that knows libcurl lives in the engine; what engine
# and command both need is common, and knows no libcurl.
objects = $(patsubst src/%,$(BUILD)/obj/%.o,$(basename $(sort $(shell find $(1:%=src/%) -name '*.[cS]'))))
PRELOAD_OBJ := $(call objects,preload/entry preload/bind)
ENGINE_ONLY := $(call objects,engine)
# The stores need SQLite: the command is linked to it, the engine loads an object that has it.
STORE_ONLY  := $(call objects,common/store/object.c common/store/sqlite.c)
STORE_OBJ   := $(STORE_ONLY) $(call objects,common/store/place.c common/store/row.c common/state/siphash.c)
# So does Redis need hiredis, which may be missing: then the feature is, and says so.
REDIS_ONLY  := $(call objects,common/redis/object.c common/redis/link.c)
REDIS_OBJ   := $(REDIS_ONLY) $(call objects,common/redis/url.c)
HASH        := \#
HAS_HIREDIS := $(shell printf '%s\n' '$(HASH)include <hiredis/hiredis.h>' 'int main(void) { redisReaderCreate(); }' | \
                   $(CC) -x c - -o /dev/null -lhiredis 2>/dev/null && echo yes)
REDIS_SO    := $(if $(HAS_HIREDIS),$(BUILD)/steadycurl-redis.so)
COMMON_OBJ  := $(filter-out $(STORE_ONLY) $(REDIS_ONLY),$(call objects,common))
ENGINE_OBJ  := $(ENGINE_ONLY) $(COMMON_OBJ)
COMMAND_OBJ := $(call objects,command common/store/sqlite.c) $(COMMON_OBJ)

.PHONY: all demo test programs unit bench lint sanitize fuzz install uninstall clean help man always deps format dist deb
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

all: $(BUILD)/libsteadycurl.so $(BUILD)/steadycurl-engine.so $(BUILD)/steadycurl-store.so \
     $(BUILD)/steadycurl-audit.so $(BUILD)/steadycurl $(REDIS_SO)

# What runs in each call: functions of ten lines are worth it where the compiler joins them again, and a call of
# libc is one through a pointer, with no jump between.
$(ENGINE_OBJ): OPT := $(OPT:-O2=-O3) $(NO_PLT)

# Declarations stand at the start of a block; where that holds for a whole folder, it is kept.
$(PRELOAD_OBJ) $(call objects,common/core common/policy common/state): WARN += -Wdeclaration-after-statement

# `make V=1` shows the commands.
Q := $(if $(V),,@)
SAY = $(if $(V),:,printf '  %-5s %s\n')

# Nothing is installed by `make` alone; what is missing is named before the first compiler error.
$(BUILD)/.headers: | tests/packages-build.txt
	@mkdir -p $(@D)
	@for h in curl/curl.h cjson/cJSON.h gnutls/gnutls.h microhttpd.h ncurses.h sqlite3.h; do \
	    echo "#include <$$h>" | $(CC) $(COMMON) -E - >/dev/null 2>&1 || { \
	        echo "<$$h> is missing. Run: sudo apt-get install" \
	            "`sed 's/ |.*//' tests/packages-build.txt | tr '\n' ' '`"; exit 1; }; \
	done
	@touch $@

$(BUILD)/obj/%.o: src/%.c | $(BUILD)/.headers
	@mkdir -p $(@D)
	@$(SAY) CC $<
	$(Q)$(CC) $(COMMON) $(call floors,$*) $(DEPGEN) -c $< -o $@

# What finds dlsym for others must not itself call strlen and its like (see src/preload/bind/elf.c), which
# the compiler would make of a loop.
$(BUILD)/obj/preload/bind/elf.o $(BUILD)/obj/preload/bind/dl.o: COMMON += -fno-builtin

$(BUILD)/obj/%.o: src/%.S
	@mkdir -p $(@D)
	@$(SAY) AS $<
	$(Q)$(CC) $(COMMON) $(call floors,$*) $(DEPGEN) -c $< -o $@

# The script that hosts share their state by is asked for by its hash.
$(BUILD)/obj/common/state/fleet_script.o: src/common/state/fleet.lua
$(BUILD)/obj/common/state/fleet_trip.o: src/common/state/fleet.lua
$(BUILD)/obj/common/state/fleet_trip.o: COMMON += -DSC_FLEET_SHA='"$(firstword $(shell sha1sum src/common/state/fleet.lua))"'

$(BUILD)/obj/command/serve/assets.o: $(wildcard src/command/serve/page.*)
$(BUILD)/obj/command/base/style_text.o: src/command/base/page.css
$(BUILD)/obj/command/report/style_text.o: src/command/report/report.css

$(BUILD)/libsteadycurl.so: $(PRELOAD_OBJ)
	@$(SAY) LINK $@
	$(Q)$(CC) -shared $(LINK) -Wl,-z,defs -Wl,-soname,libsteadycurl.so -o $@ $^

$(BUILD)/steadycurl-engine.so: $(ENGINE_OBJ)
	@$(SAY) LINK $@
	$(Q)$(CC) -shared $(LINK) -Wl,-z,defs -Wl,-soname,steadycurl-engine.so -o $@ $^

# SQLite whole and with its names hidden (src/common/store/object.c); as a library where there is no
# archive of it.
SQLITE = $(if $(wildcard $(shell $(CC) -print-file-name=libsqlite3.a)),-l:libsqlite3.a,-lsqlite3)
$(BUILD)/steadycurl-store.so: $(STORE_OBJ)
	@$(SAY) LINK $@
	$(Q)$(CC) -shared $(LINK) -Wl,-z,defs -Wl,--exclude-libs,ALL -Wl,-Bsymbolic \
	    -Wl,-soname,steadycurl-store.so -o $@ $^ $(SQLITE) -lm

# Likewise hiredis (src/common/redis/object.c).
HIREDIS = $(if $(wildcard $(shell $(CC) -print-file-name=libhiredis.a)),-l:libhiredis.a,-lhiredis)
$(BUILD)/steadycurl-redis.so: $(REDIS_OBJ)
	@$(SAY) LINK $@
	$(Q)$(CC) -shared $(LINK) -Wl,-z,defs -Wl,--exclude-libs,ALL -Wl,-Bsymbolic \
	    -Wl,-soname,steadycurl-redis.so -o $@ $^ $(HIREDIS)

$(BUILD)/steadycurl-audit.so: $(BUILD)/obj/preload/audit/audit.o $(BUILD)/obj/preload/bind/elf.o
	@$(SAY) LINK $@
	$(Q)$(CC) -shared $(LINK) -Wl,-z,defs -Wl,-soname,steadycurl-audit.so -o $@ $^

$(BUILD)/steadycurl: $(COMMAND_OBJ)
	@$(SAY) LINK $@
	$(Q)$(CC) $(LINK) -pie -o $@ $^ -lmicrohttpd -lgnutls -lcjson -lncursesw -ltinfo -lsqlite3 -lm

# Installs the packages that building takes, and those of the lists that the target adds.
PACKAGES = tests/packages-build.txt
deps:
	@tests/lib/deps $(PACKAGES)

demo: PACKAGES += tests/packages-demo.txt
demo: deps
	@$(MAKE) --no-print-directory -s all
	@tests/demo/demo.sh

test: PACKAGES += tests/packages-demo.txt tests/packages.txt
test: deps
	@$(MAKE) --no-print-directory all unit $(HELPERS)
	@tests/run $(TESTS)

ASAN = BUILD=build/asan OPT='-O1 -g -fno-omit-frame-pointer' \
       SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'
TSAN = BUILD=build/tsan OPT='-O1 -g -fno-omit-frame-pointer' SANITIZE=-fsanitize=thread

sanitize: PACKAGES += tests/packages.txt
sanitize: deps
	@$(MAKE) --no-print-directory $(ASAN) unit build/asan/harness build/asan/steadycurl
	@$(MAKE) --no-print-directory $(TSAN) build/tsan/harness build/tsan/steadycurl
	tests/sanitize/run build/asan unit
	tests/sanitize/run build/asan harness 1 2
	tests/sanitize/run build/tsan harness 4 1

lint: PACKAGES += tests/packages-lint.txt
lint: deps
	@tests/lib/lint

FILES = $(shell find src include tests -name '*.[ch]')
format:
	clang-format -i $(FILES)

# The list of options in the manual page follows from the table of options.
man: $(BUILD)/steadycurl
	$(BUILD)/steadycurl check --options-man | docs/man/insert-options docs/man/steadycurl-policy.5 \
	    >$(BUILD)/steadycurl-policy.5
	cp $(BUILD)/steadycurl-policy.5 docs/man/steadycurl-policy.5

# The command looks for the libraries beside itself, in ../lib/steadycurl and such, then here.
$(BUILD)/obj/command/cli/place.o: COMMON += -DSC_LIBDIR='"$(abspath $(LIBDIR))"'
$(BUILD)/obj/command/cli/place.o: $(BUILD)/libdir
$(BUILD)/libdir: always
	@mkdir -p $(@D)
	@echo '$(abspath $(LIBDIR))' | cmp -s - $@ || echo '$(abspath $(LIBDIR))' >$@

INSTALL_LIB    = $(DESTDIR)$(LIBDIR)/steadycurl
INSTALL_DATA   = $(DESTDIR)$(DATADIR)/steadycurl
INSTALL_SHELL  = $(DESTDIR)$(DATADIR)/bash-completion/completions
INSTALL_ZSH    = $(DESTDIR)$(DATADIR)/zsh/vendor-completions
INSTALL_FISH   = $(DESTDIR)$(DATADIR)/fish/vendor_completions.d

# A program that runs keeps what it has mapped: install(1) makes a new file, and never writes into
# one that is there.
install: all
	install -d $(INSTALL_LIB) $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man5 \
	    $(INSTALL_DATA)/policies $(INSTALL_SHELL) $(INSTALL_ZSH) $(INSTALL_FISH)
	install -m 755 $(BUILD)/libsteadycurl.so $(BUILD)/steadycurl-engine.so \
	    $(BUILD)/steadycurl-store.so $(BUILD)/steadycurl-audit.so $(REDIS_SO) $(INSTALL_LIB)
	install -m 755 $(BUILD)/steadycurl $(DESTDIR)$(BINDIR)
	install -m 644 docs/man/steadycurl.1 $(DESTDIR)$(MANDIR)/man1
	install -m 644 docs/man/steadycurl-policy.5 $(DESTDIR)$(MANDIR)/man5
	install -m 644 docs/completions/steadycurl.bash $(INSTALL_SHELL)/steadycurl
	install -m 644 docs/completions/_steadycurl $(INSTALL_ZSH)/_steadycurl
	install -m 644 docs/completions/steadycurl.fish $(INSTALL_FISH)/steadycurl.fish
	install -m 644 policies/*.json $(INSTALL_DATA)/policies

uninstall:
	rm -rf $(INSTALL_LIB) $(INSTALL_DATA)
	rm -f $(DESTDIR)$(BINDIR)/steadycurl $(DESTDIR)$(MANDIR)/man1/steadycurl.1 \
	    $(DESTDIR)$(MANDIR)/man5/steadycurl-policy.5 $(INSTALL_SHELL)/steadycurl \
	    $(INSTALL_ZSH)/_steadycurl $(INSTALL_FISH)/steadycurl.fish

VERSION   := $(shell sed -n 's/.*SC_VERSION "\(.*\)"/\1/p' include/steadycurl/version.h)
MULTIARCH  = $(shell $(CC) -print-multiarch)
DEB_ROOT   = $(BUILD)/deb/root

dist:
	@mkdir -p $(BUILD)
	src/packaging/dist $(BUILD)/steadycurl-$(VERSION).tar.gz

# Built apart, since the command knows where its libraries are. CC=aarch64-linux-gnu-gcc makes arm64's.
deb:
	@rm -rf $(DEB_ROOT)
	@$(MAKE) --no-print-directory -s install BUILD=$(BUILD)/deb/$(MULTIARCH) PREFIX=/usr \
	    LIBDIR=/usr/lib/$(MULTIARCH) DESTDIR=$(DEB_ROOT)
	@src/packaging/deb $(DEB_ROOT) $(MULTIARCH) $(BUILD)

help:
	@echo 'make             build the libraries and the command into $(BUILD)/'
	@echo 'make demo        show the main job end to end'
	@echo 'make test        run every test (TESTS=PART or tests/run PART: those whose path contains PART)'
	@echo 'make bench       measure, against direct libcurl'
	@echo 'make lint        clang-format, clang-tidy, cppcheck, shellcheck, mandoc'
	@echo 'make sanitize    the tests under ASan, UBSan and TSan'
	@echo 'make fuzz        feed the parsers random input'
	@echo 'make man         write the list of options into steadycurl-policy(5)'
	@echo 'make install     PREFIX=$(PREFIX) DESTDIR= LIBDIR= BINDIR= MANDIR= DATADIR='
	@echo 'make uninstall   the same variables'
	@echo 'make dist        the sources as a tarball in $(BUILD)/, the same bytes each time'
	@echo 'make deb         a Debian package in $(BUILD)/ (CC=aarch64-linux-gnu-gcc: for arm64)'
	@echo 'make clean       remove $(BUILD)/'

clean:
	rm -rf $(BUILD)

include tests/unit.mk tests/bench.mk tests/fuzz.mk

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
