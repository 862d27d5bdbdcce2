# The libraries, as targets: json, fmt, options, tests, curl. Header-only ones come from Debian's packages on
# both systems; a cross build sees them through a private folder of links, never through /usr/include.
find_package(Threads REQUIRED)

set(GUESTPATCH_HEADERS "/usr/include" CACHE PATH "where rapidjson/, fmt/, catch2/ and cxxopts.hpp are")
if(CMAKE_CROSSCOMPILING)
  set(linked ${PROJECT_BINARY_DIR}/headers)
  file(MAKE_DIRECTORY ${linked})
  foreach(name rapidjson fmt catch2 cxxopts.hpp)
    file(CREATE_LINK ${GUESTPATCH_HEADERS}/${name} ${linked}/${name} SYMBOLIC)
  endforeach()
else()
  set(linked "")
endif()

function(guestpatch_header_library name)
  add_library(${name} INTERFACE)
  if(linked)
    target_include_directories(${name} SYSTEM INTERFACE ${linked})
  endif()
endfunction()

guestpatch_header_library(guestpatch_json)
guestpatch_header_library(guestpatch_fmt)
# Header-only fmt: one shared library less that an older system might not have.
target_compile_definitions(guestpatch_fmt INTERFACE FMT_HEADER_ONLY)
guestpatch_header_library(guestpatch_options)
# std::regex costs a third of a short command's own time.
target_compile_definitions(guestpatch_options INTERFACE CXXOPTS_NO_REGEX)
guestpatch_header_library(guestpatch_catch)

if(GUESTPATCH_OS STREQUAL "linux")
  find_library(SYSTEMD_LIBRARY systemd REQUIRED)
endif()

# libcurl with OpenSSL: its package for developers, or that package's headers alone beside the library that is there
# (packaging/setup/packages says when). Windows has no courier yet.
if(GUESTPATCH_OS STREQUAL "linux")
  set(cache $ENV{GUESTPATCH_CACHE})
  if(NOT cache)
    set(cache $ENV{HOME}/.cache/guestpatch)
  endif()
  find_path(CURL_HEADERS curl/curl.h HINTS ${cache}/curl-headers REQUIRED)
  find_library(CURL_LIBRARY NAMES curl libcurl.so.4 REQUIRED)
  add_library(guestpatch_curl INTERFACE)
  target_include_directories(guestpatch_curl SYSTEM INTERFACE ${CURL_HEADERS})
  target_link_libraries(guestpatch_curl INTERFACE ${CURL_LIBRARY})
endif()
