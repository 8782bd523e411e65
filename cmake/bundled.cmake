# Builds libraries from their pinned sources (cmake/sources.cmake), as static libraries.
#
# FETCHCONTENT_SOURCE_DIR_<NAME> gives the folder of a source that is unpacked already, as everywhere in
# CMake. LRSWEEP_SOURCES gives a folder with all of them: the files that cmake/sources.cmake names, or
# folders called as the libraries are called there. What is not in it is downloaded into it.
include(FetchContent)
include(${CMAKE_CURRENT_LIST_DIR}/sources.cmake)
if(POLICY CMP0135)
  cmake_policy(SET CMP0135 NEW)
endif()

set(LRSWEEP_SOURCES ${PROJECT_BINARY_DIR}/sources CACHE PATH
    "Folder with the sources of libraries; what is missing is downloaded into it")

# Unpacks NAME and sets NAME_SOURCE_DIR and NAME_BINARY_DIR for the caller, without adding its project.
# The global property LRSWEEP_BUNDLED becomes the list of all: "NAME=FOLDER".
macro(lrsweep_fetch name)
  string(TOUPPER ${name} upper)
  if(NOT FETCHCONTENT_SOURCE_DIR_${upper} AND IS_DIRECTORY "${LRSWEEP_SOURCES}/${name}")
    set(FETCHCONTENT_SOURCE_DIR_${upper} ${LRSWEEP_SOURCES}/${name})
  endif()
  set(arguments "")
  if(NOT FETCHCONTENT_SOURCE_DIR_${upper})
    lrsweep_download(file ${name} ${LRSWEEP_SOURCES})
    set(arguments URL ${file})
    if(file MATCHES "\\.js$")
      list(APPEND arguments DOWNLOAD_NO_EXTRACT TRUE)
    endif()
  endif()
  # A project without CMakeLists.txt in SOURCE_SUBDIR is not added.
  FetchContent_Declare(${name} ${arguments} SOURCE_SUBDIR no-project)
  FetchContent_MakeAvailable(${name})
  set_property(GLOBAL APPEND PROPERTY LRSWEEP_BUNDLED "${name}=${${name}_SOURCE_DIR}")
endmacro()

# Adds the CMake project of NAME, with the options that the caller has set as variables. Nothing of it
# is installed, and nothing is built that lrsweep does not link to.
function(lrsweep_add_project name)
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)   # options are set by variables
  set(CMAKE_POLICY_VERSION_MINIMUM 3.5)   # CMake 4 refuses projects for an older one
  if(NOT POLICY CMP0218)  # which takes this variable away
    set(CMAKE_WARN_DEPRECATED OFF)
  endif()
  set(CMAKE_MESSAGE_LOG_LEVEL NOTICE)
  set(CMAKE_EXPORT_COMPILE_COMMANDS OFF)  # scripts/lint reads lrsweep's own
  set(BUILD_SHARED_LIBS OFF)
  set(BUILD_TESTING OFF)
  string(APPEND CMAKE_C_FLAGS " -w")
  string(APPEND CMAKE_CXX_FLAGS " -w")
  add_subdirectory(${${name}_SOURCE_DIR} ${${name}_BINARY_DIR} EXCLUDE_FROM_ALL)
endfunction()

# Makes the headers of TARGETS system headers, whose warnings do not count.
function(lrsweep_system_headers)
  foreach(target ${ARGN})
    get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
    set_target_properties(${target} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${folders}")
  endforeach()
endfunction()

# Makes TARGET a library of headers alone, in FOLDER.
function(lrsweep_headers target folder)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${folder}
                                             INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${folder})
endfunction()

# One function a library: lrsweep_bundle_NAME() makes the target that cmake/dependencies.cmake names.

function(lrsweep_bundle_boost_math)
  lrsweep_fetch(boost_math)
  lrsweep_headers(boost_math ${boost_math_SOURCE_DIR}/include)
  # Without the rest of Boost.
  set_property(TARGET boost_math PROPERTY INTERFACE_COMPILE_DEFINITIONS BOOST_MATH_STANDALONE)
endfunction()

function(lrsweep_bundle_cli11)
  lrsweep_fetch(cli11)
  lrsweep_headers(CLI11::CLI11 ${cli11_SOURCE_DIR}/include)
endfunction()

