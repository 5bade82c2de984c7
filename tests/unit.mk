# unit.mk - the programs that tests are, and those that tests run.
#
# A unit test is tests/FLOOR/**/test_NAME.c: it is linked to all of its floor and to all that is
# common. A helper is tests/programs/NAME.c, a plain program that uses libcurl. What one needs
# besides stands in its source, in a line `/* link with: OPTION... */`; for a helper it takes the
# place of libcurl.

UNIT_SRC := $(sort $(shell find tests -name 'test_*.c'))
UNIT     := $(UNIT_SRC:%.c=$(BUILD)/%)
HELP_SRC := $(wildcard tests/programs/*.c)
HELPERS  := $(HELP_SRC:%.c=$(BUILD)/%)

# Unit tests see a floor as an archive; the command without its main.
$(BUILD)/libcommon.a: $(COMMON_OBJ)
$(BUILD)/libengine.a: $(ENGINE_ONLY)
$(BUILD)/libcommand.a: $(filter-out %/main.o,$(filter-out $(COMMON_OBJ),$(COMMAND_OBJ)))
$(BUILD)/lib%.a:
	@$(SAY) AR $@
	$(Q)rm -f $@ && ar rcs $@ $^

LINK_WITH = $$(sed -n 's,^/\* link with: \(.*\) \*/$$,\1,p' $<)

$(filter $(BUILD)/tests/engine/%,$(UNIT)): FLOOR_LIB = $(BUILD)/libengine.a
$(filter $(BUILD)/tests/engine/%,$(UNIT)): $(BUILD)/libengine.a
$(filter $(BUILD)/tests/command/%,$(UNIT)): FLOOR_LIB = $(BUILD)/libcommand.a
$(filter $(BUILD)/tests/command/%,$(UNIT)): $(BUILD)/libcommand.a

# cmocka 2 deprecates what cmocka 1 has instead.
$(BUILD)/tests/%: tests/%.c $(BUILD)/libcommon.a
	@mkdir -p $(@D)
	@$(SAY) TEST $<
	$(Q)$(CC) $(COMMON) -Wno-deprecated-declarations $(FLOORS_tests) $(DEPGEN) -MF $@.d -o $@ $< $(FLOOR_LIB) $(BUILD)/libcommon.a \
	    -lcmocka $(LINK) $(LINK_WITH)

$(HELPERS): $(BUILD)/tests/programs/%: tests/programs/%.c
	@mkdir -p $(@D)
	@$(SAY) PROG $<
	$(Q)libs="$(LINK_WITH)"; \
	$(CC) -std=gnu11 $(OPT) -Wall -Wextra $(if $(WERROR),-Werror) -Wno-deprecated-declarations -pthread \
	    $(FLOORS_common) -Iinclude $(DEPGEN) -MF $@.d -o $@ $< $${libs:--l:libcurl.so.4}

unit: $(UNIT)
programs: $(HELPERS)

# The engine behind a plain program, without any preloading, for sanitizers to look at.
$(BUILD)/harness: $(wildcard tests/sanitize/*.[ch]) $(ENGINE_ONLY) $(BUILD)/libcommon.a
	@$(SAY) LINK $@
	$(Q)$(CC) $(COMMON) $(FLOORS_tests) -o $@ $(filter %.c,$^) $(ENGINE_ONLY) $(BUILD)/libcommon.a -pthread $(SANITIZE)

