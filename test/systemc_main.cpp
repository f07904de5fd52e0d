// sc_main() of the tests that need a SystemC kernel. A warning that no test
// asked for is a failure: sc_report turns it into an exception, which Catch2
// reports with the test's name.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <systemc>

#ifdef __SANITIZE_ADDRESS__
#include "test/main_stack.hpp"
#endif

int sc_main(int argc, char* argv[]) {
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING,
                                          sc_core::SC_THROW);
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO,
                                          sc_core::SC_DO_NOTHING);
  const int failed = Catch::Session().run(argc, argv);
#ifdef __SANITIZE_ADDRESS__
  be_on_main_stack();
#endif
  return failed;
}
