"""Running the job from the command line: in process, on the same Dagster instance that the UI shows."""

from __future__ import annotations

import os
import shutil
import warnings
from pathlib import Path
from typing import Final

from connectors.errors import BridgeError, ConfigurationError
from connectors.files import whole
from pipelines.cli.interrupt import Interrupted
from pipelines.workspace import Workspace

INSTANCE: Final = "telemetry:\n  enabled: false\n"
"""What stands in for `dagster.yaml` where there is none beside the settings."""


def dagster_home(data: Path, settings_folder: Path) -> Path:
    """The folder of Dagster's instance: DAGSTER_HOME, else `dagster/` in the data folder with our dagster.yaml.

    Raises:
        ConfigurationError: DAGSTER_HOME is no folder, or not an absolute path.
    """
    if given := os.environ.get("DAGSTER_HOME"):
        if not Path(given).is_absolute() or not Path(given).is_dir():
            raise ConfigurationError(
                f"DAGSTER_HOME is {given}, which is not the absolute path of a folder.",
                guidance="Make the folder, or unset the variable: then it is in the data folder.",
            )
        return Path(given)
    home = data.resolve() / "dagster"
    home.mkdir(parents=True, exist_ok=True)
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
        BridgeError: what the failing stage raised.
        ConfigurationError: DAGSTER_HOME cannot be used.
        Interrupted: someone stopped it.
    """
    os.environ["DAGSTER_HOME"] = str(dagster_home(work.data, work.settings.folder))
    with warnings.catch_warnings():
        # What Dagster says of its own interfaces is for whoever develops with it.
        warnings.simplefilter("ignore")
        import dagster as dg

        from pipelines.definitions import defs

        with dg.DagsterInstance.get() as instance:
            try:
                result = defs.resolve_job_def(job).execute_in_process(
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                    instance=instance,
                    run_id=work.run,
                    resources={"work": dg.ResourceDefinition.hardcoded_resource(work)},
                    raise_on_error=True,
                )
            except dg.DagsterExecutionInterruptedError:
                raise Interrupted from None
            finally:
                work.end()
    if not result.success:
        raise BridgeError("the run failed.", guidance="See it in the Dagster UI (make ui).")
