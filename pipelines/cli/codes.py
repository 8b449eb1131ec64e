"""What a command's exit code means.

0 done · 1 done, but a file or source was refused (with `--strict`, or anything else was set aside), or `doctor` has
found something wrong · 2 wrong use or
settings · 3 failed · 4 a gate is closed · 5 another run is at work, or another ledger writes to the account · 130
stopped by Ctrl-C or SIGTERM.
"""

DONE, SET_ASIDE, WRONG_USE, FAILED, GATED, BUSY, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130

WORRIED = SET_ASIDE
"""`doctor` has found something wrong."""
