# The components of the library: what each may include and what it is linked with.
# tools/check_layers.py reads the same table.

# component | other components it may include
set(LION_COMPONENTS
  "base|"
  "text|base"
  "image|base"
  "metrics|base text"
  "annotations|base text"
  "net|base"
  "nn|base"
  "checkpoint|base nn"
  "generate|base"
  "models|base nn"
  "model_folder|base nn models checkpoint"
  "engine|base text image nn models checkpoint generate model_folder"
  "data|base text image annotations"
  "convert|base text image nn models checkpoint generate model_folder engine"
  "train|base text image annotations nn models checkpoint model_folder data"
  "eval|base text image generate annotations metrics net"
  "scenes|base text image data")

# lion_component(<name> [TORCH] SOURCES ... HEADERS ... [LIBS ...])
# A static library lion_<name> (alias lion::<name>) of the files beside the caller's
# CMakeLists.txt.
function(lion_component name)
  cmake_parse_arguments(COMPONENT "TORCH" "" "SOURCES;HEADERS;LIBS" ${ARGN})
  foreach(row IN LISTS LION_COMPONENTS)
    if(row MATCHES "^${name}\\|(.*)$")
      string(REPLACE " " ";" needs "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  if(NOT DEFINED needs)
    message(FATAL_ERROR "lion_component: ${name} is not in the table of cmake/Components.cmake. Add it there.")
  endif()
  add_library(lion_${name} STATIC ${COMPONENT_SOURCES})
  add_library(lion::${name} ALIAS lion_${name})
  set_target_properties(lion_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_features(lion_${name} PUBLIC cxx_std_20)
  target_sources(lion_${name} PUBLIC FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${COMPONENT_HEADERS})
  set_target_properties(lion_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ${LION_DEVELOPER_MODE})
  # A static library passes on even its private links: the settings must stay out of the package.
  target_link_libraries(lion_${name} PUBLIC ${COMPONENT_LIBS} PRIVATE $<BUILD_INTERFACE:lion_settings>)
  foreach(need IN LISTS needs)
    if(TARGET lion_${need})
      target_link_libraries(lion_${name} PUBLIC lion_${need})
    endif()
  endforeach()
  set_target_properties(lion_${name} PROPERTIES UNITY_BUILD ${LION_UNITY} UNITY_BUILD_BATCH_SIZE 12)
  if(COMPONENT_TORCH)
    target_link_libraries(lion_${name} PUBLIC lion_torch)
    target_precompile_headers(lion_${name} REUSE_FROM lion_torch_pch)
  endif()
endfunction()

# lion_test(<component> [TORCH] [LABEL <label>] SOURCES ... [LIBS ...])
# One executable <component>_test; every gtest case becomes a ctest test with the label (default:
# unit).
function(lion_test name)
  cmake_parse_arguments(TEST "TORCH" "LABEL" "SOURCES;LIBS" ${ARGN})
  if(NOT TEST_LABEL)
    set(TEST_LABEL unit)
  endif()
  add_executable(${name}_test ${TEST_SOURCES})
  target_link_libraries(${name}_test PRIVATE ${TEST_LIBS} lion_settings GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name}_test PRIVATE
    LION_SOURCE_DIR="${PROJECT_SOURCE_DIR}" LION_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(TEST_TORCH)
    target_precompile_headers(${name}_test REUSE_FROM lion_torch_pch)
    target_link_libraries(${name}_test PRIVATE lion_torch)
  endif()
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES LABELS "${TEST_LABEL}" TIMEOUT 600)
endfunction()
