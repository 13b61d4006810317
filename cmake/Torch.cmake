# Imported targets for the torch wheel unpacked under LION_TORCH_DIR.
# find_package(Torch) is not used: with a CUDA toolkit on the machine it insists on probing it, and
# without one it stops. This file is installed, so that lionConfig.cmake makes the same targets.
# Input: LION_TORCH_DIR, the folder of the wheel; or, in an installed package, LION_TORCH_LIB_DIR,
# the folder of the libraries that were installed with it (no headers: lion/lion.h needs none).

if(LION_TORCH_LIB_DIR)
  set(lion_torch_libraries "${LION_TORCH_LIB_DIR}")
elseif(NOT EXISTS "${LION_TORCH_DIR}/torch/lib/libtorch_cpu.so")
  message(FATAL_ERROR "LION_TORCH_DIR: no torch/lib/libtorch_cpu.so under ${LION_TORCH_DIR}. "
    "Run ./dev setup, or set LION_TORCH_DIR to the folder of an unpacked torch 2.11.0 wheel.")
else()
  set(lion_torch_libraries "${LION_TORCH_DIR}/torch/lib")
endif()

function(lion_imported name library)
  add_library(${name} SHARED IMPORTED GLOBAL)
  set_target_properties(${name} PROPERTIES IMPORTED_LOCATION "${lion_torch_libraries}/${library}")
endfunction()

if(NOT TARGET torch::torch_cpu)
  lion_imported(torch::c10 libc10.so)
  lion_imported(torch::torch_cpu libtorch_cpu.so)
  # libtorch_cpu.so finds the CUDA runtime wheels through its own run path; the linker need not.
  if(NOT LION_TORCH_LIB_DIR)
    set_target_properties(torch::torch_cpu PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
      "${LION_TORCH_DIR}/torch/include;${LION_TORCH_DIR}/torch/include/torch/csrc/api/include")
  endif()
  set_target_properties(torch::torch_cpu PROPERTIES
    INTERFACE_LINK_LIBRARIES torch::c10
    INTERFACE_LINK_OPTIONS "-Wl,--allow-shlib-undefined")
  if(LION_CUDA)
    lion_imported(torch::c10_cuda libc10_cuda.so)
    lion_imported(torch::torch_cuda libtorch_cuda.so)
    # Its kernels register by static initialisers: nothing refers to it, so keep it by hand.
    set_target_properties(torch::torch_cuda PROPERTIES
      INTERFACE_LINK_LIBRARIES "torch::torch_cpu;torch::c10_cuda"
      INTERFACE_LINK_OPTIONS
        "-Wl,--push-state,--no-as-needed,${lion_torch_libraries}/libtorch_cuda.so,--pop-state")
  endif()
endif()

if(NOT TARGET lion_torch)
  add_library(lion_torch INTERFACE IMPORTED GLOBAL)
  # at::parallel_for is a template over OpenMP: every file that includes torch must agree on it. The
  # one OpenMP library of the process is the wheel's own.
  lion_imported(torch::gomp libgomp.so.1)
  set_target_properties(torch::gomp PROPERTIES INTERFACE_COMPILE_OPTIONS -fopenmp)
  target_link_libraries(lion_torch INTERFACE torch::torch_cpu torch::c10 torch::gomp)
  if(LION_CUDA)
    target_link_libraries(lion_torch INTERFACE torch::torch_cuda)
  endif()
endif()
