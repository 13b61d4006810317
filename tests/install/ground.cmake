# The example prints a box in pixels and writes a PNG. Input: GROUND, its command line without the
# last two arguments; OUT, the PNG.

file(REMOVE "${OUT}")
execute_process(COMMAND ${GROUND} "the dog" "${OUT}" OUTPUT_VARIABLE text
  COMMAND_ERROR_IS_FATAL ANY)
if(NOT text MATCHES "^[0-9.]+,[0-9.]+,[0-9.]+,[0-9.]+ px, confidence [0-9.e-]+\n$")
  message(FATAL_ERROR "no box in what the example printed:\n${text}")
endif()
file(READ "${OUT}" signature LIMIT 8 HEX)
if(NOT signature STREQUAL "89504e470d0a1a0a")
  message(FATAL_ERROR "${OUT} begins with ${signature}, which is not PNG")
endif()
message("${text}")
