#!/bin/bash
# libFuzzer on a parser: libfuzzer.sh config|idx|chunk|manifest|all SECONDS. Sources and harness are
# one module, so that all of the parser is instrumented. Crashes are left in FOLDER (default: a new one).
set -eu -o pipefail
cd "$(dirname "$0")/../.."
target=${1:-all} seconds=${2:-600}
folder=${FOLDER:-$(mktemp -d)}
here=Tests/Fuzzing/LibFuzzer hostile=Tests/Fixtures/hostile
read -ra hdf5 <<< "$(pkg-config --cflags --libs hdf5)"
options=(-swift-version 6 -parse-as-library -O -g -package-name vae-dp -I Sources/CZlib -I Sources/CHDF5
  -I Sources/CHost/include -enable-upcoming-feature InternalImportsByDefault -Xcc -ISources/CZlib -Xcc -ISources/CHDF5)
for flag in "${hdf5[@]}"; do
  case $flag in -I*) options+=(-Xcc "$flag");; *) options+=("$flag");; esac
done

build() { # name, sources…
  local name=$1; shift
  swiftc "${options[@]}" -sanitize=fuzzer,address -I "$folder" \
    -module-name "fuzz_$name" -o "$folder/$name" "$@" -lz
}

sources() { find "Sources/$1" -name '*.swift'; }

# A module that parsers import, made once; after those that it imports.
module() {
  [ -e "$folder/$1.o" ] || swiftc "${options[@]}" -I "$folder" -wmo -emit-module -emit-object \
    -module-name "$1" -emit-module-path "$folder/$1.swiftmodule" -o "$folder/$1.o" $(sources "$1")
}

files_module() {
  clang -c -o "$folder/host.o" -I Sources/CHost/include Sources/CHost/host.c
  module Problems
  module Host
  module Files
}

hdf5_module() {
  files_module
  module HDF5
}

run() { # name, files to begin with…
  local name=$1; shift
  echo "$name: $seconds s, corpus and crashes in $folder"
  mkdir -p "$folder/$name-corpus"
  if [ $# -gt 0 ]; then cp "$@" "$folder/$name-corpus/"; fi
  (cd "$folder" && "./$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=8192 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix="$name-" "$name-corpus")
}

wanted() { [ "$target" = "$1" ] || [ "$target" = all ]; }

if wanted config; then
  build config $(sources Configuration) $here/Config.swift
  run config configs/*.json
fi
if wanted idx; then
  module Problems
  build idx Sources/Importing/{Standard/IDXFile,Source/ByteSource,Source/ByteStream,ImportError}.swift $here/IDX.swift "$folder/Problems.o"
  run idx $hostile/*.gz
fi
if wanted chunk; then
  files_module
  build chunk $(sources HDF5) $here/Chunk.swift "$folder"/{Files,Host,Problems,host}.o
  run chunk
fi
if wanted manifest; then
  hdf5_module
  build manifest Sources/Checkpoints/{Manifest,CheckpointEntry,CheckpointError}.swift \
    $here/CheckpointList.swift "$folder"/{HDF5,Files,Host,Problems,host}.o
  printf '{"formatVersion":1,"entries":[%s],"last":"%s","obsolete":["step-000000400.h5"]}' \
    "{\"byteCount\":4711,\"epoch\":1,\"file\":\"step-000000500.h5\",\"isBest\":false,\"sha256\":\"$(
      printf '0a%.0s' {1..32})\",\"step\":500}" step-000000500.h5 > "$folder/manifest.json"
  run manifest "$folder/manifest.json"
fi
