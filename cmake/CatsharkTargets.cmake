# SPDX-License-Identifier: GPL-2.0-or-later
# One-line helpers for the targets of the project.

# catshark_test(NAME [LABEL unit|golden|fuzz|live] [TIMEOUT SECONDS] COMMAND ARG...)
# Registers a CTest case; exit status 77 means "cannot run here" and is shown as skipped.
function(catshark_test name)
  cmake_parse_arguments(PARSE_ARGV 1 T "" "LABEL;TIMEOUT" "COMMAND")
  if(NOT T_COMMAND)
    message(FATAL_ERROR "catshark_test(${name}): no COMMAND")
  endif()
  if(NOT T_LABEL)
    set(T_LABEL unit)
  endif()
  if(NOT T_TIMEOUT AND T_LABEL STREQUAL live)
    set(T_TIMEOUT 900) # they share links and cores with whatever else runs here
  elseif(NOT T_TIMEOUT)
    set(T_TIMEOUT 60)
  endif()
  add_test(NAME ${name} COMMAND ${T_COMMAND})
  set_tests_properties(${name} PROPERTIES LABELS ${T_LABEL} TIMEOUT ${T_TIMEOUT} SKIP_RETURN_CODE 77)
endfunction()

# catshark_unit_test(NAME SOURCE LIBRARY...): builds test program NAME and registers it under its name.
function(catshark_unit_test name source)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ${ARGN} PkgConfig::GLIB)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  catshark_test(${name} LABEL unit COMMAND ${name})
endfunction()

# catshark_golden_rows(PREFIX COMMAND ARG...): a golden test for each row of the folder's TESTLIST, whose name follows
# the arguments.
function(catshark_golden_rows prefix)
  cmake_parse_arguments(PARSE_ARGV 1 T "" "" "COMMAND")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS TESTLIST)
  file(STRINGS TESTLIST rows REGEX "^[a-z]")
  foreach(row ${rows})
    string(REGEX MATCH "^[^ ]+" name "${row}")
    catshark_test(${prefix}-${name} LABEL golden COMMAND ${T_COMMAND} ${name})
  endforeach()
endfunction()

# catshark_embed_text(TARGET SYMBOL FILE): the text of the file is a string constant of the target.
function(catshark_embed_text target symbol file)
  set(from "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  set(to "${CMAKE_CURRENT_BINARY_DIR}/${symbol}.c")
  set(script "${CMAKE_SOURCE_DIR}/cmake/embed-text.cmake")
  add_custom_command(OUTPUT "${to}" DEPENDS "${from}" "${script}" VERBATIM
    COMMAND "${CMAKE_COMMAND}" "-DFROM=${from}" "-DTO=${to}" "-DNAME=${symbol}" -P "${script}")
  target_sources(${target} PRIVATE "${to}")
endfunction()
