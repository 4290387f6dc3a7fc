#!/bin/sh
# Makes .venv-scale: the optional extras and what they need, beside the packages of .venv, which it sees and leaves as
# they are. Nothing is done when nothing changed since.
#
# A download that breaks off is tried again. An engine that has no files for this machine is said in one line and kept in
# .venv-scale/missing, by which its tests are skipped (tests/support/engines.py); whatever else fails ends this.
set -eu

cd "$(dirname "$0")/../.."

tell() {
    while read -r engine why; do
        echo "test-scale: no $engine on this machine, its tests are skipped: $why"
    done <.venv-scale/missing
}

state=$(cat .venv/.citeline pyproject.toml constraints.txt \
    tests/scale/setup.sh tests/scale/constraints*.txt | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv-scale/.citeline 2>/dev/null)" = "$state" ]; then
    tell
    exit 0
fi

echo "test-scale: making .venv-scale"
rm -rf .venv-scale
.venv/bin/python -m venv --without-pip .venv-scale
.venv/bin/python -m venv --without-pip .venv-scale/s3
packages='import sysconfig; print(sysconfig.get_path("purelib"))'
.venv/bin/python -c "$packages" >"$(.venv-scale/bin/python -c "$packages")/default_install.pth"
: >.venv-scale/missing

pinned() { # EXTRA: what pyproject.toml wants for it
    .venv/bin/python -c 'import sys, tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"][sys.argv[1]])' "$1"
}

pip() { # ENVIRONMENT ARGUMENT…
    environment=$1
    shift
    .venv/bin/python -m pip --python "$environment/bin/python" install --quiet --disable-pip-version-check \
        --retries 5 --timeout 60 "$@" 2>.venv-scale/pip.log
}

install() { # ENGINE ENVIRONMENT REQUIREMENT…
    engine=$1 environment=$2
    shift 2
    pins="-c constraints.txt -c tests/scale/constraints.txt"
    [ "$environment" = .venv-scale ] || pins="-c tests/scale/constraints-s3.txt"
    for pause in 5 20 60 0; do
        pip "$environment" $pins "$@" && return
        mv .venv-scale/pip.log .venv-scale/install.log
        # without pins pip says whether the registry answers, and has no such file for this platform
        if ! pip "$environment" --dry-run --no-deps "$@" &&
            none=$(grep -m1 'No matching distribution found' .venv-scale/pip.log) &&
            ! grep -qiE 'retrying|could not fetch|connection|timed out' .venv-scale/pip.log; then
            echo "$engine ${none#ERROR: }" >>.venv-scale/missing
            return
        fi
        [ "$pause" = 0 ] || echo "test-scale: $engine could not be installed, tried again in $pause s"
        sleep "$pause"
    done
    cat .venv-scale/install.log >&2
    echo "test-scale: $engine could not be installed; what pip said is above" >&2
    exit 1
}

install citeline .venv-scale --no-deps --editable .
install ray .venv-scale $(pinned ray)
install milvus .venv-scale $(pinned milvus) milvus==2.3.5
# A server that speaks S3, alone: it wants other versions than those above.
install objects .venv-scale/s3 "moto[s3]==5.2.5" flask flask-cors
install objects .venv-scale $(pinned objects)
install model-server .venv-scale "llama-cpp-python[server]"

tell
echo "$state" >.venv-scale/.citeline
