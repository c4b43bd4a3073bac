#!/bin/bash
# libFuzzer on a parser: libfuzzer.sh config|idx|all SECONDS. Sources and harness are one module, so
# that all of the parser is instrumented. Crashes are left in FOLDER (default: a new one).
set -eu -o pipefail
cd "$(dirname "$0")/../.."
target=${1:-all} seconds=${2:-600}
folder=${FOLDER:-$(mktemp -d)}
here=Tests/Fuzzing/LibFuzzer

build() { # name, sources…
  local name=$1; shift
  swiftc -swift-version 6 -parse-as-library -sanitize=fuzzer,address -O -g \
    -enable-upcoming-feature InternalImportsByDefault -Xcc -ISources/CZlib -I Sources/CZlib \
    -module-name "fuzz_$name" -o "$folder/$name" "$@" -lz
}

run() { # name
  echo "$1: $seconds s, corpus and crashes in $folder"
  mkdir -p "$folder/$1-corpus"
  (cd "$folder" && "./$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$1-" "$1-corpus")
}

if [ "$target" = config ] || [ "$target" = all ]; then
  build config Sources/Configuration/*.swift $here/Config.swift
  mkdir -p "$folder/config-corpus" && cp configs/*.json "$folder/config-corpus/"
  run config
fi
if [ "$target" = idx ] || [ "$target" = all ]; then
  build idx Sources/Datasets/IDXFile.swift Sources/Datasets/DatasetError.swift $here/IDX.swift
  mkdir -p "$folder/idx-corpus" && cp Tests/Fixtures/hostile/*.gz "$folder/idx-corpus/"
  run idx
fi
