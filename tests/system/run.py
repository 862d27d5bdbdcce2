"""Runs system tests: run.py [MODULE[.CLASS[.TEST]]...]; exit status 77 and a sentence where they cannot be run.

The program under test is $GUESTPATCH. `run.py --prepare` only builds the roots.
"""
import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import booted  # noqa: E402
import install_world  # noqa: E402
import roots  # noqa: E402
from sandbox import unavailable  # noqa: E402


def main(arguments):
    if reason := unavailable():
        print(f"skipped: {reason}")
        return 77
    roots.world()
    install_world.layers()
    if arguments == ["--prepare"]:
        booted.layers()
        return 0
    names = arguments or [file.stem for file in sorted(pathlib.Path(__file__).parent.glob("test_*.py"))]
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    if result.wasSuccessful() and result.skipped and not result.testsRun:
        print("skipped: " + "; ".join(reason for _, reason in result.skipped))
        return 77
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
