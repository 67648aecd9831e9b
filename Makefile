# Builds, tests and checks lua-pinecone. "make help" lists the targets.
#
#   LUA=lua5.4         one of lua5.1 lua5.2 lua5.3 lua5.4 luajit
#   SPEC=FILE          the specs to run (all)
#   BUSTED_ARGS=...    further arguments for busted
#   FUZZ_SECONDS=60    how long fuzz searches, all of its targets together
#   SOAK_CALLS=200000  calls of soak; SOAK_FAULTS=0.05 of them go wrong, SOAK_SEED=N says which
#   BENCH_ROUNDS=31    turns of each side in bench
#   SANITIZE=1         Address-, Leak- and UndefinedBehaviorSanitizer, in a build folder of its own
#   COLLECTOR=busy     specs run while the garbage collector never rests
#   DEPS=no            install nothing, take what is there
#   LUA_INCDIR=FOLDER  where lua.h lies, when pkg-config does not know
#   WERROR=            lets warnings pass; CPPFLAGS, CFLAGS and LDFLAGS as usual
#   PREFIX=/usr/local  where install copies to, below DESTDIR; INST_LUADIR, INST_LIBDIR, INST_BINDIR and INST_DOCDIR
#                      are its folders

LUA ?= lua5.4
LUAS := lua5.1 lua5.2 lua5.3 lua5.4 luajit
SPEC ?= $(sort $(wildcard spec/*_spec.lua spec/command/*_spec.lua)) $(wildcard examples/*_spec.lua)
CFLAGS ?= -O2 -g
WERROR ?= -Werror
ROCKSPEC := lua-pinecone-scm-1.rockspec

$(if $(filter $(LUA),$(LUAS)),,$(error LUA is "$(LUA)"; it must be one of $(LUAS)))

SHELL := bash
.SHELLFLAGS := -o pipefail -c
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

# Everything for one Lua lies in one folder, so that several live side by side.
BUILD := build/$(LUA)$(if $(SANITIZE),-sanitize)
CORE := $(BUILD)/pinecone/core.so
OBJECTS := $(patsubst src/%.c,$(BUILD)/src/%.o,$(wildcard src/*.c))
SPEC_MODULES := $(patsubst spec/support/%.c,$(BUILD)/support/%.so,$(wildcard spec/support/*.c))

# pkg-config is asked when a recipe runs, not before: "make deps" may have just installed it.
LUA_FLAGS = $(if $(LUA_INCDIR),-I$(LUA_INCDIR),$(shell pkg-config --cflags $(LUA) 2>/dev/null \
	|| pkg-config --cflags $(LUA:lua5%=lua-5%) 2>/dev/null || echo -I/usr/include/$(LUA)))
CURL_FLAGS = $(shell pkg-config --cflags libcurl 2>/dev/null)
CURL_LIBS = $(shell pkg-config --libs libcurl 2>/dev/null || echo -lcurl)

WARNINGS := -Wall -Wextra $(WERROR) -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2
SANITIZERS := $(if $(SANITIZE),-fsanitize=address -fsanitize=undefined -fno-omit-frame-pointer)
COMPILE = $(CC) -std=c11 -D_GNU_SOURCE $(CPPFLAGS) $(CFLAGS) -fPIC $(WARNINGS) $(SANITIZERS)

##@ Build

# What "make" itself builds is what people use; a target that needs another Lua does not change that.
LINKS = $(if $(SANITIZE),,$(if $(filter 0,$(MAKELEVEL)),all,$(if $(wildcard build/env.sh),,none)))

all: $(CORE) $(BUILD)/bin/pinecone-backup $(BUILD)/env.sh ## compile; leaves build/bin/pinecone-backup and build/env.sh
	@$(if $(LINKS),ln -sfn $(LUA)/bin build/bin && ln -sf $(LUA)/env.sh build/env.sh)

clean: ## remove everything that was built
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^##@/ { print "\n" substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-18s %s\n", $$1, $$2 }' \
		$(firstword $(MAKEFILE_LIST))
	@echo; echo Settings
	@sed -n 's/^#   /  /p' $(firstword $(MAKEFILE_LIST))

$(BUILD)/src/%.o: src/%.c Makefile | $(BUILD)/src
	@echo "cc $@"
	@$(COMPILE) $(LUA_FLAGS) $(CURL_FLAGS) -MMD -MP -c -o $@ $< || { \
		echo "If a header is missing: make deps LUA=$(LUA) installs it." >&2; exit 1; }

# liblua is not linked: the program that loads the module has it.
$(CORE): $(OBJECTS) | $(BUILD)/pinecone
	@echo "ld $@"
	@$(COMPILE) -shared $(LDFLAGS) -o $@ $(OBJECTS) $(CURL_LIBS) -lm -ldl -pthread

-include $(OBJECTS:.o=.d)

# What only specs need: what Lua cannot do, and what is preloaded.
$(BUILD)/support/%.so: spec/support/%.c Makefile | $(BUILD)/support
	@echo "cc $@"
	@$(COMPILE) $(LUA_FLAGS) $(CURL_FLAGS) -shared $(LDFLAGS) -o $@ $<

spec-modules: $(SPEC_MODULES)
	@:

# LUA_PATH_5_4 and its like would hide LUA_PATH: what stands there moves to the end of LUA_PATH.
PATH_SUFFIX := $(subst .,_,$(LUA:lua%=%))
define ENV_SH
# Made by make. Source it to use lua-pinecone from the checkout with $(LUA).
root='$(subst ','\'',$(CURDIR))'
LUA_PATH="$$root/lua/?.lua;$$root/lua/?/init.lua;$${LUA_PATH_$(PATH_SUFFIX):-$${LUA_PATH:-;}}"
LUA_CPATH="$$root/$(BUILD)/?.so;$${LUA_CPATH_$(PATH_SUFFIX):-$${LUA_CPATH:-;}}"
unset LUA_PATH_$(PATH_SUFFIX) LUA_CPATH_$(PATH_SUFFIX)
export LUA_PATH LUA_CPATH
export PATH="$$root/$(BUILD)/bin:$$PATH"
unset root
endef

# The command's script behind lines that find the rest of it. To find it by a shell would cost a quarter more time.
define COMMAND_LUA
-- Made by make. Runs the command of the checkout.
local root = [==[$(CURDIR)]==]
package.path = root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;" .. package.path
package.cpath = root .. "/$(BUILD)/?.so;" .. package.cpath

endef

# What the first line can name has no spaces in it, and not every system reads it to its end.
INTERPRETER = lua=$$(command -v $(LUA)); \
	[[ $$lua == /* && $$lua != *[[:space:]]* && $${\#lua} -lt 120 ]] || lua="/usr/bin/env $(LUA)"

# Both are written anew each time, because the checkout may have moved.
$(BUILD)/env.sh: FORCE | $(BUILD)/bin
	$(file >$@,$(ENV_SH))

$(BUILD)/bin/pinecone-backup: export COMMAND_LUA := $(COMMAND_LUA)
$(BUILD)/bin/pinecone-backup: FORCE | $(BUILD)/bin
	@$(INTERPRETER); { echo "#!$$lua"; echo "$$COMMAND_LUA"; sed 1d lua/pinecone/command/pinecone-backup; } >$@.new
	@chmod +x $@.new && mv $@.new $@

$(BUILD)/bench $(BUILD)/bin $(BUILD)/pinecone $(BUILD)/src $(BUILD)/support:
	@mkdir -p $@

##@ Run and test

# Where the sanitizers are on, their runtime must come before everything else in the process. LuaJIT's own memory is
# not malloc's: what it alone points at looks leaked to LSan, though not to valgrind.
UNDER = $(if $(SANITIZE),env LD_PRELOAD=$$($(CC) -print-file-name=libasan.so) \
	ASAN_OPTIONS=$${ASAN_OPTIONS:-detect_leaks=$(if $(filter luajit,$(LUA)),0,1)} \
	UBSAN_OPTIONS=$${UBSAN_OPTIONS:-halt_on_error=1})

# Old releases, as Ubuntu 22.04, do not have every module for every Lua.
modules: deps
	@command -v $(LUA) >/dev/null || { echo "There is no $(LUA) here; make deps LUA=$(LUA) installs it." >&2; exit 1; }
	@for name in cjson luv argparse system; do \
		$(LUA) -e "require '$$name'" 2>/dev/null || { \
			echo "$(LUA) does not find the module $$name. Another Lua may: LUA=lua5.1, LUA=luajit." >&2; exit 1; }; \
	done

quickstart: modules ## back up and restore an index of the emulator, step by step
	@$(MAKE) all
	@. $(BUILD)/env.sh && $(UNDER) $(LUA) examples/quickstart.lua

# Specs of what is written: README and other pages, the reference, editor types. They tell nothing about the core.
WRITTEN_SPEC = $(filter $(foreach number,51 52 53 54 55,spec/$(number)-%),$(SPEC))

# What some of them read; without LDoc these are pending.
SPEC_MODEL = $(and $(WRITTEN_SPEC)$(filter spec/openresty/06-%,$(SPEC)),$(shell command -v ldoc),$(DOC)/model.lua)

# busted's own command would run on whatever "lua" is.
test: modules deps-specs ## run the specs on LUA
	@$(if $(SPEC),,$(error There are no specs))
	@$(MAKE) all spec-modules $(SPEC_MODEL)
	@. $(BUILD)/env.sh && $(UNDER) $(LUA) spec/support/run.lua $(BUSTED_ARGS) $(SPEC)

test-all: deps-all ## run the specs on every Lua in turn
	@$(call ON_EVERY_LUA,test)

# Makes $(1) with every Lua, and ends with a table of what busted counted.
define ON_EVERY_LUA
	mkdir -p build; status=0; table=; \
	for lua in $(LUAS); do \
		echo "--- $$lua"; \
		result=passed; \
		$(MAKE) -k $(1) LUA=$$lua 2>&1 | tee build/$$lua.log || { result=FAILED; status=1; }; \
		counts=$$(awk '/^[0-9]+ success.* pending/ { ok += $$1; bad += $$4; broken += $$7; skipped += $$10; n++ } \
			END { if (n) print ok " successes / " bad " failures / " broken " errors / " skipped " pending" }' \
			build/$$lua.log); \
		[[ $$counts ]] || { result=FAILED; status=1; counts="did not finish"; }; \
		table+=$$(printf '%-7s %s  %s' $$lua $$result "$$counts")$$'\n'; \
	done; \
	echo "--- every Lua"; \
	printf '%s' "$$table"; \
	awk '{ ok += $$3; bad += $$6 + $$9; skipped += $$12 } \
		END { printf "total   %d passed, %d failed, %d pending\n", ok, bad, skipped }' <<<"$$table"; \
	exit $$status
endef

# Every key of the specs that is one looks like this.
test-key: ## run the specs with PINECONE_DEBUG=1 and search all that they print for an API key
	@mkdir -p build
	@PINECONE_DEBUG=1 $(MAKE) test >build/debug.log 2>&1 || { tail -n 50 build/debug.log; exit 1; }
	@grep '^pinecone: ' build/debug.log | tail -n 3
	@echo "$$(grep -c '^pinecone: ' build/debug.log) such lines"
	@! grep -nE 'key-0123456789|pcsk_0123' build/debug.log

##@ OpenResty

# Debian's nginx with ngx_lua is what OpenResty consists of; its Lua is LuaJIT.
test-openresty: deps-openresty ## run the specs of OpenResty in real nginx, and the core's specs inside of it
	@status=0; \
	$(MAKE) test LUA=luajit SPEC='$(sort $(wildcard spec/openresty/*_spec.lua))' || status=1; \
	$(MAKE) test-inside LUA=luajit || status=1; \
	exit $$status

# The emulator and the command are no part of what runs there.
INSIDE := spec/openresty/inside
INSIDE_SPEC = $(filter-out $(wildcard spec/2[0-8]-*) $(WRITTEN_SPEC) spec/command/% examples/%,$(SPEC)) \
	$(INSIDE)/host_spec.lua

test-inside: modules deps-specs deps-openresty
	@$(if $(filter luajit,$(LUA)),,$(error nginx has LuaJIT in it: LUA=luajit))
	@$(MAKE) all spec-modules
	@. $(BUILD)/env.sh && LUA_PATH="./spec/?.lua;$$LUA_PATH" $(LUA) $(INSIDE)/run.lua $(BUSTED_ARGS) $(INSIDE_SPEC)

# The emulator needs luv. PORT= takes a port of your choice; without it a free one is taken.
openresty: deps-openresty ## nginx with examples/openresty/ in front of the emulator, to try it; Ctrl-C ends both
	@$(MAKE) modules all LUA=luajit
	@mkdir -p build/openresty
	@. build/luajit/env.sh && PATH="$$PATH:/usr/sbin" luajit examples/openresty/try.lua build/openresty $(PORT)

##@ Measure

# They fail where something breaks, not where a target is missed: what else the machine does has its part in that.
BENCH_WORKS := $(patsubst spec/bench/works/%.lua,bench-%,$(wildcard spec/bench/works/*.lua))
BENCH_MODULES := $(BUILD)/bench/fetch.so $(BUILD)/bench/decoder.so

bench: deps-bench ## all that follows but the last two, as tables in Markdown, on LUA
	@$(MAKE) run-bench BENCH=run

$(BENCH_WORKS): bench-%: deps-bench
	@$(MAKE) run-bench BENCH=run WORKS='$(WORKS)'

$(BENCH_WORKS): WORKS = $(@:bench-%=%)
bench-parallel: WORKS = parallel waiting

bench-describe: ## one call over a kept connection, beside libcurl in C
bench-list: ## a page of a hundred backups, beside libcurl and lua-cjson
bench-json: ## the page from text to table, beside lua-cjson
bench-parallel: ## 2,000 calls with pinecone.parallel, beside a multi handle in C, and beside one by one
bench-waiting: ## the second half of that
bench-prefetch: ## pages of a slow server, asked for ahead and one after the other
bench-start: ## require "pinecone", beside loading libcurl
bench-command: ## how long pinecone-backup takes beside curl, from fork to exit
bench-memory: ## growth over a million backups

bench-openresty: deps-openresty ## what calls cost an nginx worker, beside a client by hand, and what parallel gains
	@$(MAKE) run-bench LUA=luajit BENCH=openresty
	@echo
	@$(MAKE) bench-waiting

# Counted, not timed: the same on a busy machine.
bench-gate: deps-bench ## fails where a call takes 3 % more instructions than it did; BENCH_KEEP=1 keeps new figures
	@$(MAKE) run-bench BENCH=gate

run-bench: modules
	@$(MAKE) all bench-modules
	@. $(BUILD)/env.sh && LUA_PATH="./spec/?.lua;$$LUA_PATH" LUA_CPATH="./$(BUILD)/bench/?.so;$$LUA_CPATH" \
		$(LUA) spec/bench/$(BENCH).lua $(WORKS)

bench-modules: $(BENCH_MODULES)
	@:

# The limit stands on its own; the decoder is the core's.
$(BUILD)/bench/fetch.so: spec/bench/fetch.c spec/bench/raw.c spec/bench/raw.h Makefile | $(BUILD)/bench
	@echo "ld $@"
	@$(COMPILE) $(LUA_FLAGS) $(CURL_FLAGS) -shared $(LDFLAGS) -o $@ $(filter %.c,$^) $(CURL_LIBS)

$(BUILD)/bench/decoder.so: spec/bench/decoder.c $(OBJECTS) | $(BUILD)/bench
	@echo "ld $@"
	@$(COMPILE) $(LUA_FLAGS) -shared $(LDFLAGS) -o $@ $^ $(CURL_LIBS) -lm -ldl -pthread

##@ Check the core

check: check-sanitizers check-valgrind check-allocations ## check-sanitizers, check-valgrind and check-allocations

# The emulator is pure Lua: its own specs tell little about C, and a busy collector makes them slow. Those of the command
# run it in processes of its own.
CORE_SPEC = $(filter-out $(EMULATOR_SPEC) $(WRITTEN_SPEC) spec/command/%,$(SPEC))
EMULATOR_SPEC = $(filter spec/2%,$(SPEC))
VALGRIND := valgrind --quiet --error-exitcode=9 --leak-check=full \
	--show-leak-kinds=definite --errors-for-leak-kinds=definite

check-sanitizers: ## the specs under ASan, UBSan and LSan, the core's while the garbage collector never rests
	@$(if $(CORE_SPEC),COLLECTOR=busy $(MAKE) test SANITIZE=1 SPEC='$(CORE_SPEC)')
	@$(if $(EMULATOR_SPEC),$(MAKE) test SANITIZE=1 SPEC='$(EMULATOR_SPEC)')

check-valgrind: deps-valgrind ## the core's specs under valgrind; one describes a backup 10,000 times
	@DESCRIBES=$${DESCRIBES:-10000} $(MAKE) test SPEC='$(CORE_SPEC)' UNDER='$(VALGRIND)'

check-allocations: modules ## what the core does when memory runs out, at each allocation in turn
	@$(MAKE) run-allocations SANITIZE=1

check-all: deps-all ## check with every Lua in turn; takes an hour
	@$(call ON_EVERY_LUA,check)

# A program of its own: it gives out the memory of Lua, of libcurl and, as the linker can wrap calls, of the core.
# What lua-cjson loses when Lua runs out of memory in the middle of a text is not ours, so leaks are counted there.
WRAPPED := $(foreach name,malloc calloc realloc strdup free,-Xlinker --wrap=$(name))

run-allocations: $(BUILD)/allocations $(BUILD)/env.sh
	@. $(BUILD)/env.sh && ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1 \
		$(BUILD)/allocations spec/allocations/sweep.lua $(LUA)

$(BUILD)/allocations: spec/allocations/allocations.c $(OBJECTS)
	@echo "ld $@"
	@$(COMPILE) $(LUA_FLAGS) $(CURL_FLAGS) $(LDFLAGS) -o $@ $^ $(WRAPPED) \
		$(LUA_LIBS) $(CURL_LIBS) -lm -ldl -pthread

# libFuzzer is clang's, whatever CC is. One program; the name that it is called by says the target.
FUZZ := build/fuzz/$(LUA)
FUZZ_SECONDS ?= 60
FUZZ_TARGETS := answers decoding arguments timestamps
FUZZ_SANITIZERS := -fsanitize=fuzzer,address,undefined,float-cast-overflow -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
LUA_LIBS = $(shell pkg-config --libs $(LUA) 2>/dev/null || pkg-config --libs $(LUA:lua5%=lua-5%) 2>/dev/null \
	|| echo -l$(LUA))

fuzz: deps deps-fuzz ## search for inputs that break promises: FUZZ_SECONDS=60, shared evenly by four targets
	@$(MAKE) $(FUZZ)/fuzz
	@spec/fuzz/run $(FUZZ) $(FUZZ_SECONDS) $(FUZZ_TARGETS)

$(FUZZ)/fuzz: $(wildcard src/*.[ch] spec/fuzz/*.[ch]) Makefile
	@echo "clang $@"
	@mkdir -p $(FUZZ)
	@clang -std=c11 -D_GNU_SOURCE -O1 -g $(WARNINGS) $(FUZZ_SANITIZERS) $(LUA_FLAGS) $(CURL_FLAGS) -o $@ \
		$(filter %.c,$^) $(LUA_LIBS) $(CURL_LIBS) -lm -ldl -pthread
	@for target in $(FUZZ_TARGETS); do ln -sf fuzz $(FUZZ)/$$target; done

soak: modules ## a load of calls while everything goes wrong: none lost, none doubled, no growth
	@$(MAKE) all
	@. $(BUILD)/env.sh && LUA_PATH="./spec/?.lua;$$LUA_PATH" $(UNDER) $(LUA) spec/soak/run.lua

##@ Reference

DOC := build/doc
REFERENCE := $(wildcard spec/reference/* src/*.c lua/pinecone/*.lua lua/pinecone/workflows/*.lua \
	lua/pinecone/emulator/*.lua)

doc: modules deps-doc ## the reference, as pages in build/doc/html
	@$(MAKE) $(DOC)/model.lua
	@rm -rf $(DOC)/html
	@ldoc --fatalwarnings --testing -c spec/reference/config.ld . >$(DOC)/log
	@echo $(DOC)/html/index.html

types: modules deps-doc ## write the editor types in lua/pinecone/meta anew, which come from the same comments
	@$(MAKE) $(DOC)/model.lua
	@. $(BUILD)/env.sh && $(LUA) spec/reference/write_types.lua

# What LDoc reads, for programs. It runs in a Lua of its own, and prints what it does.
$(DOC)/model.lua: $(REFERENCE) Makefile
	@$(MAKE) all
	@mkdir -p $(DOC)/source
	@. $(BUILD)/env.sh && $(UNDER) $(LUA) spec/reference/operations.lua >$(DOC)/source/client.lua \
		&& $(UNDER) $(LUA) spec/reference/emulator.lua >$(DOC)/source/emulator.lua
	@unset LUA_PATH_5_1 LUA_PATH_5_2; LUA_PATH="$(CURDIR)/spec/reference/?.lua;;" \
		ldoc --fatalwarnings -c spec/reference/config.ld --filter model.write . >$(DOC)/log

##@ Install

# As Lua's pc file says, where Lua has the same prefix: Debian keeps C modules in a folder per architecture. In other
# prefixes it does not look there. TOP is PREFIX without slashes at its end.
PREFIX ?= /usr/local
QUOTED = '$(subst ','\'',$(1))'
TOP := $(shell printf %s $(call QUOTED,$(PREFIX)) | sed 's,/*$$,,')
LUA_VERSION := $(if $(filter luajit,$(LUA)),5.1,$(LUA:lua%=%))
FROM_PC = $(shell for name in $(LUA) $(LUA:lua5%=lua-5%); do \
	[[ $(call QUOTED,$(TOP)) == "$$(pkg-config --variable=prefix $$name 2>/dev/null)" ]] \
		&& pkg-config --variable=$(1) $$name && break; done)
INST_LUADIR ?= $(or $(call FROM_PC,INSTALL_LMOD),$(TOP)/share/lua/$(LUA_VERSION))
INST_LIBDIR ?= $(or $(call FROM_PC,INSTALL_CMOD),$(TOP)/lib/lua/$(LUA_VERSION))
INST_BINDIR ?= $(TOP)/bin
INST_DOCDIR ?= $(TOP)/share/doc/lua-pinecone

# All that goes anywhere, for install and uninstall alike: "each" is called with mode, file and destination. What the
# rockspec names is installed, not what else lies around. All may read what is there, whatever the umask; folders that
# there were before keep their modes.
define INSTALLED
for folder in "$$LUA_TO" "$$LIB_TO" "$$BIN_TO" "$$DOC_TO"; do
	[[ $$folder == /* && $$folder != *[\;?]* ]] && continue
	echo "PREFIX and the INST_ folders must be whole paths, from / on, without ; and ?, not '$$folder'" >&2
	exit 1
done
luadir=$$BELOW$$LUA_TO libdir=$$BELOW$$LIB_TO bindir=$$BELOW$$BIN_TO docdir=$$BELOW$$DOC_TO
everything() {
	local file
	for file in $$(grep -oE '= "(lua|examples)/[^"]+"' $(ROCKSPEC) | tr -d '= "'); do
		case $$file in
			lua/*.lua) each 644 $$file "$$luadir/$${file#lua/}" ;;
			examples/*) each 644 $$file "$$docdir/$$file" ;;
		esac
	done
	for file in README.md CHANGELOG.md LICENSE; do each 644 $$file "$$docdir/$$file"; done
	each 755 $(CORE) "$$libdir/pinecone/core.so"
	each 755 "$$command" "$$bindir/pinecone-backup"
}
copy() { [[ -d $${3%/*} ]] || install -d -m 755 "$${3%/*}"; install -m $$1 "$$2" "$$3"; }
remove() { rm -f "$$3"; }

# The command is told where the rest of it is, unless its Lua looks there by itself.
search() {
	local known=";$$(env -i PATH="$$PATH" $$lua -e 'print(package.path .. ";" .. package.cpath)' 2>/dev/null);"
	[[ $$known == *";$$LUA_TO/?.lua;"*";$$LIB_TO/?.so;"* ]] || cat <<-END
		package.path = [==[$$LUA_TO/?.lua;$$LUA_TO/?/init.lua;]==] .. package.path
		package.cpath = [==[$$LIB_TO/?.so;]==] .. package.cpath
	END
}
endef

install uninstall: export INSTALLED := $(INSTALLED)
install uninstall: export BELOW = $(DESTDIR)
install uninstall: export LUA_TO = $(INST_LUADIR)
install uninstall: export LIB_TO = $(INST_LIBDIR)
install uninstall: export BIN_TO = $(INST_BINDIR)
install uninstall: export DOC_TO = $(INST_DOCDIR)

install: $(CORE) ## copy module, core, command and examples to PREFIX, for LUA
	@set -e; eval "$$INSTALLED"; command=$$(mktemp); trap 'rm -f "$$command"' EXIT; each() { copy "$$@"; }; \
	$(INTERPRETER); { echo "#!$$lua"; search; sed 1d lua/pinecone/command/pinecone-backup; } >"$$command"; \
	everything; \
	printf '%s\n' "$$luadir/pinecone" "$$libdir/pinecone/core.so" "$$bindir/pinecone-backup" "$$docdir"

uninstall: ## remove what install has put there, with the same settings
	@set -e; eval "$$INSTALLED"; each() { remove "$$@"; }; everything; \
	for folder in "$$luadir/pinecone" "$$libdir/pinecone" "$$docdir/examples"; do \
		[[ ! -d $$folder ]] || find -H "$$folder" -mindepth 1 -depth -type d -empty -delete; \
	done; \
	rmdir "$$luadir/pinecone" "$$libdir/pinecone" "$$docdir/examples" "$$docdir" 2>/dev/null || true

##@ Package and style

rock: deps-pack ## pack the checkout into build/lua-pinecone-scm-1.src.rock, which LuaRocks installs without network
	@spec/packaging/pack $(ROCKSPEC) build

# It tags, pushes and uploads nothing.
release: deps-pack ## VERSION=1.2.3: check that all agrees on this version, and write its rockspec and rock into build/
	@$(LUA) spec/packaging/release.lua '$(VERSION)'

test-luarocks: deps-rock ## install the rock from a local server into an empty tree and run it there; release, install
	@$(MAKE) test SPEC='$(sort $(wildcard spec/packaging/*_spec.lua))'

lint: deps-lint ## luacheck, clang-format, hidden symbols, and whether the rockspec names every source and example
	luacheck --quiet --no-color $(wildcard lua lua/pinecone/command/pinecone-backup spec examples)
	luacheck --quiet --no-color --filename $(ROCKSPEC) - <$(ROCKSPEC)
	clang-format --dry-run --Werror $(wildcard src/*.[ch] spec/*/*.[ch])
	@mkdir -p build
	@! grep -nwE 'ngx|cqueues|copas|luv' src/*.[ch] # the core knows no host
	@! grep -L 'visibility push(hidden)' $(filter-out src/compat.h,$(wildcard src/*.h)) | grep . # compat.h is inline
	@grep -oE '("(src|lua)/[^"]+\.(c|lua)|= "examples/[^"]+)"' $(ROCKSPEC) | tr -d '= "' | sort >build/sources-named
	find src lua examples -name '*.c' -o -name '*.lua' -o -path 'examples/*' -type f | sort | diff build/sources-named -

##@ Needed packages

# A word is a package, or choices a|b of which one is enough; a+b is two packages in one choice.
PACKAGES_common = libcurl4-openssl-dev|libcurl4-gnutls-dev|libcurl4-nss-dev pkg-config|pkgconf libc6-dev \
	$(if $(shell command -v $(firstword $(CC))),,gcc) lua-cjson lua-luv lua-argparse lua-busted lua-yaml \
	ca-certificates openssl
# Servers that some specs put beside the emulator, event loops that they wait in, locales that write numbers with a
# comma, and shells whose completion is tried. Where an init system runs, Debian would also start nginx as a service:
# there it is not brought unasked, and without it its specs are pending.
NGINX := nginx|nginx-core|nginx-light
# Debian's ldoc runs on no other Lua than these.
PACKAGES_doc := lua-ldoc lua-discount lua5.2|lua5.1
PACKAGES_specs = $(PACKAGES_doc) curl tinyproxy-bin lua-cqueues lua-copas locales zsh fish \
	$(if $(wildcard /run/systemd/system),,$(NGINX))
PACKAGES_lua5.1 := lua5.1 liblua5.1-0-dev
PACKAGES_lua5.2 := lua5.2 liblua5.2-dev
PACKAGES_lua5.3 := lua5.3 liblua5.3-dev
PACKAGES_lua5.4 := lua5.4 liblua5.4-dev
# luajit2 is OpenResty's branch. The two shut each other out.
PACKAGES_luajit := luajit2+libluajit2-5.1-dev|luajit+libluajit-5.1-dev

deps: export PACKAGES = $(PACKAGES_$(LUA)) $(PACKAGES_common)
deps-all: export PACKAGES = $(foreach lua,$(LUAS),$(PACKAGES_$(lua))) $(PACKAGES_common)
deps-lint: export PACKAGES = lua-check clang-format
deps-valgrind: export PACKAGES = valgrind
# llvm names the functions in what the sanitizers print. The runtime is in clang's own packages before Debian 12.
deps-fuzz: export PACKAGES = clang llvm libclang-rt-dev|libclang-common-14-dev
deps-pack: export PACKAGES = luarocks git zip
deps-rock: export PACKAGES = luarocks git zip unzip $(foreach lua,lua5.1 lua5.4 luajit,$(PACKAGES_$(lua))) \
	$(PACKAGES_common)
deps-specs: export PACKAGES = $(PACKAGES_specs)
deps-openresty: export PACKAGES = $(NGINX) libnginx-mod-http-lua curl
deps-doc: export PACKAGES = $(PACKAGES_doc)
deps-bench: export PACKAGES = $(NGINX) libnginx-mod-http-lua curl lua-socket valgrind

deps: ## install with apt what LUA and its tests need; without apt, list it
deps-all: ## the same for every Lua
deps-lint: ## what lint needs
deps-valgrind: ## what check-valgrind needs
deps-fuzz: ## what fuzz needs
deps-pack: ## what rock and release need
deps-rock: ## what test-luarocks needs
deps-specs: ## what some specs need: nginx, tinyproxy, LDoc, cqueues, copas and shells
deps-openresty: ## nginx with ngx_lua, and curl to try it
deps-doc: ## what doc needs: LDoc
deps-bench: ## what bench compares with and measures by: nginx, curl, luasocket, valgrind

define INSTALL
installed=" $$(dpkg-query -W -f '$${Package}:$${db:Status-Status} ' 2>/dev/null)"
is_installed() { [[ $$installed == *" $$1:installed "* ]]; }
is_known() { [[ $$(apt-cache madison "$$1" 2>/dev/null) ]]; }

is_satisfied() {
	local choice package
	for choice in $${1//|/ }; do
		for package in $${choice//+/ }; do is_installed $$package || continue 2; done
		return 0
	done
	return 1
}

# Prefers the choice that is partly there, then the first one that apt knows.
choose() {
	local test choice
	for test in is_installed is_known; do
		for choice in $${1//|/ }; do
			if $$test $${choice%%+*}; then echo $${choice//+/ }; return; fi
		done
	done
	echo $${1%%|*}
}

stop() {
	echo "$$1 lua-pinecone needs what Debian calls" >&2
	printf '  %s\n' "$${missing[@]//|/ or }" >&2
	echo "Where it is installed under other names, add DEPS=no to the make command." >&2
	exit 1
}

missing=()
for word in $$PACKAGES; do is_satisfied "$$word" || missing+=("$$word"); done
[[ $${missing[*]} ]] || exit 0

command -v apt-get >/dev/null || stop "There is no apt-get here."
sudo=
if [[ $$(id -u) != 0 ]]; then
	sudo=$$(command -v sudo) || stop "Only root may install, and there is no sudo."
fi

echo "Updating apt's package lists"
$$sudo apt-get update -qq || echo "That failed; going on with the lists as they are." >&2
packages=$$(for word in "$${missing[@]}"; do choose "$$word"; done)
echo "Installing" $$packages
# no-remove: never at the cost of what somebody else installed.
$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends --no-remove \
	-o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 $$packages </dev/null >/dev/null
endef

DEPS_TARGETS := deps deps-all deps-lint deps-valgrind deps-fuzz deps-rock deps-specs deps-openresty \
	deps-bench deps-doc deps-pack
$(DEPS_TARGETS): export INSTALL := $(INSTALL)
$(DEPS_TARGETS):
	@$(if $(filter no,$(DEPS)),:,eval "$$INSTALL")

FORCE:
.PHONY: all clean spec-modules modules quickstart test test-all test-openresty test-inside openresty bench \
	$(BENCH_WORKS) bench-openresty bench-gate bench-modules run-bench test-key fuzz soak install uninstall rock release \
	test-luarocks doc types lint help FORCE \
	check check-all check-sanitizers check-valgrind check-allocations run-allocations $(DEPS_TARGETS)
