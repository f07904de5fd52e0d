# cmake -P: verilates a module and compiles it to a plug-in. Variables as
# vitvp_rtl_plugin() passes them.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output
                                                         ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
list(TRANSFORM PARAMETERS PREPEND "-G" OUTPUT_VARIABLE assignments)
# Unless told, Verilator leaves wide signals and deep memories out of waveforms.
run("${VERILATOR}" --cc --trace --trace-max-width 1000000 --trace-max-array
    1000000 -O3 --x-assign fast --prefix "V${TOP}" --top-module "${TOP}" --Mdir
    "${FOLDER}" ${assignments} ${SOURCES})

# Verilator declares ports as VL_IN8(&name,msb,lsb), VL_OUTW(&name,msb,lsb,words).
file(STRINGS "${FOLDER}/V${TOP}.h" ports REGEX "VL_(IN|OUT)(8|16|64|W)?\\(&")
set(pins)
foreach(port IN LISTS ports)
  string(REGEX MATCH "VL_(IN|OUT)[0-9W]*\\(&([A-Za-z0-9_]+),([0-9]+)," match
               "${port}")
  math(EXPR bits "${CMAKE_MATCH_3} + 1")
  string(APPEND pins
         "VITVP_PIN(${CMAKE_MATCH_1}PUT, ${CMAKE_MATCH_2}, ${bits})\n")
endforeach()
file(WRITE "${FOLDER}/vitvp_pins.inc" "${pins}")
string(REGEX REPLACE "([^=;]+)=([^;]+);?" "VITVP_PARAMETER(\\1, \\2)\n"
                     parameters "${PARAMETERS}")
file(WRITE "${FOLDER}/vitvp_parameters.inc" "${parameters}")

set(runtime "${VERILATOR_ROOT}/include")
if(NOT DEFINED RUNTIME)
  set(RUNTIME "${runtime}/verilated.cpp" "${runtime}/verilated_vcd_c.cpp"
              "${runtime}/verilated_threads.cpp")
endif()
if(NOT DEFINED OPTIMISATION)
  set(OPTIMISATION -O3)
endif()
# One file is compiled faster than a dozen that share their headers.
file(GLOB generated RELATIVE "${FOLDER}" "${FOLDER}/V${TOP}*.cpp")
list(TRANSFORM generated REPLACE "(.+)" "#include \"\\1\"\n")
list(JOIN generated "" generated)
file(WRITE "${FOLDER}/whole.cpp" "${generated}")
run("${CXX}" -std=c++17 ${OPTIMISATION} -w -fPIC -shared -fvisibility=hidden
    -fvisibility-inlines-hidden -pthread
    -I "${FOLDER}" -I "${runtime}" -I "${runtime}/vltstd"
    -I "${PLUGIN_DIR}/include"
    -DVM_TRACE=1
    "-DVITVP_MODULE=V${TOP}" "-DVITVP_HEADER=\"V${TOP}.h\""
    "-DVITVP_BLOCK=\"${BLOCK}\"" "-DVITVP_DESCRIPTION=\"${DESCRIPTION}\""
    "${FOLDER}/whole.cpp" "${PLUGIN_DIR}/verilated_plugin.cpp" ${RUNTIME} -Wl,-z,defs -latomic
    -o "${LIBRARY}")
