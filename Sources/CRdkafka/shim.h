#pragma once
#include <librdkafka/rdkafka.h>
// The mock cluster, which only tests use.
#include <librdkafka/rdkafka_mock.h>
