# What `cmake --install` puts where, and the package that find_package(lion) finds.

include(CMakePackageConfigHelpers)

# lion::lion, for who embeds LION: lion/lion.h and all that it needs.
add_library(lion_lion INTERFACE)
add_library(lion::lion ALIAS lion_lion)
set_target_properties(lion_lion PROPERTIES EXPORT_NAME lion)
target_link_libraries(lion_lion INTERFACE lion_convert)

# What the front door needs; training is the program's business, not the package's.
set(lion_installed lion_lion lion_convert)
foreach(row IN LISTS LION_COMPONENTS)
  if(row MATCHES "^convert\\|(.*)$")
    string(REPLACE " " ";" components "${CMAKE_MATCH_1}")
  endif()
endforeach()
list(TRANSFORM components PREPEND lion_)
list(APPEND lion_installed ${components})
install(TARGETS ${lion_installed} EXPORT lionTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# The program finds lion_compute by its own place (cli/engine.cpp). LibTorch comes along, so that
# the build tree may go: its libraries and the two of CUDA's runtime that libtorch_cpu.so names.
# They find each other by $ORIGIN. Those of a CUDA build are gigabytes and stay where they are.
if(LION_CUDA)
  set_target_properties(lion_compute PROPERTIES INSTALL_RPATH "${LION_TORCH_DIR}/torch/lib")
else()
  set_target_properties(lion_compute PROPERTIES INSTALL_RPATH "$ORIGIN/lion")
  install(FILES
    "${LION_TORCH_DIR}/torch/lib/libtorch_cpu.so"
    "${LION_TORCH_DIR}/torch/lib/libc10.so"
    "${LION_TORCH_DIR}/torch/lib/libgomp.so.1"
    "${LION_TORCH_DIR}/nvidia/cu13/lib/libcudart.so.13"
    "${LION_TORCH_DIR}/nvidia/cu13/lib/libcupti.so.13"
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/lion)
endif()
install(TARGETS lion_cli lion_compute
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})

set(lion_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/lion)
install(EXPORT lionTargets NAMESPACE lion:: DESTINATION ${lion_package_dir})
configure_package_config_file(cmake/lionConfig.cmake.in "${PROJECT_BINARY_DIR}/lionConfig.cmake"
  INSTALL_DESTINATION ${lion_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/lionConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/lionConfig.cmake"
  "${PROJECT_BINARY_DIR}/lionConfigVersion.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/Torch.cmake"
  DESTINATION ${lion_package_dir})
