#!/usr/bin/env bash
# The suites of .ci/run at their full size: hours, not minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
export MINUTES_SOAK=1
TIMEOUT=6h bash .ci/e2e.sh
FUZZTIME=${FUZZTIME:-10m} bash .ci/fuzz.sh
