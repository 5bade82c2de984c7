# fuzz.mk - the fuzzers of tests/fuzz/run: one a parser.

FUZZ_SECONDS ?= 60
FUZZ_CC      := clang
FUZZ_FLAGS   := -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_BUILD   := $(BUILD)/fuzz/lib
FUZZ         := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/bin/%,$(wildcard tests/fuzz/*.c))
FUZZ_OBJ     := $(patsubst %,$(FUZZ_BUILD)/obj/command/%.o,mock/buf ledger/log_line ledger/text_line ledger/ledger_line \
                  mock/limit $(patsubst src/command/%.c,%,$(wildcard src/command/simulate/*.c)))

fuzz:
	@command -v $(FUZZ_CC) >/dev/null || { echo 'make fuzz needs clang: apt-get install clang'; exit 1; }
	@$(MAKE) -s --no-print-directory BUILD=$(FUZZ_BUILD) CC=$(FUZZ_CC) \
	    SANITIZE='-fsanitize=fuzzer-no-link $(FUZZ_FLAGS)' $(FUZZ_BUILD)/libcommon.a $(FUZZ_OBJ)
	@$(MAKE) -s --no-print-directory $(FUZZ)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(FUZZ)

$(FUZZ): $(BUILD)/fuzz/bin/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(wildcard $(FUZZ_BUILD)/libcommon.a)
	@mkdir -p $(@D)
	@$(SAY) FUZZ $<
	$(Q)$(FUZZ_CC) $(COMMON) $(FLOORS_tests) -Wno-missing-prototypes -fsanitize=fuzzer $(FUZZ_FLAGS) -o $@ $< \
	    $(FUZZ_OBJ) $(FUZZ_BUILD)/libcommon.a $(LINK_WITH)

