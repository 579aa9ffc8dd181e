#pragma once
#include "fka_loader.h"
#include "fka_plugin.h"
