#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every C file is as .clang-format says. Another version than Debian 12's lays some lines out otherwise.
# usage: format.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"

clang_format=$(command -v clang-format-14 || command -v clang-format) || { echo "SKIP: no clang-format here"; exit 77; }
version=$("$clang_format" --version)
[[ $version == *"version 14."* ]] || { echo "SKIP: $version, expected version 14"; exit 77; }
find bench capture-tools epan-cats plugins tests -name '*.[ch]' -print0 | xargs -0 "$clang_format" --dry-run -Werror
