#!/bin/sh
# Make or bring up to date the project's environment: setup.sh VENV dev|judges|site
#
# Needs a Python of 3.11 or later and nothing else. uv is used when it is there and works; otherwise the
# standard library's venv with pip. A failed uv run (no index set up for it, say) falls back to pip.
set -eu

venv=$1
group=$2
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

say() { printf 'art7 setup: %s\n' "$*" >&2; }
is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' </dev/null >/dev/null 2>&1; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    say "Python 3.11 or later is needed and was not found; name one with PYTHON=/path/to/python3"
    exit 2
}

# The environment may be left over from a Python that is gone, or from an interrupted run.
if [ -e "$venv" ] && ! is_new_enough "$venv/bin/python"; then rm -rf "$venv"; fi

if [ "$group" = site ]; then what='.[site]'; groups=; else what='.'; groups="--group $group"; fi

install_with_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    say "installing the $group environment with uv"
    [ -e "$venv/bin/python" ] || uv venv --quiet --python "$1" "$venv" </dev/null || return 1
    # shellcheck disable=SC2086  # `groups` is empty or two words
    uv pip install --quiet --python "$venv/bin/python" $groups -e "$what" </dev/null
}

install_with_pip() {
    say "installing the $group environment with pip (about a minute the first time)"
    if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        rm -rf "$venv"
        "$1" -m venv "$venv" </dev/null || {
            say "this Python cannot make environments: install uv, or the venv module of your system's Python"
            exit 2
        }
    fi
    # Dependency groups (PEP 735) came with pip 25.1; the pip inside venv is often older.
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' </dev/null
    # shellcheck disable=SC2086
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check $groups -e "$what" </dev/null
}

python=$(find_python)
install_with_uv "$python" || install_with_pip "$python"
