# Writes the text file IN, or several separated by |, as the C++ string constant NAME into the
# header OUT.
string(REPLACE "|" ";" IN "${IN}")
file(WRITE ${OUT} "#pragma once\ninline constexpr char ${NAME}[] =\n")
foreach(FILE IN LISTS IN)
  file(READ ${FILE} TEXT)
  file(APPEND ${OUT} "R\"text(${TEXT})text\"\n")
endforeach()
file(APPEND ${OUT} ";\n")
