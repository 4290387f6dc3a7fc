#!/bin/sh
# Makes .venv-scale: the optional extras and what they need, beside the packages of .venv, which it sees and leaves as
# they are. Nothing is done when nothing changed since.
set -eu

cd "$(dirname "$0")/../.."
EXTRAS=ray,milvus,objects

state=$(cat .venv/.citeline pyproject.toml constraints.txt tests/scale/setup.sh | sha256sum | cut -d' ' -f1)
[ "$(cat .venv-scale/.citeline 2>/dev/null)" = "$state" ] && exit 0

echo "test-scale: making .venv-scale"
rm -rf .venv-scale
.venv/bin/python -m venv --without-pip .venv-scale
packages='import sysconfig; print(sysconfig.get_path("purelib"))'
.venv/bin/python -c "$packages" >"$(.venv-scale/bin/python -c "$packages")/default_install.pth"
.venv/bin/python -m pip --python .venv-scale/bin/python install --quiet --disable-pip-version-check \
    -c constraints.txt --editable ".[$EXTRAS]" milvus==2.3.5 "llama-cpp-python[server]"
# A server that speaks S3, alone: it wants other versions than those above.
.venv/bin/python -m venv --without-pip .venv-scale/s3
.venv/bin/python -m pip --python .venv-scale/s3/bin/python install --quiet --disable-pip-version-check \
    "moto[s3]==5.2.5" flask flask-cors
echo "$state" >.venv-scale/.citeline
