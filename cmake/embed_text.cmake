# Writes the text file IN as a C++ string constant into the header OUT:
# schema.sql becomes `inline constexpr char kSchemaSql[]`.
file(READ ${IN} TEXT)
file(WRITE ${OUT} "#pragma once\ninline constexpr char kSchemaSql[] = R\"text(${TEXT})text\";\n")
