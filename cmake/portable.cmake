# Toolchain: this machine's g++, for programs that need no newer symbol of libc than glibc 2.28's
# (scripts/build-portable). The sysroot is made when it is missing, or older than what makes it.
get_filename_component(root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(sysroot "${root}/build/portable-sysroot")
execute_process(COMMAND "${CMAKE_CURRENT_LIST_DIR}/portable/make-sysroot" "${sysroot}" RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "cmake/portable/make-sysroot failed: the sysroot of glibc 2.28 is missing")
endif()

set(CMAKE_C_COMPILER gcc)
set(CMAKE_CXX_COMPILER g++)
set(CMAKE_SYSROOT "${sysroot}")
# Only what is built from source has the old symbols: this machine's libraries are not looked at.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
foreach(kind LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
set(ENV{PKG_CONFIG_LIBDIR} "${sysroot}/usr/lib/pkgconfig")

# The path of the source is not written into the program.
set(CMAKE_C_FLAGS_INIT "\"-ffile-prefix-map=${root}=.\"")
set(CMAKE_CXX_FLAGS_INIT "${CMAKE_C_FLAGS_INIT}")
# -B: g++ takes start-up code, stubs and libgcc_eh.a from the sysroot before this machine's.
include("${CMAKE_CURRENT_LIST_DIR}/portable/link_options.cmake")
list(JOIN LRSWEEP_PORTABLE_LINK_OPTIONS " " CMAKE_EXE_LINKER_FLAGS_INIT)
string(PREPEND CMAKE_EXE_LINKER_FLAGS_INIT "\"-B${sysroot}/usr/lib\" ")
# Without a build id: the linker hashes names of temporary files into it, so that no two builds were
# equal.
string(APPEND CMAKE_EXE_LINKER_FLAGS_INIT " -Wl,--build-id=none")
set(CMAKE_C_STANDARD_LIBRARIES "-lportable_shim")
set(CMAKE_CXX_STANDARD_LIBRARIES "-lportable_shim")
