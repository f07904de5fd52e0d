# Verilator for the blocks in rtl/. Without it VITVP_VERILATOR is OFF, and the
# RTL and its tests are left out.
include_guard(GLOBAL)

find_package(verilator 5.006 QUIET HINTS $ENV{VERILATOR_ROOT}
                                         /usr/share/verilator)
if(verilator_FOUND)
  set(VITVP_VERILATOR ON)
else()
  set(VITVP_VERILATOR OFF)
  message(
    STATUS "Verilator 5.006 or newer not found: RTL and its tests are left out "
           "(on Debian: apt-get install verilator)")
endif()

# vitvp_verilate(NAME TOP module SOURCES file... [PARAMETERS name=value...]
# [ARGS verilator-argument...]): the library `vitvp_rtl_NAME` with the C++ class
# `VNAME` (header "VNAME.h") of a SystemVerilog module, and the test
# `rtl_lint_NAME`, which fails on any warning of verilator --lint-only -Wall.
function(vitvp_verilate name)
  cmake_parse_arguments(ARG "" "TOP" "SOURCES;PARAMETERS;ARGS" ${ARGN})
  list(TRANSFORM ARG_PARAMETERS PREPEND "-G")
  set(sources)
  foreach(source IN LISTS ARG_SOURCES)
    cmake_path(ABSOLUTE_PATH source)
    list(APPEND sources "${source}")
  endforeach()
  add_library(vitvp_rtl_${name} STATIC)
  verilate(
    vitvp_rtl_${name}
    PREFIX V${name}
    TOP_MODULE ${ARG_TOP}
    SOURCES ${sources}
    VERILATOR_ARGS -O3 --x-assign fast ${ARG_PARAMETERS} ${ARG_ARGS})
  # Generated code: no warnings of ours, no clang-tidy, always optimised.
  set_target_properties(vitvp_rtl_${name} PROPERTIES CXX_CLANG_TIDY "")
  target_compile_features(vitvp_rtl_${name} PUBLIC cxx_std_17)
  target_compile_options(vitvp_rtl_${name} PRIVATE -w -O2 -g0)
  get_target_property(folders vitvp_rtl_${name} INTERFACE_INCLUDE_DIRECTORIES)
  set_target_properties(
    vitvp_rtl_${name} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES
                                 "${folders}")
  add_test(NAME rtl_lint_${name}
           COMMAND ${VERILATOR_BIN} --lint-only -Wall --top-module ${ARG_TOP}
                   ${ARG_PARAMETERS} ${sources})
  set_tests_properties(rtl_lint_${name} PROPERTIES LABELS rtl TIMEOUT 60)
endfunction()
