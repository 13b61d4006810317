# Without libtorch an external project does not configure, and is told why.
# Input: PROJECT, its source folder; BUILD, GENERATOR, COMPILER; PREFIX, where the package is;
# TORCH, a folder without libtorch.

file(REMOVE_RECURSE "${BUILD}")
execute_process(COMMAND ${CMAKE_COMMAND} -S "${PROJECT}" -B "${BUILD}" -G "${GENERATOR}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_PREFIX_PATH=${PREFIX}" "-DLION_TORCH_DIR=${TORCH}"
  OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE status)
if(status EQUAL 0)
  message(FATAL_ERROR "it configured without libtorch:\n${text}")
endif()
string(REGEX REPLACE "[ \n]+" " " line "${text}")
string(FIND "${line}" "LION_TORCH_DIR: no torch/lib/libtorch_cpu.so under ${TORCH}" place)
if(place EQUAL -1)
  message(FATAL_ERROR "it does not say what is missing:\n${text}")
endif()
