#!/usr/bin/env bash
# Format, vet on three systems, lint, the race detector, fuzz seeds, and a tree that stays clean.
set -euo pipefail
cd "$(dirname "$0")/.."
TAGS=grpcnotrace

bad=$(gofmt -l $(git ls-files '*.go'))
[ -z "$bad" ] || { echo "not formatted: $bad"; exit 1; }

for os in linux darwin windows; do
	GOOS=$os CGO_ENABLED=0 go vet -tags $TAGS ./...
done
echo "vet: linux, darwin, windows"

LINT=$(go env GOPATH)/bin/golangci-lint
if ! "$LINT" version 2>/dev/null | grep -q 2.15.0; then
	go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
fi
"$LINT" run --build-tags $TAGS ./...

# The race detector needs cgo. Fuzz targets run their seeds here as ordinary tests.
# What runs the built program end to end is proved without it, in .ci/e2e.sh.
CGO_ENABLED=1 go test -race -short -skip 'E2E|EvalWhole' -tags $TAGS ./...

go mod tidy -diff >/dev/null || { echo "go.mod is not tidy: run go mod tidy"; exit 1; }
go mod verify >/dev/null
