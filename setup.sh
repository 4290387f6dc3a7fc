#!/bin/sh
# Makes .venv as pyproject.toml and constraints.txt describe it; nothing is done when neither changed since.
#
# llama-cpp-python is compiled for this machine's processor, once: the wheel is kept in ~/.cache/citeline/wheels under
# a name made of its version, the interpreter and the processor's abilities, beside its SHA-256.
#
# pip unpacks and compiles in .venv/tmp.PID, the new wheel is made in WHEEL.new.PID: both go when this ends, however it
# is told to, and what was left by one that was killed goes when the next begins.
set -eu

cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}
CACHE=${CITELINE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/citeline}
LLAMA=0.3.36
TORCH=2.13.0

fail() {
    echo "setup: $*" >&2
    exit 1
}

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "$PYTHON is missing or older than 3.11. Install Python 3.11 or newer, or name one: make run PYTHON=python3.12"

state=$(cat pyproject.toml constraints.txt setup.sh | sha256sum | cut -d' ' -f1)-$("$PYTHON" -V | cut -d' ' -f2)-$(pwd | sha256sum | cut -c1-8)
[ "$(cat .venv/.citeline 2>/dev/null)" = "$state" ] && exit 0

child=
new=
end() {
    if [ -n "$child" ]; then
        kill "$child" 2>/dev/null && wait "$child" || true
    fi
    # a compiler that has lost pip may be writing there still
    for left in "$TMPDIR" "$new"; do
        [ -z "$left" ] || rm -rf "$left" 2>/dev/null || { sleep 1 && rm -rf "$left"; } || true
    done
}
run() { # beside this shell, which would hear a signal only after the command
    "$@" <&3 3<&- &
    child=$!
    status=0
    wait "$child" || status=$?
    child=
    return "$status"
}
[ -t 0 ] && exec 3<&0 || exec 3</dev/null

for left in .venv/tmp.* "$CACHE"/wheels/*.new*; do
    kill -0 "${left##*.}" 2>/dev/null || rm -rf "$left" 2>/dev/null || true
done
export TMPDIR="$PWD/.venv/tmp.$$"
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
trap end EXIT

echo "setup: making .venv (a few minutes the first time)"
mkdir -p "$TMPDIR" || fail "no folder can be made in $PWD"
[ -x .venv/bin/python ] || "$PYTHON" -m venv --without-pip .venv ||
    fail "no virtual environment could be made in $PWD/.venv"
# Debian's python3 comes without ensurepip, so the machine's own pip fills the environment.
"$PYTHON" -m pip --version >/dev/null 2>&1 || fail "pip is missing: apt install python3-pip"
install() {
    run "$PYTHON" -m pip --python .venv/bin/python install --quiet --disable-pip-version-check --no-warn-script-location -c constraints.txt "$@"
}

install pip "torch==$TORCH"

abilities=$(grep -m1 -E '^(flags|Features)' /proc/cpuinfo 2>/dev/null || uname -a)
kind=$(printf '%s %s' "$abilities" "$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_platform(), sysconfig.get_python_version())')" | sha256sum | cut -c1-16)
shelf=$CACHE/wheels/llama-$LLAMA-$kind
if ! (cd "$shelf" 2>/dev/null && sha256sum --quiet --check SHA256 2>/dev/null); then
    command -v c++ >/dev/null 2>&1 || fail "a C++ compiler is missing: apt install g++"
    echo "setup: compiling llama-cpp-python $LLAMA for this processor (5 to 10 minutes on two cores, once)"
    new=$shelf.new.$$
    rm -rf "$new"
    mkdir -p "$new" || fail "the wheel cannot be kept there. Set CITELINE_CACHE to a folder that can be written"
    # no cache: pip's own would bring what was compiled for another processor that has this home
    run .venv/bin/python -m pip wheel --disable-pip-version-check --no-deps --no-cache-dir --no-binary llama-cpp-python \
        "llama-cpp-python==$LLAMA" -w "$new" >"$new/build.log" 2>&1 || {
        mv "$new/build.log" "$shelf.log"
        fail "llama-cpp-python did not compile; the compiler's words are in $shelf.log"
    }
    (cd "$new" && sha256sum ./*.whl >SHA256)
    rm -rf "$shelf" "$shelf.log"
    mv "$new" "$shelf"
fi
install "$shelf"/*.whl
install --editable '.[dev]'

echo "$state" >.venv/.citeline
echo "setup: done"
