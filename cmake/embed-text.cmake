# SPDX-License-Identifier: GPL-2.0-or-later
# Writes a C file with a text file as a string constant: cmake -DFROM=FILE -DTO=FILE.c -DNAME=SYMBOL -P embed-text.cmake
file(READ "${FROM}" octets HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," octets "${octets}")
file(WRITE "${TO}" "extern const char ${NAME}[];\nconst char ${NAME}[] = { ${octets} '\\0' };\n")