# Sets OUT to the path of d3.min.js.
function(lrsweep_bundle_d3 out)
  lrsweep_fetch(d3)
  file(GLOB path ${d3_SOURCE_DIR}/*.min.js)
  set(${out} ${path} PARENT_SCOPE)
endfunction()

function(lrsweep_bundle_fmt)
  lrsweep_fetch(fmt)
  set(FMT_INSTALL OFF)
  set(FMT_DOC OFF)
  set(FMT_TEST OFF)
  lrsweep_add_project(fmt)
  lrsweep_system_headers(fmt)
endfunction()

function(lrsweep_bundle_googletest)
  lrsweep_fetch(googletest)
  set(INSTALL_GTEST OFF)
  lrsweep_add_project(googletest)
  lrsweep_system_headers(gtest gmock)
endfunction()

function(lrsweep_bundle_highway)
  lrsweep_fetch(highway)
  set(HWY_ENABLE_TESTS OFF)
  set(HWY_ENABLE_EXAMPLES OFF)
  set(HWY_ENABLE_CONTRIB OFF)  # its headers are used, its library is not
  lrsweep_add_project(highway)
  lrsweep_system_headers(hwy)
endfunction()

function(lrsweep_bundle_muparser)
  lrsweep_fetch(muparser)
  set(ENABLE_SAMPLES OFF)
  set(ENABLE_OPENMP OFF)
  string(APPEND CMAKE_CXX_FLAGS " -ffp-contract=off")  # schedules' bits, as for our own targets
  lrsweep_add_project(muparser)
  lrsweep_system_headers(muparser)
endfunction()

function(lrsweep_bundle_nlohmann_json)
  lrsweep_fetch(nlohmann_json)
  lrsweep_headers(nlohmann_json::nlohmann_json ${nlohmann_json_SOURCE_DIR}/include)
endfunction()

function(lrsweep_bundle_protozero)
  lrsweep_fetch(protozero)
  lrsweep_headers(protozero ${protozero_SOURCE_DIR}/include)
endfunction()

# With the SQLite that it brings.
function(lrsweep_bundle_sqlitecpp)
  lrsweep_fetch(sqlitecpp)
  set(SQLITECPP_RUN_CPPLINT OFF)
  set(SQLITECPP_RUN_CPPCHECK OFF)
  set(SQLITECPP_INSTALL OFF)
  set(SQLITECPP_INTERNAL_SQLITE ON)
  lrsweep_add_project(sqlitecpp)
  lrsweep_system_headers(SQLiteCpp sqlite3)
endfunction()

function(lrsweep_bundle_yaml_cpp)
  lrsweep_fetch(yaml_cpp)
  set(YAML_CPP_BUILD_TOOLS OFF)
  set(YAML_CPP_BUILD_CONTRIB OFF)
  set(YAML_CPP_BUILD_TESTS OFF)
  set(YAML_CPP_INSTALL OFF)
  string(APPEND CMAKE_CXX_FLAGS " -include cstdint")  # 0.8.0 lacks it, g++ 15 notices
  lrsweep_add_project(yaml_cpp)
  lrsweep_system_headers(yaml-cpp)
endfunction()

# Of its own project nothing is used: it renames files in its source folder.
function(lrsweep_bundle_zlib)
  lrsweep_fetch(zlib)
  file(GLOB files ${zlib_SOURCE_DIR}/*.c)
  add_library(zlib STATIC EXCLUDE_FROM_ALL ${files})
  target_include_directories(zlib SYSTEM PUBLIC ${zlib_SOURCE_DIR})
  target_compile_definitions(zlib PRIVATE HAVE_UNISTD_H HAVE_STDARG_H _LARGEFILE64_SOURCE=1)
  target_compile_options(zlib PRIVATE -w)
  add_library(ZLIB::ZLIB ALIAS zlib)
endfunction()

function(lrsweep_bundle_mbedtls)
  lrsweep_fetch(mbedtls)
  set(ENABLE_PROGRAMS OFF)
  set(ENABLE_TESTING OFF)
  set(GEN_FILES OFF)  # which needs Perl and Python; the release has them
  set(DISABLE_PACKAGE_CONFIG_AND_INSTALL ON)
  lrsweep_add_project(mbedtls)
  lrsweep_system_headers(mbedcrypto mbedx509 mbedtls)
endfunction()

# HTTP and HTTPS by Mbed TLS, and file:// for tests.
function(lrsweep_bundle_curl)
  if(NOT TARGET mbedtls)
    lrsweep_bundle_mbedtls()
  endif()
  lrsweep_fetch(curl)
  set(BUILD_CURL_EXE OFF)
  set(BUILD_LIBCURL_DOCS OFF)
  set(BUILD_MISC_DOCS OFF)
  set(ENABLE_CURL_MANUAL OFF)
  set(CURL_DISABLE_INSTALL ON)
  set(CURL_ENABLE_EXPORT_TARGET OFF)
  foreach(protocol DICT FTP GOPHER IMAP IPFS LDAP LDAPS MQTT POP3 RTSP SMB SMTP TELNET TFTP WEBSOCKETS)
    set(CURL_DISABLE_${protocol} ON)
  endforeach()
  set(CURL_USE_MBEDTLS ON)
  set(CURL_USE_OPENSSL OFF)
  foreach(feature CURL_USE_LIBSSH2 CURL_USE_LIBPSL USE_NGHTTP2 USE_LIBIDN2 CURL_ZLIB CURL_BROTLI CURL_ZSTD
          ENABLE_UNIX_SOCKETS)
    set(${feature} OFF CACHE INTERNAL "")  # for CMake before 3.21, where a plain variable does not count
  endforeach()
  set(MBEDTLS_INCLUDE_DIR ${mbedtls_SOURCE_DIR}/include)
  set(MBEDTLS_LIBRARY mbedtls)
  set(MBEDX509_LIBRARY mbedx509)
  set(MBEDCRYPTO_LIBRARY mbedcrypto)
  # data/download.cc looks for the certificates of the system that it runs on.
  set(CURL_CA_BUNDLE none CACHE INTERNAL "")
  set(CURL_CA_PATH none CACHE INTERNAL "")
  lrsweep_add_project(curl)
  lrsweep_system_headers(libcurl_static)
endfunction()
