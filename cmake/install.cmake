# What `cmake --install` copies, in three components: core, and the plug-ins mpi and torch.
#
# The installed folder can be moved: the program finds its plug-ins relative to itself, and all else
# that it needs (SQL, the report's page) is embedded. Not with the program come the libraries that it is
# linked to. CMAKE_INSTALL_PREFIX says where to, or `cmake --install build/release --prefix FOLDER`.
include(GNUInstallDirs)
set(plugin_folder ${CMAKE_INSTALL_LIBDIR}/lrsweep)
set(data_folder ${CMAKE_INSTALL_DATADIR}/lrsweep)

install(TARGETS lrsweep RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT core)
set(installed lrsweep)
foreach(plugin mpi torch)
  if(TARGET lrsweep_${plugin})
    get_target_property(type lrsweep_${plugin} TYPE)
    if(type STREQUAL SHARED_LIBRARY)
      install(TARGETS lrsweep_${plugin}
              LIBRARY DESTINATION ${plugin_folder} COMPONENT ${plugin} NAMELINK_SKIP)
      list(APPEND installed lrsweep_${plugin})
    endif()
  endif()
endforeach()
# Libraries outside the system's folders (a module's MPI, pip's LibTorch) are found where they were when
# this was built. Packages of a distribution set CMAKE_SKIP_INSTALL_RPATH.
set_target_properties(${installed} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)

install(FILES README.md CHANGELOG.md LICENSE THIRD_PARTY.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT core)
install(DIRECTORY docs examples DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT core
        PATTERN __pycache__ EXCLUDE)
install(DIRECTORY configs DESTINATION ${data_folder} COMPONENT core)
install(FILES python/lrsweep.py python/lrsweep_reader.py
        DESTINATION ${data_folder}/python COMPONENT core)
# Man pages and completions, which the build writes into a folder laid out as share/ is.
install(DIRECTORY ${PROJECT_BINARY_DIR}/share/ DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT core
        OPTIONAL)
