# bench.mk - what tests/bench/run measures with.

BENCH := $(BUILD)/tests/bench/server $(BUILD)/tests/bench/client $(BUILD)/tests/bench/multi \
         $(BUILD)/tests/bench/spawn
BENCH_LIB := $(BUILD)/tests/bench/policy $(BUILD)/tests/bench/dialect

$(BENCH): $(BUILD)/tests/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	@$(SAY) BENCH $<
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE $(OPT) -Wall -Wextra $(if $(WERROR),-Werror) -Wno-deprecated-declarations -o $@ $< $(if $(filter %/client %/multi,$@),-l:libcurl.so.4)

$(BENCH_LIB): $(BUILD)/tests/bench/%: tests/bench/%.c $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(SAY) BENCH $<
	$(Q)$(CC) $(COMMON) $(FLOORS_tests) -o $@ $< $(BUILD)/libcommon.a $(LINK)

bench: all $(BENCH) $(BENCH_LIB) $(BUILD)/tests/common/state/test_goodput
	@tests/bench/run

