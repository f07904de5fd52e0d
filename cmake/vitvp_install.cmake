# cmake --install: the command, what it loads, scenarios with their networks, and
# the package that RTL teams build against: find_package(vitvp).
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

set(share share/vitvp)
install(TARGETS vitvp RUNTIME DESTINATION bin)
get_target_property(firmware vitvp_firmware VITVP_ELF_FILES)
install(FILES ${firmware} DESTINATION lib/vitvp)
foreach(block row_engine pruning_unit)
  if(TARGET vitvp_${block}_rtl)
    get_target_property(library vitvp_${block}_rtl VITVP_LIBRARY)
    install(FILES "${library}" DESTINATION lib/vitvp)
  endif()
endforeach()
install(DIRECTORY scenarios DESTINATION ${share})
install(DIRECTORY vit/packages DESTINATION ${share}/vit)

# What plug-ins are built of, laid out as in the source tree.
install(
  DIRECTORY rtl
  DESTINATION ${share}
  PATTERN synth EXCLUDE
  PATTERN rtl/CMakeLists.txt EXCLUDE)
install(FILES cmake/vitvp_rtl_plugin.cmake cmake/vitvp_rtl_plugin_build.cmake
        DESTINATION ${share}/cmake)
set(bin bin)
configure_package_config_file(
  cmake/vitvpConfig.cmake.in "${PROJECT_BINARY_DIR}/vitvpConfig.cmake"
  INSTALL_DESTINATION ${share}/cmake
  PATH_VARS share bin)
write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/vitvpConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/vitvpConfig.cmake"
              "${PROJECT_BINARY_DIR}/vitvpConfigVersion.cmake"
        DESTINATION ${share}/cmake)
