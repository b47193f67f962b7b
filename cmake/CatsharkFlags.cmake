# SPDX-License-Identifier: GPL-2.0-or-later
# The language and the warnings that every target of the project is built with.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

option(CATSHARK_WERROR "Treat warnings as errors" OFF)
option(CATSHARK_FUZZ "Build and run the libFuzzer harnesses (clang); implies CATSHARK_SANITIZE" OFF)
option(CATSHARK_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)

add_compile_options(-Wall -Wextra -Wshadow -Wstrict-prototypes -Wconversion)
add_compile_definitions(_GNU_SOURCE)
if(CATSHARK_WERROR)
  add_compile_options(-Werror)
endif()
if(CATSHARK_FUZZ)
  include(CheckCSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS -fsanitize=fuzzer)
  check_c_source_compiles("#include <stddef.h>
    #include <stdint.h>
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return data == NULL && size == 1; }"
    CATSHARK_FUZZER_RUNTIME)
  unset(CMAKE_REQUIRED_FLAGS)
  if(CATSHARK_FUZZER_RUNTIME)
    set(CATSHARK_SANITIZE ON)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
endif()
if(CATSHARK_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
