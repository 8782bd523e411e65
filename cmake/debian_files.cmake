# Run by cpack before it packs: lays what Debian's policy asks for beside the files of each component:
# compressed man pages, a changelog, and the licences, also of the libraries that are compiled in.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
string(TIMESTAMP today "%a, %d %b %Y %H:%M:%S +0000" UTC)  # of SOURCE_DATE_EPOCH where that is set

function(compress)
  execute_process(COMMAND gzip -9nf ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(write_licences file)
  file(READ ${CPACK_LRSWEEP_SOURCE_DIR}/LICENSE text)
  foreach(part D3=node-d3 CLI11=libcli11-dev "JSON for Modern C++=nlohmann-json3-dev"
               protozero=libprotozero-dev SQLiteCpp=libsqlitecpp-dev Highway=libhwy-dev)
    string(REPLACE "=" ";" part "${part}")
    list(GET part 0 name)
    list(GET part 1 package)
    set(licence /usr/share/doc/${package}/copyright)
    if(EXISTS ${licence})
      file(READ ${licence} theirs)
      string(APPEND text "\n\nThe program contains code of ${name}:\n\n${theirs}")
    endif()
  endforeach()
  file(WRITE ${file} "${text}")
endfunction()

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  set(share ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component}/usr/share)
  file(GLOB man_pages ${share}/man/man*/*.?)
  if(man_pages)
    compress(${man_pages})
  endif()
  set(package lrsweep-${component})
  if(component STREQUAL "core")
    set(package lrsweep)
    file(REMOVE ${share}/doc/lrsweep/LICENSE)  # is in the file `copyright`
    file(RENAME ${share}/doc/lrsweep/CHANGELOG.md ${share}/doc/lrsweep/changelog)
    compress(${share}/doc/lrsweep/changelog)
  endif()
  write_licences(${share}/doc/${package}/copyright)
  file(WRITE ${share}/doc/${package}/changelog.Debian "\
lrsweep (${version}) unstable; urgency=medium

  * lrsweep ${CPACK_PACKAGE_VERSION}.

 -- ${CPACK_PACKAGE_CONTACT}  ${today}
")
  compress(${share}/doc/${package}/changelog.Debian)
endforeach()
