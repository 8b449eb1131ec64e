"""For tests of connectors, here and elsewhere: the base of doubles, and the suite that every source of an API passes.

It is installed with crm-bridge, so that a connector of somebody else is held to the same contract. Nothing that runs
imports it, and `double` needs no pytest: only the suite itself (`contract`, `cases`, `live`) does, for tests.
"""

import sys

if "pytest" in sys.modules:
    # Then an assertion of the suite that fails shows its values, as one in a test's own file does.
    sys.modules["pytest"].register_assert_rewrite(f"{__name__}.cases", f"{__name__}.live")
