// The main() of every test that needs no SystemC kernel of its own.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
