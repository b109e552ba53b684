# make demo   all set-up, then train, evaluate, plot and caption on the built-in set
# make test   all set-up, then every test
# make test-world   what several processes do, the long tests too
# make test-arm64   tests that need no C, for arm64, under qemu's user mode
# make load   ten minutes of 64 clients at the server
#
# make wheel  a Python package of the program, for machines without a compiler
# make dist   the same as a tar, for machines with PyTorch
#
# make build [CUDA=1], check, install [PREFIX=, DESTDIR=], bench, clean
# make fuzz [TIME=10m]       each parser's fuzz test, one after another
# make sanitize [TIME=10m]   damaged JPEGs for package picture's C, then wrong
#                            arguments for the shim, watched
#
# Set-up brings pinned files into the user's cache; LIBTORCH=DIR (a PyTorch's
# torch folder) uses what is there. cmd/setup says more.

PREFIX  = /usr/local
SETUP   = go run ./cmd/setup
TIME    = 10m
VERSION = $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
RACE    = ./cmd/setup/... ./hub/... ./internal/annotations ./dataset/... ./evaluate/... ./picture/... ./plots/... ./third_party/...
PURE    = . ./dataset/demo ./dataset/internal/... ./evaluate/... ./internal/annotations ./internal/cgroup/... \
          ./internal/meant ./internal/memory ./internal/newfolder ./internal/python ./internal/regular \
          ./internal/sandbox ./internal/terminal ./internal/wholefile ./nn/tensorfile ./picture/sidecar \
          ./plots/attention ./plots/gallery ./plots/tables ./train/tensorboard
SHARED  = $(DESTDIR)$(PREFIX)/share
SHARE   = $(SHARED)/doc/seetell
MANUAL  = $(SHARED)/man/man1
BASH    = $(SHARED)/bash-completion/completions
FISH    = $(SHARED)/fish/vendor_completions.d
ZSH     = $(SHARED)/zsh/site-functions

# A binary looks for its libraries beside itself, which those of `go test` and
# `go run` have not there.
test test-world bench fuzz: export SEETELL_SHIM = $(CURDIR)/build/lib/libseetell_torch.so

DIST    = seetell-$(VERSION)-linux-$(shell go env GOARCH)

.PHONY: build check test test-world test-arm64 load demo wheel dist install bench fuzz sanitize sanitize-picture sanitize-shim clean

build:
	$(SETUP) $(if $(CUDA),-cuda) build
	go build -ldflags '-X main.version=$(VERSION)' -o bin/seetell ./cmd/seetell
	install -t bin build/lib/libseetell_*.so

check: build
	@files=$$(gofmt -l .); [ -z "$$files" ] || { echo "gofmt would change $$files"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	format=$$($(SETUP) clang-format) && find torch picture internal -name '*.cpp' -o -name '*.h' -o -name '*.c' | xargs "$$format" --dry-run -Werror

test: build
	cmake --build build --target seetell_testdevice
	bin/seetell data download meteor-table
	python=$$($(SETUP) python) && clients=$$($(SETUP) clients) && \
	  SEETELL_TEST_PYTHON=$$python SEETELL_TEST_CLIENTS=$$clients go test -timeout 30m ./...
	go test -race -timeout 30m $(RACE)

test-world: build
	python=$$($(SETUP) python) && SEETELL_TEST_PYTHON=$$python SEETELL_TEST_WORLD=1 go test -timeout 60m -v \
	  -run 'World|Process|Collectives|Cost|Threads|Slurm|NCCL|Shares|Together|Torchrun|Port|Machines|NobodyElse' \
	  ./torch/distributed ./dataset/loader ./predict ./train ./cmd/seetell

test-arm64:
	GOARCH=arm64 CGO_ENABLED=0 go test -short -exec qemu-aarch64-static $(PURE)

load: build
	SEETELL_TEST_LOAD=10m go test -timeout 20m -v -run ManyClients ./serve

demo: build
	bin/seetell demo --out demo

wheel: build
	go run ./third_party/notices > build/NOTICES
	$(SETUP) -version $(VERSION) wheel

dist: build
	rm -rf build/dist/$(DIST)
	$(MAKE) install DESTDIR=$(CURDIR)/build/dist/$(DIST) PREFIX=
	cp README.md LICENSE build/dist/$(DIST)
	tar -C build/dist --owner=0 --group=0 --sort=name -czf build/dist/$(DIST).tar.gz $(DIST)
	@echo build/dist/$(DIST).tar.gz

install: build
	install -D -t $(DESTDIR)$(PREFIX)/bin bin/seetell
	install -D -t $(DESTDIR)$(PREFIX)/lib/seetell build/lib/libseetell_*.so
	install -D -m 644 -t $(SHARE) LICENSE
	install -d $(MANUAL) $(BASH) $(FISH) $(ZSH)
	bin/seetell manual > $(MANUAL)/seetell.1
	bin/seetell completion bash > $(BASH)/seetell
	bin/seetell completion fish > $(FISH)/seetell.fish
	bin/seetell completion zsh > $(ZSH)/_seetell
	go run ./third_party/notices > $(SHARE)/NOTICES

bench: build
	python=$$($(SETUP) python) && SEETELL_TEST_PYTHON=$$python bench/run

fuzz: build
	@for package in $$(go list ./...); do \
	  for target in $$(go test -list '^Fuzz' "$$package" 2>/dev/null | grep '^Fuzz'); do \
	    echo "$$package $$target"; \
	    go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(TIME) -fuzzminimizetime 10x "$$package" || exit 1; \
	  done; \
	done

SANITIZED = -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all

sanitize: sanitize-picture sanitize-shim

sanitize-picture:
	mkdir -p build/sanitized
	cc $(SANITIZED) -Wall -Wextra -o build/sanitized/jpeg \
		picture/sanitize/main.c picture/jpeg.c picture/huffman.c picture/scan.c -l:libjpeg.a
	cd build/sanitized && ./jpeg $(TIME) $(CURDIR)/picture/testdata/*.jpg

# All sources as one, since most of the time goes into libtorch's headers, whose
# types are not known to be what they are (vptr), and without the processes'.
sanitize-shim:
	mkdir -p build/sanitized
	printf '#include "%s"\n' $(filter-out %/world.cpp,$(wildcard $(CURDIR)/torch/ctorch/*.cpp)) > build/sanitized/shim.cpp
	libtorch=$$($(SETUP) libtorch) && c++ $(SANITIZED) -fno-sanitize=vptr -w -std=c++17 -fopenmp \
		-Itorch -isystem "$$libtorch/include" -isystem "$$libtorch/include/torch/csrc/api/include" \
		-o build/sanitized/wrong torch/sanitize/*.cpp build/sanitized/shim.cpp \
		-L"$$libtorch/lib" -Wl,-rpath,"$$libtorch/lib" -Wl,--allow-shlib-undefined -ltorch_cpu -lc10
	build/sanitized/wrong $(TIME)

clean:
	rm -rf bin build demo
