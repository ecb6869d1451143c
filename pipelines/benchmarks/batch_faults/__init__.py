"""Does batch rendering keep its contract? Campaigns of kills, signals, full disks and lost power against it.

    python -m anygen_pipelines.benchmarks.batch_faults --work FOLDER --write docs/results/batch.md

Everything here runs the real thing: processes that are killed, file systems that are full, the operating system's own record
of what was written and flushed.
"""
