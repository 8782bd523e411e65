# What `cpack` makes of the installed files: Debian packages (-G DEB) and one archive (-G TGZ).
#
# A package for each component, so that the program needs neither MPI nor LibTorch (130 MB): lrsweep,
# lrsweep-mpi and lrsweep-torch. scripts/make-packages builds for them.
#
# The first line of a component's description is its package's summary.
set(CPACK_PACKAGE_VENDOR "the lrsweep authors")
set(CPACK_PACKAGE_CONTACT "the lrsweep authors <maintainers@lrsweep.invalid>")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

# Not all components: libraries that were built from source may have some of their own.
set(CPACK_COMPONENTS_ALL core ${LRSWEEP_PLUGINS})
set(CPACK_PROJECT_CONFIG_FILE ${PROJECT_SOURCE_DIR}/cmake/package_generator.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian_files.cmake)
set(CPACK_LRSWEEP_SOURCE_DIR ${PROJECT_SOURCE_DIR})

# The archive is named after the system whose libraries it needs.
set(system ${CMAKE_SYSTEM_NAME})
if(EXISTS /etc/os-release)
  file(STRINGS /etc/os-release id REGEX "^ID=")
  file(STRINGS /etc/os-release version REGEX "^VERSION_ID=")
  string(REGEX REPLACE "(VERSION_)?ID=|\"" "" system "${id}${version}")
endif()
set(CPACK_PACKAGE_FILE_NAME lrsweep-${PROJECT_VERSION}-${system}-${CMAKE_SYSTEM_PROCESSOR})

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_CORE_PACKAGE_NAME lrsweep)
set(CPACK_DEBIAN_CORE_PACKAGE_DEPENDS ca-certificates)
set(CPACK_DEBIAN_CORE_PACKAGE_SUGGESTS
    "lrsweep-mpi, lrsweep-torch, librsvg2-bin, python3, dataset-fashion-mnist")
set(CPACK_COMPONENT_CORE_DESCRIPTION "finds the best learning-rate schedule for a model and its data
lrsweep trains every combination of learning-rate schedules and parameters
that a YAML file lists: a program in any language, or a built-in network. One
SQLite file holds every metric, the rate that was applied at every step, and
the ranking.")

set(CPACK_COMPONENT_MPI_DEPENDS core)
set(CPACK_DEBIAN_MPI_PACKAGE_DEPENDS openmpi-bin)
set(CPACK_COMPONENT_MPI_DESCRIPTION "learning-rate sweeps on several machines, by MPI
This plug-in of lrsweep lets its workers run on several machines, started by
mpirun or srun.")

set(CPACK_COMPONENT_TORCH_DEPENDS core)
set(CPACK_DEBIAN_TORCH_PACKAGE_DEPENDS libopenblas0-pthread)
set(CPACK_COMPONENT_TORCH_DESCRIPTION "learning-rate sweeps of a network that LibTorch trains
This plug-in of lrsweep trains its built-in network with LibTorch instead of
its own code.")

include(CPack)
