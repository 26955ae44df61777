#!/bin/sh
# Make the environments MesoFAQ runs in, and do nothing when they are as the lock files say.
#
#   setup.sh service rasa     make .venv and bot/.venv (either, or both)
#   setup.sh uv               print the path of the pinned uv, made under .uv/ if there is none
#   setup.sh python rasa      print the Python interpreter that `service` or `rasa` would get
#
# An environment is up to date when the stamp inside it names the hash of everything that decided its content.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
locks=requirements

say() { printf '%s\n' "$*" >&2; }

fail() {
    printf 'mesofaq: %s\n' "$*" >&2
    exit 1
}

sha256() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi
}

# --- Finding things ---------------------------------------------------------------------------------------------------

# Print the first interpreter of a wanted version, asking from a folder: find_python FOLDER VERSION...
# Each `python` on PATH is run, not just found: a version manager's shim exists for versions it will not start, and
# answers by the folder it is called in (bot/.python-version asks it for 3.10). What is printed is the real
# interpreter behind a shim or an activated environment.
find_python() {
    folder=$1
    shift
    for version in "$@"; do
        check="import sys
if sys.implementation.name != 'cpython' or '%d.%d' % sys.version_info[:2] != '$version': sys.exit(1)
print(getattr(sys, '_base_executable', sys.executable))"
        rest=$PATH:
        while [ -n "$rest" ]; do
            directory=${rest%%:*}
            rest=${rest#*:}
            for name in "python$version" python3 python; do
                [ -x "$directory/$name" ] || continue
                if found=$(cd "$folder" && "$directory/$name" -c "$check" 2>/dev/null); then
                    printf '%s\n' "$found"
                    return 0
                fi
            done
        done
    done
    return 1
}

# Print the pinned uv: the one on PATH if it is that version, else our own under .uv/.
find_uv() {
    version=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' $locks/uv.txt)
    for candidate in "$root/.uv/bin/uv" "$(command -v uv || true)"; do
        [ -x "$candidate" ] || continue
        case $("$candidate" --version 2>/dev/null) in
            "uv $version" | "uv $version "*)
                printf '%s\n' "$candidate"
                return 0
                ;;
        esac
    done
    python=$(find_python "$root" 3.11 3.12 3.13 3.14 3.10 3.9) ||
        fail "No Python 3.9 or later was found: install Python 3.11 and run the same command again."
    say "Installing uv $version under .uv/…"
    rm -rf .uv
    "$python" -m venv .uv >&2 ||
        fail "Python could not make an environment: install its venv module (on Debian: python3-venv) and run the same command again."
    .uv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $locks/uv.txt >&2 ||
        fail "uv $version could not be installed: see what pip says above."
    printf '%s\n' "$root/.uv/bin/uv"
}

# Print the interpreter of an environment, fetched by uv if none is here: environment_python service|rasa
environment_python() {
    case $1 in
        service)
            named=${PYTHON311:-}
            variable=PYTHON311 folder=$root fetch=3.11 wanted="3.11 3.12 3.13"
            why="Python 3.11, 3.12 or 3.13 is missing"
            ;;
        rasa)
            named=${PYTHON310:-}
            variable=PYTHON310 folder=$root/bot fetch=3.10 wanted="3.10"
            why="Python 3.10, the latest that Rasa 3.6 runs on, is missing"
            ;;
        *) fail "There is no environment '$1': say service or rasa." ;;
    esac
    if [ -n "$named" ]; then
        printf '%s\n' "$named"
        return 0
    fi
    # shellcheck disable=SC2086  # several versions are several words
    find_python "$folder" $wanted && return 0
    uv=$(find_uv)
    say "No Python $fetch here: asking uv to fetch one…"
    if "$uv" python install --quiet --no-bin "$fetch" >&2 &&
        "$uv" python find --quiet --no-project --managed-python "$fetch"; then
        return 0
    fi
    fail "$why and could not be fetched: install it (for example 'pyenv install $fetch') or name it with $variable=/path/to/python$fetch, then run the same command again."
}

# --- Making an environment --------------------------------------------------------------------------------------------

# Succeeds when the environment runs and its stamp is $2: is_current FOLDER STAMP
is_current() {
    [ -f "$1/.stamp" ] && [ "$(cat "$1/.stamp")" = "$2" ] && "$1/bin/python" -c '' 2>/dev/null
}

# make_environment NAME FOLDER DECIDING_FILES LOCK_FILES
make_environment() {
    # shellcheck disable=SC2086  # several files are several words
    stamp=$(cat $3 | sha256)
    if is_current "$2" "$stamp"; then return 0; fi
    uv=$(find_uv)
    python=$(environment_python "$1")
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') ||
        fail "$python does not run: name a working interpreter."
    say "Setting up $2 with Python $version. The first time this fetches about $4 GB and takes a few minutes…"
    if [ "$("$2/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" != "$version" ]; then
        "$uv" venv --quiet --no-project --clear --python "$python" "$2"
    fi
    rm -f "$2/.stamp"
    # shellcheck disable=SC2086
    "$uv" pip sync --python "$2" --require-hashes --build-constraints $locks/packaging.txt $5 ||
        fail "The packages of $2 could not be installed: see what uv says above, then run the same command again."
    if [ "$1" = service ]; then
        "$uv" pip install --quiet --python "$2" --no-deps --build-constraints $locks/packaging.txt --editable . ||
            fail "MesoFAQ itself could not be installed into $2: see what uv says above."
    fi
    printf '%s\n' "$stamp" >"$2/.stamp"
}

[ $# -gt 0 ] || fail "Say what to set up: service, rasa, or both."
while [ $# -gt 0 ]; do
    case $1 in
        uv) find_uv ;;
        python)
            shift
            environment_python "${1:-}"
            ;;
        service)
            layers="$locks/serve.txt $locks/build.txt $locks/dev.txt"
            make_environment service .venv "$layers $locks/packaging.txt $locks/setup.sh pyproject.toml" 3 "$layers"
            ;;
        rasa)
            make_environment rasa bot/.venv "$locks/rasa.txt $locks/packaging.txt $locks/setup.sh" 1 "$locks/rasa.txt"
            ;;
        *) fail "There is nothing called '$1' to set up: say service, rasa, or both." ;;
    esac
    shift
done
