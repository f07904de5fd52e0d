# RTL as a library that vitvp loads (rtl/plugin/include/vitvp/rtl_plugin.h).
# Works in this tree and, installed, in anybody's.
include_guard(GLOBAL)

# The folder of verilated_plugin.cpp: as here, so installed.
cmake_path(SET VITVP_RTL_PLUGIN_DIR NORMALIZE
           "${CMAKE_CURRENT_LIST_DIR}/../rtl/plugin")
set(VITVP_RTL_PLUGIN_SCRIPT
    "${CMAKE_CURRENT_LIST_DIR}/vitvp_rtl_plugin_build.cmake")

# Clang makes models of wide arrays several times faster than GCC does.
find_program(VITVP_RTL_CXX NAMES clang++ clang++-16 clang++-15 clang++-14)
if(NOT VITVP_RTL_CXX)
  set(VITVP_RTL_CXX "${CMAKE_CXX_COMPILER}")
  message(STATUS "clang++ not found: RTL is compiled by ${VITVP_RTL_CXX}, "
                 "which makes it slower (on Debian: apt-get install clang)")
endif()

# vitvp_rtl_plugin(TARGET BLOCK block TOP module SOURCES file...
# [PARAMETERS name=value...] [DESCRIPTION line]): the target TARGET, which makes
# TARGET.so of SystemVerilog in the current build folder. BLOCK is row_engine or
# pruning_unit; the ports of the module are those of docs/rtl.md. All parameters
# that vitvp asks for must be given: it cannot read them out of Verilog.
function(vitvp_rtl_plugin target)
  cmake_parse_arguments(ARG "" "BLOCK;TOP;DESCRIPTION" "SOURCES;PARAMETERS"
                        ${ARGN})
  if(NOT ARG_DESCRIPTION)
    set(ARG_DESCRIPTION "${ARG_TOP} of ${PROJECT_NAME}")
  endif()
  set(sources)
  foreach(source IN LISTS ARG_SOURCES)
    cmake_path(ABSOLUTE_PATH source)
    list(APPEND sources "${source}")
  endforeach()
  set(library "${CMAKE_CURRENT_BINARY_DIR}/${target}.so")
  add_custom_command(
    OUTPUT "${library}"
    COMMAND
      "${CMAKE_COMMAND}" "-DVERILATOR=${VERILATOR_BIN}"
      "-DVERILATOR_ROOT=${VERILATOR_ROOT}" "-DCXX=${VITVP_RTL_CXX}"
      "-DPLUGIN_DIR=${VITVP_RTL_PLUGIN_DIR}"
      "-DFOLDER=${CMAKE_CURRENT_BINARY_DIR}/${target}.dir"
      "-DLIBRARY=${library}" "-DBLOCK=${ARG_BLOCK}" "-DTOP=${ARG_TOP}"
      "-DSOURCES=${sources}" "-DPARAMETERS=${ARG_PARAMETERS}"
      "-DDESCRIPTION=${ARG_DESCRIPTION}" -P "${VITVP_RTL_PLUGIN_SCRIPT}"
    DEPENDS ${sources} "${VITVP_RTL_PLUGIN_SCRIPT}"
            "${VITVP_RTL_PLUGIN_DIR}/verilated_plugin.cpp"
            "${VITVP_RTL_PLUGIN_DIR}/include/vitvp/rtl_plugin.h"
    COMMENT "Verilating ${target}.so"
    VERBATIM)
  add_custom_target(${target} ALL DEPENDS "${library}")
  set_target_properties(${target} PROPERTIES VITVP_LIBRARY "${library}")
endfunction()
