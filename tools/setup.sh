#!/usr/bin/env bash
# Installs what building and testing need: Debian packages (tools/packages.txt) and the torch wheel,
# unpacked under .deps/ and stripped of what a C++ program does not use.
#   tools/setup.sh [--cuda]   install what is missing; --cuda also the libraries for NVIDIA GPUs
#   tools/setup.sh --check    exit 0 when nothing is missing, install nothing
set -euo pipefail
cd "$(dirname "$0")/.."

version=2.11.0
folder=.deps/torch-$version
# libtorch_cpu.so of the PyPI wheel is linked against these two; the rest of CUDA is optional.
runtime=(nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85)

packages() { grep -v '^#' tools/packages.txt; }

missing_packages() {
  local installed
  # shellcheck disable=SC2046
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $(packages) 2>/dev/null |
    sed -n 's/^installed //p') || true
  comm -23 <(packages | sort) <(sort <<<"$installed")
}

# The mark is written last: an interrupted download is not taken for a whole one.
have_torch() { [ -e "$folder/.complete" ]; }
have_cuda() { [ -e "$folder/.complete-cuda" ]; }

check() { [ -z "$(missing_packages)" ] && { have_torch || have_cuda; }; }

install_packages() {
  local missing
  missing=$(missing_packages)
  [ -z "$missing" ] && return
  if [ "$(id -u)" != 0 ]; then
    echo "setup: these Debian packages are missing: $(echo $missing). Install them as root:" >&2
    echo "  apt-get install --no-install-recommends $(echo $missing)" >&2
    exit 3
  fi
  echo "setup: installing Debian packages: $(echo $missing)"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  # shellcheck disable=SC2086
  apt-get install -q -y --no-install-recommends $missing
}

pip_install() {
  python3 -m pip install --quiet --no-compile --disable-pip-version-check --root-user-action=ignore \
    --target "$1" "${@:2}"
}

install_torch() {
  have_torch || have_cuda && return
  echo "setup: fetching torch $version (about 610 MB) into $folder"
  rm -rf "$folder.part"
  pip_install "$folder.part" --no-deps "torch==$version" "${runtime[@]}"
  # Only headers and the CPU libraries are used: 1.2 GB become 0.6.
  (
    cd "$folder.part"
    rm -rf bin functorch torchgen *.dist-info
    find torch -mindepth 1 -maxdepth 1 ! -name lib ! -name include ! -name version.py -exec rm -rf {} +
    find torch/lib -type f ! -name 'libtorch_cpu.so' ! -name 'libc10.so' ! -name 'libgomp*' -delete
    find nvidia -type d -name include -prune -exec rm -rf {} +
  )
  rm -rf "$folder"
  mv "$folder.part" "$folder"
  touch "$folder/.complete"
}

install_torch_cuda() {
  have_cuda && return
  echo "setup: fetching torch $version with CUDA (about 2.6 GB) into $folder"
  rm -rf "$folder.part"
  pip_install "$folder.part" "torch==$version"
  rm -rf "$folder"
  mv "$folder.part" "$folder"
  touch "$folder/.complete-cuda"
}

case "${1:-}" in
  --check) check ;;
  --cuda) install_packages; install_torch_cuda ;;
  "") install_packages; install_torch ;;
  *) echo "setup: unknown option \"$1\". Use: tools/setup.sh [--cuda | --check]." >&2; exit 2 ;;
esac
