# lion_load_lazily(<program> OBJECTS <object library> LIBRARY <shared library> FROM <static libraries>)
# The functions of FROM that OBJECTS call and do not define get small stand-ins in <program>: the
# first call of any of them loads LIBRARY (cli/engine.cpp), all later ones jump straight to it. What
# never calls them never loads it. docs/decisions/0007-torch-on-demand.md.
# With -P, this file writes the stand-ins: NM, OBJECTS (ending with .o, separated by ;), ARCHIVES,
# OUT.

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(LION_LAZY_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")
  function(lion_load_lazily program)
    cmake_parse_arguments(PARSE_ARGV 1 ARG "" "OBJECTS;LIBRARY" "FROM")
    set(out "${CMAKE_CURRENT_BINARY_DIR}/${ARG_LIBRARY}_calls.S")
    list(TRANSFORM ARG_FROM REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE archives)
    add_custom_command(OUTPUT "${out}"
      COMMAND ${CMAKE_COMMAND} "-DNM=${CMAKE_NM}" "-DOBJECTS=$<TARGET_OBJECTS:${ARG_OBJECTS}>"
        "-DARCHIVES=${archives}" "-DOUT=${out}" -P "${LION_LAZY_SCRIPT}"
      DEPENDS "$<TARGET_OBJECTS:${ARG_OBJECTS}>" ${ARG_FROM} "${LION_LAZY_SCRIPT}"
      COMMENT "Functions that load ${ARG_LIBRARY} when first called" VERBATIM)
    target_sources(${program} PRIVATE "${out}")
    add_dependencies(${program} ${ARG_LIBRARY})
  endfunction()
  return()
endif()

# Lines "name type ..." of nm -P.
function(symbols_of files types variable)
  execute_process(COMMAND "${NM}" -P ${files} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "_ZNK?4lion[^ \n;]* [${types}]" found "${text}")
  list(TRANSFORM found REPLACE " .$" "")
  list(REMOVE_DUPLICATES found)
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()

symbols_of("${OBJECTS}" U wanted)
symbols_of("${OBJECTS}" TW own)
symbols_of("${ARCHIVES}" T provided)
foreach(name IN LISTS own)
  set(own_${name} TRUE)
endforeach()
foreach(name IN LISTS provided)
  set(provided_${name} TRUE)
endforeach()
set(functions "")
set(first_calls "")
set(table "")
set(names "")
set(count 0)
foreach(name IN LISTS wanted)
  if(own_${name} OR NOT provided_${name})
    continue()
  endif()
  string(APPEND functions "stand_in ${name}, ${count}\n")
  string(APPEND first_calls "first_call ${count}\n")
  string(APPEND table "  .quad .Lfirst_${count}\n")
  string(APPEND names "  .asciz \"${name}\"\n")
  math(EXPR count "${count} + 1")
endforeach()
if(count EQUAL 0)
  message(FATAL_ERROR "LazyLibrary: nothing of ${ARCHIVES} is called. Link without it.")
endif()
file(WRITE "${OUT}" "# Written by cmake/LazyLibrary.cmake.
# System V calling convention: the arguments, wherever they are, stay where they are.
.macro stand_in name, index
  .globl \\name
  .hidden \\name
  .type \\name, @function
\\name:
  .cfi_startproc
  endbr64
  movq lion_compute_table+8*\\index(%rip), %r11
  jmp *%r11
  .cfi_endproc
  .size \\name, .-\\name
.endm
.macro first_call index
.Lfirst_\\index:
  .cfi_startproc
  endbr64
  pushq $\\index
  .cfi_adjust_cfa_offset 8
  jmp .Lload
  .cfi_endproc
.endm

.text
${functions}
${first_calls}
# The index of the function lies on the stack, above the return address of its caller.
.Lload:
  .cfi_startproc
  .cfi_def_cfa_offset 16
  .irp register, rax, rdi, rsi, rdx, rcx, r8, r9, r10
  pushq %\\register
  .cfi_adjust_cfa_offset 8
  .endr
  subq $128, %rsp
  .cfi_adjust_cfa_offset 128
  .irp number, 0, 1, 2, 3, 4, 5, 6, 7
  movups %xmm\\number, 16*\\number(%rsp)
  .endr
  movq 192(%rsp), %rdi
  call lion_compute_function
  movq %rax, %r11
  .irp number, 0, 1, 2, 3, 4, 5, 6, 7
  movups 16*\\number(%rsp), %xmm\\number
  .endr
  addq $128, %rsp
  .cfi_adjust_cfa_offset -128
  .irp register, r10, r9, r8, rcx, rdx, rsi, rdi, rax
  popq %\\register
  .cfi_adjust_cfa_offset -8
  .endr
  addq $8, %rsp
  .cfi_adjust_cfa_offset -8
  jmp *%r11
  .cfi_endproc

.data
.balign 8
.globl lion_compute_table
.hidden lion_compute_table
lion_compute_table:
${table}
.section .rodata
.globl lion_compute_count
.hidden lion_compute_count
.balign 8
lion_compute_count:
  .quad ${count}
.globl lion_compute_names
.hidden lion_compute_names
lion_compute_names:
${names}
.section .note.GNU-stack,\"\",@progbits
")
