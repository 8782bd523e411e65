# How a portable program is linked. It contains libstdc++ and an unwinder, and so may have two of each
# when it has loaded a plug-in. Exported from the program, its own replace those of the plug-in: without
# these, an exception that leaves the plug-in ends the program.
set(LRSWEEP_PORTABLE_LINK_OPTIONS
    -static-libstdc++ -static-libgcc
    -Wl,--export-dynamic-symbol=_Unwind_*
    -Wl,--export-dynamic-symbol=__cxa_get_globals
    -Wl,--export-dynamic-symbol=__cxa_get_globals_fast)
