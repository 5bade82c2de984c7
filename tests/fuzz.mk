# fuzz.mk - the fuzzers of tests/fuzz/run: one a parser.

FUZZ_SECONDS ?= 60
FUZZ_CC      := clang
FUZZ_FLAGS   := -fsanitize=address,undefined -fno-sanitize-recover=undefined
FUZZ_BUILD   := $(BUILD)/fuzz/lib
FUZZ         := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/bin/%,$(wildcard tests/fuzz/*.c))
FUZZ_OBJ     := $(patsubst %,$(FUZZ_BUILD)/obj/command/%.o,mock/buf ledger/log_line ledger/text_line ledger/ledger_line \
                  mock/limit $(patsubst src/command/%.c,%,$(wildcard src/command/base/*.c src/command/simulate/*.c)))
# What the report and the page are made of, but for what other commands are asked (tests/fuzz/serve.c has its own).
fuzz_folders  = $(filter-out $(FUZZ_OBJ),$(patsubst src/command/%,$(FUZZ_BUILD)/obj/command/%.o,$(basename \
                  $(filter-out %/ledger.c %/ask.c %/server.c %/metrics_otlp.c %/otlp_post.c,$(wildcard $(1:%=src/command/%/*.[cS]))))))
FUZZ_REPORT  := $(call fuzz_folders,base ledger report)
FUZZ_SERVE   := $(call fuzz_folders,base ledger metrics serve)
FUZZ_STORE   := $(FUZZ_BUILD)/obj/common/store/sqlite.o
$(BUILD)/fuzz/bin/store_row: FUZZ_MORE = $(FUZZ_STORE)
$(BUILD)/fuzz/bin/report: FUZZ_MORE = $(FUZZ_REPORT)
$(BUILD)/fuzz/bin/serve: FUZZ_MORE = $(FUZZ_SERVE)

fuzz:
	@command -v $(FUZZ_CC) >/dev/null || { echo 'make fuzz needs clang: apt-get install clang'; exit 1; }
	@$(MAKE) -s --no-print-directory BUILD=$(FUZZ_BUILD) CC=$(FUZZ_CC) \
	    SANITIZE='-fsanitize=fuzzer-no-link $(FUZZ_FLAGS)' $(FUZZ_BUILD)/libcommon.a $(sort $(FUZZ_OBJ) $(FUZZ_REPORT) $(FUZZ_SERVE) $(FUZZ_STORE))
	@$(MAKE) -s --no-print-directory $(FUZZ)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(FUZZ)

$(FUZZ): $(BUILD)/fuzz/bin/%: tests/fuzz/%.c tests/fuzz/fuzz.h $(wildcard $(FUZZ_BUILD)/libcommon.a)
	@mkdir -p $(@D)
	@$(SAY) FUZZ $<
	$(Q)$(FUZZ_CC) $(filter-out $(NO_REP),$(COMMON)) $(FLOORS_tests) -Wno-missing-prototypes -fsanitize=fuzzer $(FUZZ_FLAGS) -o $@ $< \
	    $(FUZZ_OBJ) $(FUZZ_MORE) $(FUZZ_BUILD)/libcommon.a $(LINK_WITH)

