# The libraries that lrsweep can build from source: pinned version, file, hash, and where to get it.
#
# Run as a script, it downloads all of them into a folder, for a machine without a network:
#   cmake -DFOLDER=sources -P cmake/sources.cmake
#
# Each hash is what several distributions publish for the same address. Those marked "Debian" were also
# computed from the file itself: Debian's source package has the same bytes. Debian repacks the others.

# lrsweep_source(NAME VERSION FILE HASH URL...): a row of the table.
function(lrsweep_source name version file hash)
  set_property(GLOBAL APPEND PROPERTY LRSWEEP_SOURCES ${name})
  set_property(GLOBAL PROPERTY LRSWEEP_SOURCE_${name}_VERSION ${version})
  set_property(GLOBAL PROPERTY LRSWEEP_SOURCE_${name}_FILE ${file})
  set_property(GLOBAL PROPERTY LRSWEEP_SOURCE_${name}_HASH ${hash})
  set_property(GLOBAL PROPERTY LRSWEEP_SOURCE_${name}_URLS ${ARGN})
endfunction()

lrsweep_source(boost_math 1.83.0 boost-math-1.83.0.tar.gz
  SHA256=53e5f7539a66899fe0fca3080405cbd5f7959da5394ec13664746741aece1705
  https://github.com/boostorg/math/archive/refs/tags/boost-1.83.0.tar.gz)
lrsweep_source(cli11 2.1.2 cli11-2.1.2.tar.gz
  SHA256=26291377e892ba0e5b4972cdfd4a2ab3bf53af8dac1f4ea8fe0d1376b625c8cb
  https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.1.2.tar.gz)
lrsweep_source(curl 8.14.1 curl-8.14.1.tar.gz  # Debian; signed by its author
  SHA256=6766ada7101d292b42b8b15681120acd68effa4a9660935853cf6d61f0d984d4
  https://curl.se/download/curl-8.14.1.tar.gz
  https://github.com/curl/curl/releases/download/curl-8_14_1/curl-8.14.1.tar.gz)
lrsweep_source(d3 5.16.0 d3-5.16.0.min.js
  SHA512=147b0554a43f4f52962431926eb5214c9c92d69877791af1236dbc343d0419a129eafe1afef1b03d67770ed77ffbd708edc7287d9be5ff0ba520212eac7375a6
  https://cdnjs.cloudflare.com/ajax/libs/d3/5.16.0/d3.min.js)
lrsweep_source(fmt 10.1.1 fmt-10.1.1.tar.gz
  SHA256=78b8c0a72b1c35e4443a7e308df52498252d1cefc2b08c9a97bc9ee6cfe61f8b
  https://github.com/fmtlib/fmt/archive/10.1.1.tar.gz)
lrsweep_source(googletest 1.12.1 googletest-1.12.1.tar.gz  # Debian
  SHA256=81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2
  https://github.com/google/googletest/archive/refs/tags/release-1.12.1.tar.gz)
lrsweep_source(highway 1.0.3 highway-1.0.3.tar.gz  # Debian
  SHA256=566fc77315878473d9a6bd815f7de78c73734acdcb745c3dde8579560ac5440e
  https://github.com/google/highway/archive/refs/tags/1.0.3.tar.gz)
lrsweep_source(mbedtls 3.6.7 mbedtls-3.6.7.tar.bz2  # Debian
  SHA256=a7e8bcbec0e6f761b4af24f25677626b35f762f68eef79c08677a363212d11f6
  https://github.com/Mbed-TLS/mbedtls/releases/download/mbedtls-3.6.7/mbedtls-3.6.7.tar.bz2)
lrsweep_source(muparser 2.3.3-1 muparser-2.3.3-1.tar.gz  # Debian
  SHA256=91d26d8274ae9cd9c776ee58250aeddc6b574f369eafd03b25045b858a2b8177
  https://github.com/beltoforion/muparser/archive/v2.3.3-1.tar.gz)
lrsweep_source(nlohmann_json 3.11.3 nlohmann-json-3.11.3.tar.gz  # Debian
  SHA256=0d8ef5af7f9794e3263480193c491549b2ba6cc74bb018906202ada498a79406
  https://github.com/nlohmann/json/archive/refs/tags/v3.11.3.tar.gz)
lrsweep_source(protozero 1.8.1 protozero-1.8.1.tar.gz  # Debian
  SHA256=6c7a896f1dc08435e8cd4f3780ff688cd0bfce6890599b755f6f3cb36398dc25
  https://github.com/mapbox/protozero/archive/refs/tags/v1.8.1.tar.gz)
lrsweep_source(sqlitecpp 3.3.3 sqlitecpp-3.3.3.tar.gz  # Debian; SQLite 3.49.2 is in it
  SHA256=33bd4372d83bc43117928ee842be64d05e7807f511b5195f85d30015cad9cac6
  https://github.com/SRombauts/SQLiteCpp/archive/refs/tags/3.3.3.tar.gz)
lrsweep_source(yaml_cpp 0.8.0 yaml-cpp-0.8.0.tar.gz
  SHA256=fbe74bbdcee21d656715688706da3c8becfd946d92cd44705cc6098bb23b3a16
  https://github.com/jbeder/yaml-cpp/archive/refs/tags/0.8.0.tar.gz)
lrsweep_source(zlib 1.3.1 zlib-1.3.1.tar.gz
  SHA256=9a93b2b7dfdac77ceba5a558a580e74667dd6fede4585b91eefb60f03b72df23
  https://github.com/madler/zlib/releases/download/v1.3.1/zlib-1.3.1.tar.gz
  https://zlib.net/fossils/zlib-1.3.1.tar.gz)

# Sets OUT to whether PATH is a file with HASH ("SHA256=..." or "SHA512=...").
function(lrsweep_has_hash out path hash)
  set(${out} OFF PARENT_SCOPE)
  if(EXISTS ${path})
    string(REPLACE "=" ";" hash "${hash}")
    list(GET hash 0 algorithm)
    list(GET hash 1 expected)
    file(${algorithm} ${path} actual)
    if(actual STREQUAL expected)
      set(${out} ON PARENT_SCOPE)
    endif()
  endif()
endfunction()

# Puts NAME's file into FOLDER, unless it is there, and sets OUT to its path.
function(lrsweep_download out name folder)
  foreach(field VERSION FILE HASH URLS)
    get_property(${field} GLOBAL PROPERTY LRSWEEP_SOURCE_${name}_${field})
  endforeach()
  set(path ${folder}/${FILE})
  set(${out} ${path} PARENT_SCOPE)
  lrsweep_has_hash(is_there ${path} ${HASH})
  if(is_there)
    return()
  endif()
  if(EXISTS ${path})
    message(FATAL_ERROR "${path} is not ${name} ${VERSION}: expected ${HASH}. Remove it, and it is "
                        "downloaded anew.")
  endif()
  set(answers "")
  foreach(url IN LISTS URLS)
    message(STATUS "Downloading ${name} ${VERSION} from ${url}")
    file(DOWNLOAD ${url} ${path}.part STATUS status TIMEOUT 300 INACTIVITY_TIMEOUT 20)
    list(GET status 0 code)
    list(GET status 1 answer)
    if(code EQUAL 0)
      lrsweep_has_hash(is_right ${path}.part ${HASH})
      if(is_right)
        file(RENAME ${path}.part ${path})
        return()
      endif()
      set(answer "what came has another hash than ${HASH}")
    endif()
    file(REMOVE ${path}.part)
    string(APPEND answers "\n  ${url}: ${answer}")
  endforeach()
  message(FATAL_ERROR "cannot download ${name} ${VERSION}:${answers}\n"
    "On a machine with a network run  cmake -DFOLDER=sources -P cmake/sources.cmake  in lrsweep's source "
    "folder, copy the folder \"sources\" here, and give it as -DLRSWEEP_SOURCES=/path/to/sources; or "
    "install the library on this system.")
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  if(NOT FOLDER)
    message(FATAL_ERROR "say where to: cmake -DFOLDER=sources -P cmake/sources.cmake")
  endif()
  get_filename_component(FOLDER ${FOLDER} ABSOLUTE BASE_DIR ${CMAKE_BINARY_DIR})
  get_property(names GLOBAL PROPERTY LRSWEEP_SOURCES)
  foreach(name IN LISTS names)
    lrsweep_download(path ${name} ${FOLDER})
  endforeach()
endif()
