# portbase: `make demo` shows it, `make test` tests it; both install what is missing, or say what to install.

PREFIX ?= /usr/local
RELEASE = .build/release/portbase
BIN = $(DESTDIR)$(PREFIX)/bin
SHARE = $(DESTDIR)$(PREFIX)/share
# A folder with nothing but the archives makes the linker take libstdc++ and zlib statically; -static-libstdc++ does
# not, since swiftc links with the C driver.
STATIC_LIBS = .build/static
RELEASE_FLAGS = -c release --static-swift-stdlib -Xlinker -L$(CURDIR)/$(STATIC_LIBS) \
	-Xswiftc -Xclang-linker -Xswiftc -static-libgcc
STRICT_FLAGS = -Xswiftc -warnings-as-errors

.PHONY: demo test build release install install-files bench accuracy torture sanitize fuzz format lint deps test-deps clean

demo: release
	@docs/demo $(RELEASE)

test: deps test-deps
	swift test $(STRICT_FLAGS)

build: deps
	swift build $(STRICT_FLAGS)

release: deps
	@mkdir -p $(STATIC_LIBS)
	@for library in libstdc++.a libz.a; do \
		ln -sf "$$(cc -print-file-name=$$library)" $(STATIC_LIBS)/$$library; done
	swift build $(RELEASE_FLAGS) --product portbase

install: release
	@$(MAKE) --no-print-directory install-files

# What is built: one binary that needs only libc and libsqlite3, and completions where the shells look for them.
install-files:
	install -d $(BIN)
	install -s -m 0755 $(RELEASE) $(BIN)/portbase
	@for place in bash:bash-completion/completions/portbase zsh:zsh/site-functions/_portbase \
		fish:fish/vendor_completions.d/portbase.fish; do \
		file=$(SHARE)/$${place#*:}; \
		echo "$${place%%:*} completions: $$file"; \
		install -d "$$(dirname "$$file")" && \
		$(RELEASE) --generate-completion-script $${place%%:*} >"$$file" && chmod 0644 "$$file" || exit 1; done

bench: release
	swift build $(RELEASE_FLAGS) --product store-bench
	bench/run --portbase $(RELEASE) --store-bench .build/release/store-bench

# States and digests on networks that lose, filter, limit and delay, beside nmap and ndiff; half a day, of which the first
# 20 networks take an hour.
accuracy: release
	@.ci/deps peers
	bench/accuracy --portbase $(RELEASE) --record

# What the store keeps when writers are killed, disks fill, calls fail and bytes flip; about three minutes.
torture: release
	bench/torture --portbase $(RELEASE)

# The tests with AddressSanitizer, then with ThreadSanitizer; about half an hour. What lives until a process ends is no
# leak.
sanitize: deps test-deps
	ASAN_OPTIONS=detect_leaks=0 swift test --sanitize=address --scratch-path .build-asan
	TSAN_OPTIONS=suppressions=$(CURDIR)/.ci/tsan.supp swift test --sanitize=thread --scratch-path .build-tsan

# Every reader of outside bytes on a million changed texts each, where CI takes 3,000; some minutes.
fuzz: deps test-deps
	PORTBASE_FUZZ_CASES=1000000 swift test $(STRICT_FLAGS) --filter ReaderFuzzTests

format:
	swift format -i -r Package.swift Sources Tests migrations bench

lint:
	swift format lint --strict -r Package.swift Sources Tests migrations bench
	.ci/check-borders
	.ci/check-comparisons

deps:
	@.ci/deps build

test-deps:
	@.ci/deps test

clean:
	rm -rf .build .build-* bench/out
