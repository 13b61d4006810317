# The rooms of the library: what each may include and what it is linked with.
# tools/check_layers.py reads the same table.

# room | other rooms it may include
set(LION_ROOMS
  "base|"
  "text|base"
  "image|base"
  "nn|base"
  "models|base nn"
  "checkpoint|base nn"
  "generate|base"
  "folder|base nn models checkpoint"
  "pipeline|base text image nn models checkpoint generate folder"
  "scenes|base text image"
  "data|base text image scenes"
  "eval|base text image generate data"
  "train|base text image scenes nn models checkpoint folder data")

# lion_room(<name> [TORCH] SOURCES ... HEADERS ... [LIBS ...])
# A static library lion_<name> (alias lion::<name>) of the files beside the caller's CMakeLists.txt.
function(lion_room name)
  cmake_parse_arguments(ROOM "TORCH" "" "SOURCES;HEADERS;LIBS" ${ARGN})
  foreach(row IN LISTS LION_ROOMS)
    if(row MATCHES "^${name}\\|(.*)$")
      string(REPLACE " " ";" needs "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  if(NOT DEFINED needs)
    message(FATAL_ERROR "lion_room: ${name} is not in the table of cmake/Rooms.cmake. Add it there.")
  endif()
  add_library(lion_${name} STATIC ${ROOM_SOURCES})
  add_library(lion::${name} ALIAS lion_${name})
  set_target_properties(lion_${name} PROPERTIES EXPORT_NAME ${name})
  target_sources(lion_${name} PUBLIC FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${ROOM_HEADERS})
  set_target_properties(lion_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ${LION_DEVELOPER_MODE})
  # A static library passes on even its private links: the settings must stay out of the package.
  target_link_libraries(lion_${name} PUBLIC ${ROOM_LIBS} PRIVATE $<BUILD_INTERFACE:lion_settings>)
  foreach(need IN LISTS needs)
    if(TARGET lion_${need})
      target_link_libraries(lion_${name} PUBLIC lion_${need})
    endif()
  endforeach()
  if(ROOM_TORCH)
    target_link_libraries(lion_${name} PUBLIC lion_torch)
    target_precompile_headers(lion_${name} REUSE_FROM lion_torch_pch)
  endif()
endfunction()

# lion_test(<room> [TORCH] [LABEL <label>] SOURCES ... [LIBS ...])
# One executable <room>_test; every gtest case becomes a ctest test with the label (default: unit).
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
