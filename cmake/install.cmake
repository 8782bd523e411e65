# What `cmake --install` copies, in three components: core, and the plug-ins mpi and torch.
#
# The installed folder can be moved: the program finds its plug-ins relative to itself, and all else
# that it needs (SQL, the report's page) is embedded. Not with the program come the libraries that it is
# linked to. CMAKE_INSTALL_PREFIX says where to, or `cmake --install build/release --prefix FOLDER`.
install(TARGETS lrsweep RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT core)
set(LRSWEEP_PLUGINS "")  # those that this build has
foreach(plugin mpi torch)
  if(TARGET lrsweep_${plugin})
    list(APPEND LRSWEEP_PLUGINS ${plugin})
    install(TARGETS lrsweep_${plugin}
            LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/lrsweep COMPONENT ${plugin})
  endif()
endforeach()
# Libraries outside the system's folders (a module's MPI, pip's LibTorch) are found where they were when
# this was built. Packages of a distribution set CMAKE_SKIP_INSTALL_RPATH.
set(targets ${LRSWEEP_PLUGINS})
list(TRANSFORM targets PREPEND lrsweep_)
set_target_properties(lrsweep ${targets} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)

install(FILES README.md CHANGELOG.md LICENSE THIRD_PARTY.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT core)
install(DIRECTORY docs examples DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT core
        PATTERN __pycache__ EXCLUDE)
install(DIRECTORY configs DESTINATION ${CMAKE_INSTALL_DATADIR}/lrsweep COMPONENT core)
install(FILES python/lrsweep.py python/lrsweep_reader.py
        DESTINATION ${CMAKE_INSTALL_DATADIR}/lrsweep/python COMPONENT core)
# What scripts/build-mpi-plugin builds the MPI plug-in from, for another MPI than this build's.
file(WRITE ${PROJECT_BINARY_DIR}/generated/VERSION "${PROJECT_VERSION}\n")
install(FILES ${PROJECT_BINARY_DIR}/generated/VERSION DESTINATION ${CMAKE_INSTALL_DATADIR}/lrsweep/mpi-plugin
        COMPONENT core)
install(PROGRAMS scripts/build-mpi-plugin DESTINATION ${CMAKE_INSTALL_DATADIR}/lrsweep/mpi-plugin/scripts
        COMPONENT core)
foreach(file platform/plugin_version.cc sweep/messages/channel.h sweep/mpi/frames.cc
             sweep/mpi/frames.h sweep/mpi/mpi_channel.cc sweep/mpi/mpi_channel.h
             sweep/process/lifeline.cc sweep/process/lifeline.h sweep/process/process_identity.cc
             sweep/process/process_identity.h)
  cmake_path(GET file PARENT_PATH folder)
  install(FILES ${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/lrsweep/mpi-plugin/${folder} COMPONENT core)
endforeach()
# Man pages and completions, which the build writes into a folder laid out as share/ is.
install(DIRECTORY ${PROJECT_BINARY_DIR}/share/ DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT core
        OPTIONAL)
include(cmake/licences.cmake)
