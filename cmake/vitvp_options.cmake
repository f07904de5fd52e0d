# Options that every target of the project takes from the interface library
# vitvp::options; nothing is set globally.
include_guard(GLOBAL)

# The interpreter of the distribution: its packages (yaml, jsonschema) are those
# that the package list installs.
if(NOT DEFINED Python3_EXECUTABLE AND EXISTS /usr/bin/python3)
  set(Python3_EXECUTABLE /usr/bin/python3)
endif()

option(VITVP_WERROR "Treat warnings as errors" ON)
set(VITVP_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
option(VITVP_COVERAGE "Build with coverage counters" OFF)

add_library(vitvp_options INTERFACE)
add_library(vitvp::options ALIAS vitvp_options)
# libsystemc is built as C++17 and its API version check ties us to it.
target_compile_features(vitvp_options INTERFACE cxx_std_17 c_std_11)
target_compile_options(
  vitvp_options
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
            $<$<BOOL:${VITVP_WERROR}>:-Werror>
            $<$<BOOL:${VITVP_COVERAGE}>:--coverage>)
target_link_options(
  vitvp_options INTERFACE $<$<BOOL:${VITVP_COVERAGE}>:--coverage>)
if(VITVP_SANITIZE)
  target_compile_options(
    vitvp_options
    INTERFACE -fsanitize=${VITVP_SANITIZE} -fno-sanitize-recover=undefined
              -fno-omit-frame-pointer)
  target_link_options(vitvp_options INTERFACE -fsanitize=${VITVP_SANITIZE})
endif()

find_program(VITVP_CCACHE ccache)
if(VITVP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${VITVP_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${VITVP_CCACHE}")
endif()

# vitvp_library(NAME source...): a static library `vitvp_NAME`, alias
# `vitvp::NAME`, whose headers are included from the root of the source tree
# ("models/dma/dma.hpp").
function(vitvp_library name)
  add_library(vitvp_${name} STATIC ${ARGN})
  add_library(vitvp::${name} ALIAS vitvp_${name})
  target_include_directories(vitvp_${name} PUBLIC "${PROJECT_SOURCE_DIR}")
  target_link_libraries(vitvp_${name} PUBLIC vitvp::options)
endfunction()

# vitvp_test(NAME LABEL label [SYSTEMC] [TIMEOUT s] SOURCES source...
# LIBRARIES target...): one Catch2 executable `test_NAME`. Plain tests are one
# ctest entry NAME. With SYSTEMC every TEST_CASE is an entry NAME.<case> and a
# process of its own, since a SystemC kernel elaborates once per process.
function(vitvp_test name)
  cmake_parse_arguments(ARG "SYSTEMC" "LABEL;TIMEOUT" "SOURCES;LIBRARIES"
                        ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(test_${name} ${ARG_SOURCES})
  target_link_libraries(test_${name} PRIVATE vitvp::options Catch2::Catch2
                                             ${ARG_LIBRARIES})
  target_include_directories(test_${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(
    test_${name} PRIVATE VITVP_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                         VITVP_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(ARG_SYSTEMC)
    target_link_libraries(test_${name} PRIVATE vitvp_systemc_test_main)
    catch_discover_tests(
      test_${name} TEST_PREFIX "${name}." PROPERTIES LABELS "${ARG_LABEL}"
      TIMEOUT ${ARG_TIMEOUT})
  else()
    target_link_libraries(test_${name} PRIVATE vitvp_test_main)
    add_test(NAME ${name} COMMAND test_${name})
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT
                                            ${ARG_TIMEOUT})
  endif()
endfunction()
