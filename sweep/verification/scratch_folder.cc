#include "sweep/verification/scratch_folder.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "params/errors.h"

namespace lrsweep {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder(const std::string& db) {
  const fs::path temporary = fs::temp_directory_path() / "lrsweep-verify-XXXXXX";
  for (std::string name : {fs::absolute(db).string() + ".verify-XXXXXX", temporary.string()}) {
    if (mkdtemp(name.data()) == nullptr) continue;
    path_ = name;
    return;
  }
  throw ResourceError("no folder for the program's files can be made, neither beside " + db +
                      " nor in " + temporary.parent_path().string());
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace lrsweep
