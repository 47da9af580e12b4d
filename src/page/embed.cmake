# Turns files into a C++ source that holds them: cmake -DOUTPUT=... -DFILES=a;b -P embed.cmake
set(rows "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  get_filename_component(extension ${file} LAST_EXT)
  file(SHA256 ${file} hash)
  string(SUBSTRING ${hash} 0 12 hash)
  file(READ ${file} hex HEX)
  string(LENGTH "${hex}" length)
  math(EXPR length "${length} / 2")
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${hex}")
  # Pieces, or compilers that limit the length of a line's literal complain.
  string(REGEX REPLACE "((....)(....)?(....)?(....)?(....)?(....)?(....)?(....)?)" "\"\\1\"\n"
         bytes "${bytes}")
  if(extension STREQUAL ".css")
    set(type "text/css; charset=utf-8")
  elseif(extension STREQUAL ".js")
    set(type "text/javascript; charset=utf-8")
  elseif(extension STREQUAL ".svg")
    set(type "image/svg+xml")
  else()
    message(FATAL_ERROR "${name}: no content type is known for it")
  endif()
  string(APPEND rows "      {\"${name}\", \"${hash}\", \"${type}\",\n"
         "std::string_view(\n${bytes}, ${length})},\n")
endforeach()
file(WRITE ${OUTPUT}.new "#include \"page/assets.h\"\n\nnamespace reinfer::page {\n\n"
     "const std::vector<Asset>& assets() {\n  static const std::vector<Asset> all = {\n${rows}  };\n"
     "  return all;\n}\n\n}  // namespace reinfer\n")
file(RENAME ${OUTPUT}.new ${OUTPUT})
