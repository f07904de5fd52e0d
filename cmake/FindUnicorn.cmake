# FindUnicorn: the imported target Unicorn::unicorn, from pkg-config.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(Unicorn_PC QUIET IMPORTED_TARGET unicorn)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Unicorn
  REQUIRED_VARS Unicorn_PC_LINK_LIBRARIES
  VERSION_VAR Unicorn_PC_VERSION
  REASON_FAILURE_MESSAGE "on Debian: apt-get install libunicorn-dev")
if(Unicorn_FOUND AND NOT TARGET Unicorn::unicorn)
  add_library(Unicorn::unicorn ALIAS PkgConfig::Unicorn_PC)
endif()
