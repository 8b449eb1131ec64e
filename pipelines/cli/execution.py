"""Running the job from the command line: in process, on the same Dagster instance that the UI shows."""

from __future__ import annotations

import io
import os
import shutil
import warnings
from contextlib import redirect_stderr
from functools import partial
from pathlib import Path
from typing import Final

from connectors.errors import BridgeError, ConfigurationError, storage_trouble
from connectors.files import whole
from pipelines.cli.interrupt import GOES_ON, Interrupted
from pipelines.crm import reach
from pipelines.lake.lake import make_private
from pipelines.workspace import Workspace

INSTANCE: Final = "telemetry:\n  enabled: false\nnux:\n  enabled: false\n"
"""What stands in for `dagster.yaml` where there is none beside the settings."""


def given_home() -> Path | None:
    """The folder that DAGSTER_HOME names, None where it is not set.

    Raises:
        ConfigurationError: it is no folder, or not an absolute path.
    """
    given = os.environ.get("DAGSTER_HOME")
    if given and not (Path(given).is_absolute() and Path(given).is_dir()):
        raise ConfigurationError(
            f"DAGSTER_HOME is {given}, which is not the absolute path of a folder.",
            guidance="Make the folder, or unset the variable: then it is in the data folder.",
        )
    return Path(given) if given else None


def dagster_home(data: Path, settings_folder: Path) -> Path:
    """The folder of Dagster's instance: DAGSTER_HOME, else `dagster/` in the data folder with our dagster.yaml.

    Raises:
        ConfigurationError: DAGSTER_HOME is no folder, or not an absolute path.
    """
    if (given := given_home()) is not None:
        return given
    home = data.resolve() / "dagster"
    make_private(home)
    ours = settings_folder / "dagster.yaml"
    if ours.exists():
        with whole(home / "dagster.yaml") as draft:
            shutil.copyfile(ours, draft)
    elif not (home / "dagster.yaml").exists():
        with whole(home / "dagster.yaml") as draft:
            draft.write_text(INSTANCE, "utf-8")
    return home


def execute(work: Workspace, job: str) -> None:
    """Run a job, `sync` or `dry_run`, as the run `work.run`.

    Raises:
        BridgeError: the CRM cannot be reached, what the failing stage raised, a check that failed, or Dagster's own
            storage fails.
        ConfigurationError: DAGSTER_HOME cannot be used.
        Interrupted: someone stopped it.
    """
    home = dagster_home(work.lake.root, work.settings.folder)
    os.environ["DAGSTER_HOME"] = str(home)
    # Dagster takes seconds to import: whoever cannot be reached is told of before.
    work.attempt(reach.STAGE, partial(work.run_stage, reach.STAGE, reach.run))
    with warnings.catch_warnings():
        # What Dagster says of its own interfaces is for whoever develops with it.
        warnings.simplefilter("ignore")
        import dagster as dg
        from dagster._core.errors import DagsterAssetCheckFailedError
        from sqlalchemy.exc import SQLAlchemyError

        try:
            # What goes wrong comes out as an error. What Dagster and SQLAlchemy print of it may show values.
            with redirect_stderr(io.StringIO()):
                _execute(work, job)
        except dg.DagsterExecutionInterruptedError:
            raise Interrupted(GOES_ON) from None
        except DagsterAssetCheckFailedError:
            failure = _failed_check(work)
        except SQLAlchemyError as error:
            failure = _no_history(home, error)
        else:
            return
    raise failure


def _execute(work: Workspace, job: str) -> None:
    import dagster as dg

    from pipelines.defs import building, history
    from pipelines.defs.resources import DRY_RUN

    work.dry = job == DRY_RUN
    defs = building.definitions(work.settings, dg.ResourceDefinition.hardcoded_resource(work))
    with dg.DagsterInstance.get() as instance:
        try:
            defs.resolve_job_def(job).execute_in_process(
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                instance=instance,
                run_id=work.run,
                raise_on_error=True,
            )
        finally:
            work.end()
        history.prune(instance, work)


def _failed_check(work: Workspace) -> BridgeError:
    """What a check that stopped the run has found, in the words of whoever looked."""
    from pipelines.applying import verify
    from pipelines.intake import accounting

    try:
        accounting.require_balance(work)
        verify.require_nothing_left(work)
    except BridgeError as error:
        return error
    return BridgeError("a check stopped the run.", guidance="See it in the Dagster UI (crm-bridge ui).")


def _no_history(home: Path, error: Exception) -> BridgeError:
    """That Dagster cannot keep what a run does; its own words may show values."""
    trouble = storage_trouble(error) or f"unexpected {type(error).__name__}"
    guidance = "Mend it, or move the folder away, or name another in DAGSTER_HOME. What was sent is in the ledger."
    return BridgeError(f"Dagster's history in {home}: {trouble}.", guidance=guidance)
