# Third-party libraries: Debian's packages by find_package or pkg-config, torch from the unpacked
# wheel through imported targets of our own (cmake/Torch.cmake says why).

find_package(nlohmann_json 3.11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(turbojpeg REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(png REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(webp REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(freetype REQUIRED IMPORTED_TARGET freetype2)
find_package(GIF 5 REQUIRED)
find_package(simdjson REQUIRED)
find_package(pugixml REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)  # Beast and Asio: headers only
find_package(OpenSSL REQUIRED)

# Warnings and sanitizers of every target of ours; not exported. -fPIC for programs too: they share
# the precompiled header of the libraries.
add_library(lion_settings INTERFACE)
target_compile_options(lion_settings INTERFACE -fPIC -Wall -Wextra -Wshadow -Wno-missing-field-initializers
  $<$<BOOL:${LION_WARNINGS_AS_ERRORS}>:-Werror>)
target_include_directories(lion_settings INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
if(LION_SANITIZE)
  target_compile_options(lion_settings INTERFACE -fsanitize=${LION_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(lion_settings INTERFACE -fsanitize=${LION_SANITIZE})
endif()

if(LION_TORCH)
  include(Torch)
  # The one precompiled header of all torch components: <torch/torch.h> costs 20 s without it.
  file(WRITE "${PROJECT_BINARY_DIR}/torch_pch.cpp" "")
  add_library(lion_torch_pch STATIC "${PROJECT_BINARY_DIR}/torch_pch.cpp")
  target_link_libraries(lion_torch_pch PRIVATE lion_torch lion_settings)
  target_compile_options(lion_torch_pch PRIVATE -Wno-shadow)
  target_precompile_headers(lion_torch_pch PRIVATE <torch/torch.h>)
endif()

if(LION_DEVELOPER_MODE)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
