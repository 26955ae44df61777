#!/bin/sh
# Compile every lock file in this folder: `make lock`. Pins that are there stay unless they no longer fit;
# `make lock UPGRADE=1` takes the newest of everything.
#
# serve, build and dev are one resolution, split afterwards: whichever of them are installed together, their versions
# agree. Every line carries hashes, and no file names an index: that is the machine's own setting.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
uv=$(sh requirements/setup.sh uv)
python=$(sh requirements/setup.sh python service)
rasa_python=$(sh requirements/setup.sh python rasa)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

compile() { # INTERPRETER ARGUMENTS...
    with=$1
    shift
    "$uv" pip compile --python "$with" --quiet --universal --no-header ${UPGRADE:+--upgrade} "$@"
}

# "via -c /tmp/…" says nothing to a reader and changes at every run.
drop_constraint_notes() {
    sed '/^ *# *-c /d; /^ *# via -c /d' "$1" >"$work/clean"
    cat "$work/clean" >"$1"
}

echo "Resolving what serving, building and developing need…" >&2
cat requirements/serve.txt requirements/build.txt requirements/dev.txt >"$work/all.txt" 2>/dev/null || true
compile "$python" --python-version 3.11 --no-annotate pyproject.toml --group build --group dev -o "$work/all.txt"

compile "$python" --python-version 3.11 --generate-hashes -c "$work/all.txt" pyproject.toml -o requirements/serve.txt
for group in build dev; do
    compile "$python" --python-version 3.11 --generate-hashes -c "$work/all.txt" --group "$group" -o "requirements/$group.txt"
done
for layer in serve build dev; do
    drop_constraint_notes "requirements/$layer.txt"
done

echo "Resolving what Rasa needs…" >&2
compile "$rasa_python" --python-version 3.10 --generate-hashes requirements/rasa.in -o requirements/rasa.txt
compile "$rasa_python" --python-version 3.10 --generate-hashes requirements/packaging.in -o requirements/packaging.txt
compile "$python" --python-version 3.9 --generate-hashes requirements/uv.in -o requirements/uv.txt
