# Toolchain: this machine's g++, for programs that need no newer symbol of libc than glibc 2.28's
# (scripts/build-portable). The sysroot is made when it is missing, or older than what makes it.
get_filename_component(LRSWEEP_SYSROOT "${CMAKE_CURRENT_LIST_DIR}/../build/portable-sysroot" ABSOLUTE)
execute_process(COMMAND "${CMAKE_CURRENT_LIST_DIR}/portable/make-sysroot" "${LRSWEEP_SYSROOT}"
                RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "cmake/portable/make-sysroot failed: the sysroot of glibc 2.28 is missing")
endif()

set(CMAKE_C_COMPILER gcc)
set(CMAKE_CXX_COMPILER g++)
set(CMAKE_SYSROOT "${LRSWEEP_SYSROOT}")
# Only what is built from source has the old symbols: this machine's libraries are not looked at.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# -B: g++ takes start-up code and stubs from the sysroot before this machine's.
# The program's own libstdc++ and that of a plug-in must count the exceptions in flight together.
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "-B${LRSWEEP_SYSROOT}/usr/lib -static-libstdc++ -static-libgcc \
     -Wl,--export-dynamic-symbol=__cxa_get_globals,--export-dynamic-symbol=__cxa_get_globals_fast")
set(CMAKE_C_STANDARD_LIBRARIES "-lportable_shim")
set(CMAKE_CXX_STANDARD_LIBRARIES "-lportable_shim")
