# Everything a developer runs. `make help` lists it. Tools are pinned here and
# installed into .bin on first use.
PROTOC_GEN_GO   := google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12
PROTOC_GEN_GRPC := google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2
PROTOC_GEN_VT   := github.com/planetscale/vtprotobuf/cmd/protoc-gen-go-vtproto@v0.6.0
BUF             := github.com/bufbuild/buf/cmd/buf@v1.75.0
GOLANGCI_LINT   := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
PROTOC_VERSION  := 3.21.12

GRPCIO           := 1.85.3
PYPROTOBUF       := 7.36.2

# The rooms where several goroutines meet.
CONCURRENT := ./sdk ./sdk/internal/... ./sdk/plugintest ./sdk/transfer ./sdk/wire ./sdk/mapi/... ./core/session ./core/hostsvc ./core/pluginhost ./core/batch ./core/ledger ./core/store ./core/audit ./plugins/...

BIN      := $(CURDIR)/.bin
MODULE   := github.com/oxbridge-mail/oxbridge
FUZZTIME ?= 1m
FUZZJOBS ?= 2
# Of every FUZZSHARE targets, the one with the number FUZZPART is run.
FUZZSHARE ?= 1
FUZZPART  ?= 0
export GOBIN := $(BIN)

.PHONY: help build test race lint generate check-generated wire buf wire-baseline fuzz fuzz-long hostile bench bench-table measure man python node clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

build: ## build ./oxbridge
	go build -o oxbridge ./cmd/oxbridge

test: ## run every test
	go test -timeout 20m ./...

race: ## run the rooms with goroutines under the race detector
	go test -race -shuffle=on -timeout 20m $(CONCURRENT)
	go test -race -timeout 20m -run "TestGood|TestNeverDone|TestStopped" ./core/conformance

lint: $(BIN)/golangci-lint ## vet and lint
	go vet ./...
	$(BIN)/golangci-lint run

generate: $(BIN)/protoc-gen-go $(BIN)/protoc-gen-go-grpc $(BIN)/protoc-gen-go-vtproto ## regenerate the wire and the property constants (needs protoc $(PROTOC_VERSION))
	@protoc --version | grep -q $(PROTOC_VERSION) || { echo "need protoc $(PROTOC_VERSION): apt-get install protobuf-compiler"; exit 1; }
	PATH="$(BIN):$$PATH" protoc -I sdk/proto \
		--go_out=. --go_opt=module=$(MODULE) \
		--go-grpc_out=. --go-grpc_opt=module=$(MODULE) \
		--go-vtproto_out=. --go-vtproto_opt=module=$(MODULE),features=marshal+unmarshal+size \
		sdk/proto/oxbridge/plugin/v1/plugin.proto
	protoc -I sdk/proto/oxbridge/plugin/v1 --python_out=sdk/python/oxbridge_plugin sdk/proto/oxbridge/plugin/v1/plugin.proto
	go generate ./...

check-generated: generate ## fail when generated files are not up to date
	git diff --exit-code -- '*_gen.go' '*.pb.go' 'sdk/python/oxbridge_plugin'

# What the wire is compared with: as it was at the last release.
BASELINE := sdk/proto/baseline.binpb

wire: $(BIN)/buf ## check that the wire is fully described, and that no plugin in the world breaks
	$(BIN)/buf lint
	$(BIN)/buf breaking --against $(BASELINE)

buf: $(BIN)/buf ## install what make wire needs

wire-baseline: $(BIN)/buf ## make the wire as it is what later ones are compared with; see CONTRIBUTING.md
	$(BIN)/buf build --exclude-source-info -o $(BASELINE)

fuzz: ## run every fuzz target for FUZZTIME (1m), FUZZJOBS (2) of them at once
	@grep -ro --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed -E 's|/[^/]*:func | |' | sort -u | awk 'NR % $(FUZZSHARE) == $(FUZZPART)' | \
		xargs -P $(FUZZJOBS) -n 2 sh -c 'out=$$(go test -run "^$$" -fuzz "^$$1\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x -parallel 1 "$$0" 2>&1) && \
			echo "ok   $$0 $$1" || { echo "FAIL $$0 $$1"; echo "$$out" | cut -c1-2000; exit 1; }'

fuzz-long: ## run every fuzz target for half an hour
	$(MAKE) fuzz FUZZTIME=30m

hostile: ## convert every hostile file in its full size, and let every call of a run fail in turn
	OXBRIDGE_BIG=1 go test -count 1 -v -timeout 60m -run 'TestHostile|TestInjections' ./cmd/oxbridge
	OXBRIDGE_FAULTS=1 go test -count 1 -timeout 60m -run TestFaults ./cmd/oxbridge

bench: ## compare the plugin process with the same converter called in process, and measure each stage
	go test -run '^$$' -bench . -benchtime 3s -count 1 -timeout 30m ./cmd/oxbridge

bench-table: ## measure the whole program beside cp -r and others, and write the table (BENCH='-large -peers DIR')
	go run ./cmd/oxbridge-bench -out cmd/oxbridge-bench/RESULTS.md $(BENCH)

measure: ## memory of runs over 10,000 and 100,000 messages, and time in the ledger
	OXBRIDGE_MEASURE=10000,100000 go test -run TestMeasure -v -timeout 60m ./cmd/oxbridge

python: $(BIN)/python ## install what the Python plugins of the tests need

node: $(BIN)/node ## install what the Node.js plugin of the tests needs

$(BIN)/node: examples/subjects-node/package.json
	mkdir -p $@ && cp $< $@ && cd $@ && npm install --silent --no-audit --no-fund || { rm -rf $@; exit 1; }

$(BIN)/python:
	python3 -m venv $@
	$@/bin/pip install -q --disable-pip-version-check grpcio==$(GRPCIO) protobuf==$(PYPROTOBUF) || { rm -rf $@; exit 1; }

man: build ## write the man pages into ./man
	./oxbridge docs man man

clean: ## remove what was built
	rm -rf oxbridge man $(BIN)

$(BIN)/golangci-lint:
	go install $(GOLANGCI_LINT)
$(BIN)/buf:
	go install $(BUF)
$(BIN)/protoc-gen-go:
	go install $(PROTOC_GEN_GO)
$(BIN)/protoc-gen-go-grpc:
	go install $(PROTOC_GEN_GRPC)
$(BIN)/protoc-gen-go-vtproto:
	go install $(PROTOC_GEN_VT)
