#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs the packages of the given lists that are missing. Says what it will install before it does.
# usage: install-debian.sh [--no-install] LIST...
set -eu

may_install=yes
if [ "${1:-}" = --no-install ]; then
  may_install=no
  shift
fi
[ $# -gt 0 ] || { echo "install-debian.sh: no package list, expected packaging/debian-*.txt" >&2; exit 2; }

command -v dpkg-query >/dev/null || {
  echo "install-debian.sh: no dpkg-query here, expected Debian 12; install by hand what $* name" >&2
  exit 2
}

missing=
for package in $(sed '/^#/d' "$@"); do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=none
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ $may_install = no ]; then
  echo "missing, and --no-install forbids to install:$missing" >&2
  echo "hint: apt-get install --no-install-recommends$missing" >&2
  exit 2
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "missing:$missing" >&2
    echo "hint: as root: apt-get install --no-install-recommends$missing" >&2
    exit 2
  }
  as_root=sudo
fi

echo "Will install with apt-get:$missing"
# Noninteractive: tshark's only question, whether users may capture, keeps its answer "no".
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -q
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
