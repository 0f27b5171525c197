"""Each program measures this project beside what its user would otherwise run, on the same machine, in one go."""
