"""What the benchmark scripts share. Modules that a parent process imports stay within the standard library."""
