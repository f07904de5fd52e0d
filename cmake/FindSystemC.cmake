# FindSystemC: the imported target SystemC::systemc, from the Accellera CMake
# package (SystemCLanguage) where there is one, else from pkg-config (Debian).
find_package(SystemCLanguage CONFIG QUIET)
if(SystemCLanguage_FOUND)
  set(SystemC_FOUND TRUE)
  return()
endif()

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(SystemC_PC QUIET IMPORTED_TARGET systemc)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  SystemC
  REQUIRED_VARS SystemC_PC_LINK_LIBRARIES
  VERSION_VAR SystemC_PC_VERSION
  REASON_FAILURE_MESSAGE "on Debian: apt-get install libsystemc-dev")
if(SystemC_FOUND AND NOT TARGET SystemC::systemc)
  # SYSTEM: the headers of libsystemc do not pass our own warnings.
  add_library(SystemC::systemc INTERFACE IMPORTED)
  target_link_libraries(SystemC::systemc INTERFACE PkgConfig::SystemC_PC)
  target_compile_definitions(SystemC::systemc
                             INTERFACE SC_INCLUDE_DYNAMIC_PROCESSES)
endif()
