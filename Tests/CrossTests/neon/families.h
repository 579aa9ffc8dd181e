#pragma once
/* The families of kernels; each compares a level with the scalar one and with the definition in its header. */
#include "fk_platform.h"

void test_scoring(int level);
void test_dense(int level);
void test_codes(int level);
void test_staged(int level);
void test_local(int level);
void test_table(int level);
void test_step(int level);
void test_refine(int level);
void test_lists(int level);
void test_checksum(int level);
void test_digest(int level);

/* Whether the environment and the calling thread get the level that they ask for. */
void test_dispatch(int wanted);
