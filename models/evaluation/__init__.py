"""Reports, baselines, intervals, plots and the gate."""
