# The libraries that lrsweep is linked to, each from one place: this system, or its pinned source
# (cmake/bundled.cmake), which becomes a static library. Modules link to the targets that are named here.
set(LRSWEEP_DEPENDENCIES auto CACHE STRING
    "Where libraries come from: system, bundled (their pinned sources), or auto (system, else bundled)")
set_property(CACHE LRSWEEP_DEPENDENCIES PROPERTY STRINGS auto system bundled)
if(NOT LRSWEEP_DEPENDENCIES MATCHES "^(auto|system|bundled)$")
  message(FATAL_ERROR "LRSWEEP_DEPENDENCIES is \"${LRSWEEP_DEPENDENCIES}\": expected auto, system or bundled")
endif()
include(cmake/bundled.cmake)

# lrsweep_dependency(NAME TARGET DEBIAN <package> [OPTIONAL]
#                    PACKAGE <arguments of find_package> | HEADER <file>)
# Makes TARGET from the library that cmake/sources.cmake calls NAME. A version is the oldest that lrsweep
# was tried with. An OPTIONAL library is this system's or none.
function(lrsweep_dependency name target)
  cmake_parse_arguments(ARG "OPTIONAL" "DEBIAN;HEADER" "PACKAGE" ${ARGN})
  string(REGEX REPLACE ".*::" "" plain_target ${target})  # what some versions call it
  if(NOT LRSWEEP_DEPENDENCIES STREQUAL bundled OR ARG_OPTIONAL)
    if(ARG_HEADER)
      string(TOUPPER ${name}_INCLUDE_DIR folder)
      find_path(${folder} ${ARG_HEADER})
      if(${folder})
        lrsweep_headers(${target} ${${folder}})
      endif()
    else()
      find_package(${ARG_PACKAGE} QUIET)
    endif()
  endif()
  if(TARGET ${target} OR TARGET ${plain_target})
    message(STATUS "${name}: this system's")
  elseif(ARG_OPTIONAL)
    message(STATUS "${name}: not on this system, left out")
    return()
  elseif(LRSWEEP_DEPENDENCIES STREQUAL system)
    message(FATAL_ERROR "${name} is missing on this system, or too old: install it (Debian's package "
                        "${ARG_DEBIAN}), or build it from its source: -DLRSWEEP_DEPENDENCIES=auto")
  else()
    get_property(version GLOBAL PROPERTY LRSWEEP_SOURCE_${name}_VERSION)
    message(STATUS "${name}: built from the source of ${version}")
    cmake_language(CALL lrsweep_bundle_${name})
  endif()
  if(NOT TARGET ${target})
    add_library(${target} ALIAS ${plain_target})
  endif()
endfunction()

# A GPU machine that builds the worker alone may lack Highway.
set(optional_highway "")
if(LRSWEEP_WORKER_ONLY)
  set(optional_highway OPTIONAL)
endif()
lrsweep_dependency(highway hwy::hwy DEBIAN libhwy-dev PACKAGE hwy 1.0.3 ${optional_highway})
lrsweep_dependency(muparser muparser::muparser DEBIAN libmuparser-dev PACKAGE muparser 2.3)
lrsweep_dependency(zlib ZLIB::ZLIB DEBIAN zlib1g-dev PACKAGE ZLIB)
if(LRSWEEP_TESTS)
  lrsweep_dependency(googletest GTest::gmock DEBIAN libgmock-dev PACKAGE GTest)
endif()
if(NOT LRSWEEP_WORKER_ONLY)
  lrsweep_dependency(boost_math boost_math DEBIAN libboost-math-dev
                     HEADER boost/math/distributions/students_t.hpp)
  lrsweep_dependency(cli11 CLI11::CLI11 DEBIAN libcli11-dev PACKAGE CLI11 2.1)
  lrsweep_dependency(fmt fmt::fmt DEBIAN libfmt-dev PACKAGE fmt 9)
  lrsweep_dependency(nlohmann_json nlohmann_json::nlohmann_json DEBIAN nlohmann-json3-dev
                     PACKAGE nlohmann_json 3.11)
  lrsweep_dependency(protozero protozero DEBIAN libprotozero-dev HEADER protozero/pbf_writer.hpp)
  lrsweep_dependency(sqlitecpp SQLiteCpp DEBIAN libsqlitecpp-dev PACKAGE SQLiteCpp)
  lrsweep_dependency(yaml_cpp yaml-cpp::yaml-cpp DEBIAN libyaml-cpp-dev PACKAGE yaml-cpp 0.7)
  if(LRSWEEP_CURL)
    lrsweep_dependency(curl CURL::libcurl DEBIAN libcurl4-openssl-dev PACKAGE CURL)
  endif()

  # SHA-256: OpenSSL's libcrypto of this system, or Mbed TLS, which needs neither Perl nor make.
  if(NOT LRSWEEP_DEPENDENCIES STREQUAL bundled)
    find_package(OpenSSL 3.0 QUIET COMPONENTS Crypto)
  endif()
  if(NOT TARGET OpenSSL::Crypto AND NOT TARGET mbedcrypto)
    lrsweep_dependency(mbedtls mbedcrypto DEBIAN libssl-dev PACKAGE MbedTLS)
  endif()

  # The report's charts.
  if(NOT LRSWEEP_DEPENDENCIES STREQUAL bundled)
    find_file(D3 d3.min.js PATHS /usr/share/nodejs/d3/dist NO_DEFAULT_PATH)
  endif()
  if(NOT D3)
    if(LRSWEEP_DEPENDENCIES STREQUAL system)
      message(FATAL_ERROR "D3 5 is missing on this system (Debian's package node-d3): install it, or say "
                          "where it is: -DD3=/path/to/d3.min.js")
    endif()
    lrsweep_bundle_d3(D3)
  endif()
endif()

# Never from source: they belong to the cluster.
if(LRSWEEP_MPI AND NOT LRSWEEP_WORKER_ONLY)
  find_package(MPI QUIET COMPONENTS C)
  if(NOT MPI_C_FOUND)
    message(FATAL_ERROR "MPI is missing: load its module or install it (Debian's package libopenmpi-dev), "
                        "or leave it out: -DLRSWEEP_MPI=OFF. One machine needs none.")
  endif()
endif()
if(LRSWEEP_TORCH)
  find_package(Torch QUIET)
  if(NOT Torch_FOUND)
    message(FATAL_ERROR "LibTorch is missing: install it (Debian's package libtorch-dev), say where it is: "
                        "-DCMAKE_PREFIX_PATH=/path/to/torch, or leave it out: -DLRSWEEP_TORCH=OFF. The CPU "
                        "engine needs none.")
  endif()
endif()
