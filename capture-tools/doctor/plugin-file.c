/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads two exported numbers out of an ELF module. Spec: ELF, gABI 4 (section headers, symbol table,
 * segments). */
#include "plugin-file.h"

#include <glib.h>
#include <link.h>
#include <string.h>

typedef struct image {
    const uint8_t *octets;
    size_t length;
    ElfW(Ehdr) header;
} image;

static bool copy(const image *elf, uint64_t offset, void *to, size_t size)
{
    if (size > elf->length || offset > elf->length - size)
        return false;
    memcpy(to, elf->octets + offset, size);
    return true;
}

static bool section(const image *elf, uint64_t index, ElfW(Shdr) * out)
{
    return index < elf->header.e_shnum && elf->header.e_shentsize == sizeof *out &&
           elf->header.e_shoff < elf->length &&
           copy(elf, elf->header.e_shoff + index * sizeof *out, out, sizeof *out);
}

static bool find_section(const image *elf, uint32_t type, ElfW(Shdr) * out)
{
    for (uint64_t i = 0; section(elf, i, out); i++)
        if (out->sh_type == type)
            return true;
    return false;
}

/* True when the string table has this name, with its NUL, at `offset`. */
static bool name_is(const image *elf, const ElfW(Shdr) * strings, uint64_t offset, const char *name)
{
    size_t size = strlen(name) + 1;
    if (size > strings->sh_size || offset > strings->sh_size - size || strings->sh_offset > elf->length)
        return false;
    uint64_t at = strings->sh_offset + offset;
    return size <= elf->length && at <= elf->length - size && memcmp(elf->octets + at, name, size) == 0;
}

/* The number at a virtual address, as the segments would place it. */
static bool number_at(const image *elf, uint64_t address, int32_t *number)
{
    ElfW(Phdr) segment;
    if (elf->header.e_phentsize != sizeof segment || elf->header.e_phoff > elf->length)
        return false;
    for (uint64_t i = 0; i < elf->header.e_phnum; i++) {
        if (!copy(elf, elf->header.e_phoff + i * sizeof segment, &segment, sizeof segment))
            return false;
        if (segment.p_type == PT_LOAD && segment.p_filesz >= sizeof *number && address >= segment.p_vaddr &&
            address - segment.p_vaddr <= segment.p_filesz - sizeof *number && segment.p_offset <= elf->length)
            return copy(elf, segment.p_offset + (address - segment.p_vaddr), number, sizeof *number);
    }
    return false;
}

static bool exported_number(const image *elf, const char *name, int32_t *number)
{
    ElfW(Shdr) symbols, strings;
    if (!find_section(elf, SHT_DYNSYM, &symbols) || !section(elf, symbols.sh_link, &strings) ||
        symbols.sh_offset > elf->length)
        return false;
    ElfW(Sym) symbol;
    for (uint64_t i = 0; i < symbols.sh_size / sizeof symbol; i++) {
        if (!copy(elf, symbols.sh_offset + i * sizeof symbol, &symbol, sizeof symbol))
            return false;
        if (symbol.st_shndx != SHN_UNDEF && name_is(elf, &strings, symbol.st_name, name))
            return number_at(elf, symbol.st_value, number);
    }
    return false;
}

static bool of_this_machine(const ElfW(Ehdr) * header)
{
    unsigned char class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
    unsigned char order = G_BYTE_ORDER == G_LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB;
    return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && header->e_ident[EI_CLASS] == class &&
           header->e_ident[EI_DATA] == order;
}

bool plugin_version_of(const uint8_t *octets, size_t length, plugin_version *version)
{
    image elf = { .octets = octets, .length = length };
    return copy(&elf, 0, &elf.header, sizeof elf.header) && of_this_machine(&elf.header) &&
           exported_number(&elf, "plugin_want_major", &version->major) &&
           exported_number(&elf, "plugin_want_minor", &version->minor);
}

bool plugin_file_version(const char *path, plugin_version *version)
{
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, NULL);
    return file != NULL && plugin_version_of((const uint8_t *)g_mapped_file_get_contents(file),
                                             g_mapped_file_get_length(file), version);
}
