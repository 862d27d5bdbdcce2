# Every warning is an error; each one switched off says why.
if(MSVC)
  add_compile_options(/W4 /WX /permissive- /utf-8 /EHsc)  # untested: no MSVC has built this yet
else()
  add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                      -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror)
  # Designated initialisers leave members at their defaults on purpose.
  add_compile_options(-Wno-missing-field-initializers)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # RapidJSON 1.1.0 assigns a const member in a template nobody instantiates; clang 19 checks it early.
  add_compile_options(-fdelayed-template-parsing -Wno-delayed-template-parsing-in-cxx20)
  # libstdc++ 12's own stable_sort uses a deprecated function; g++ still tells us of our own deprecations.
  add_compile_options(-Wno-deprecated-declarations)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms inside std::string's own inline code (GCC bug 105651).
  add_compile_options(-Wno-restrict)
endif()
