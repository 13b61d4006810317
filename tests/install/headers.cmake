# Every lion header that an installed header includes is installed too.
# Input: INCLUDE, the installed include folder.

cmake_policy(SET CMP0057 NEW)
file(GLOB_RECURSE headers "${INCLUDE}/lion/*.h")
list(LENGTH headers count)
if(NOT "${INCLUDE}/lion/lion.h" IN_LIST headers)
  message(FATAL_ERROR "${INCLUDE}: lion/lion.h is not installed.")
endif()
set(missing "")
foreach(header IN LISTS headers)
  file(STRINGS "${header}" lines REGEX "^#include \"lion/")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^#include \"([^\"]*)\".*" "\\1" needed "${line}")
    if(NOT EXISTS "${INCLUDE}/${needed}")
      string(APPEND missing "\n${header}: includes \"${needed}\", which is not installed. "
        "Add it to HEADERS of its component.")
    endif()
  endforeach()
endforeach()
if(missing)
  message(FATAL_ERROR "${missing}")
endif()
message("${count} headers, complete")
