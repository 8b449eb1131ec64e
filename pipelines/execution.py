"""Running the job from the command line: in process, on the same Dagster instance that the UI shows."""

from __future__ import annotations

import os
import shutil
import warnings
from pathlib import Path
from typing import Final

from pipelines.lake import write_atomically
from pipelines.workspace import Workspace

INSTANCE: Final = "telemetry:\n  enabled: false\n"
"""What stands in for `dagster.yaml` where there is none beside the settings."""

UP_TO_PLAN: Final = ("landings", "records", "current_contacts", "golden", "plan")
"""The assets of a run that sends nothing."""


def dagster_home(data: Path, settings_folder: Path) -> Path:
    """The folder of Dagster's instance: DAGSTER_HOME, else `dagster/` in the data folder with our dagster.yaml."""
    if os.environ.get("DAGSTER_HOME"):
        return Path(os.environ["DAGSTER_HOME"])
    home = data.resolve() / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    ours = settings_folder / "dagster.yaml"
    if ours.exists():
        write_atomically(home / "dagster.yaml", lambda path: shutil.copyfile(ours, path))
    elif not (home / "dagster.yaml").exists():
        write_atomically(home / "dagster.yaml", lambda path: path.write_text(INSTANCE, "utf-8"))
    return home


def execute(work: Workspace, assets: tuple[str, ...] | None = None) -> None:
    """Run the job `sync`, or a part of it, as the run `work.run`.

    Raises:
        BridgeError: what the failing stage raised.
        RuntimeError: a blocking check failed.
    """
    os.environ["DAGSTER_HOME"] = str(dagster_home(work.data, work.settings.folder))
    with warnings.catch_warnings():
        # What Dagster says of its own interfaces is for whoever develops with it.
        warnings.simplefilter("ignore")
        import dagster as dg  # noqa: PLC0415 - takes seconds, and most commands do without

        from pipelines.definitions import defs  # noqa: PLC0415 - it imports Dagster

        with dg.DagsterInstance.get() as instance:
            try:
                result = defs.resolve_job_def("sync").execute_in_process(
                    run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                    instance=instance,
                    asset_selection=None if assets is None else [dg.AssetKey(name) for name in assets],
                    run_id=work.run,
                    resources={"work": dg.ResourceDefinition.hardcoded_resource(work)},
                    raise_on_error=True,
                )
            finally:
                work.lock.free()
    if not result.success:
        raise RuntimeError("the run failed; see it in the Dagster UI (make ui).")
