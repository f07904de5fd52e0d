// scenario_docs (--check|--update) FILE: holds docs/scenarios.md against the
// table of keys, or rewrites its tables.
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "platform/scenario_docs.hpp"

int main(int argc, char** argv) try {
  const std::string mode = argc == 3 ? argv[1] : "";
  if (mode != "--check" && mode != "--update") {
    std::cerr << "usage: scenario_docs (--check|--update) FILE\n";
    return 2;
  }
  const std::string path = argv[2];
  std::ifstream in(path);
  const std::string page((std::istreambuf_iterator<char>(in)), {});
  const std::string wanted = vitvp::platform::with_scenario_tables(page, path);
  if (page == wanted) return 0;
  if (mode == "--check") {
    std::cerr << path << " is stale; run ./dev docs\n";
    return 1;
  }
  std::ofstream out(path);
  out << wanted << std::flush;
  return out ? 0 : 2;
} catch (const std::exception& error) {
  std::cerr << "scenario_docs: " << error.what() << '\n';
  return 2;
}
