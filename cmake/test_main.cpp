// The one main() of every unit-test program; doctest's runner is compiled here and nowhere else.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
