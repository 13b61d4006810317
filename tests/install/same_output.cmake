# An example prints what the program prints. Input: EXAMPLE and PROGRAM, two command lines.

foreach(who IN ITEMS EXAMPLE PROGRAM)
  execute_process(COMMAND ${${who}} OUTPUT_VARIABLE ${who}_text COMMAND_ERROR_IS_FATAL ANY)
endforeach()
if(NOT EXAMPLE_text STREQUAL PROGRAM_text OR EXAMPLE_text STREQUAL "")
  message(FATAL_ERROR "the example printed\n${EXAMPLE_text}the program printed\n${PROGRAM_text}")
endif()
message("${EXAMPLE_text}")
