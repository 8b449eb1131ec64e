"""Settings → definitions: the assets of the sources that they name, the stages, jobs, schedule and resource."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import dagster as dg

from connectors.errors import BridgeError
from pipelines.defs import assets, checks, jobs, origins, resources, streams
from pipelines.settings import file as settings_file
from pipelines.settings import sources
from pipelines.settings.sections import Settings

if TYPE_CHECKING:
    from connectors.api import ApiSource

LOG: Final = logging.getLogger("crm_bridge")


def build_defs(config: Path, data: Path) -> dg.Definitions:
    """The definitions for a settings file and a data folder; another code location may merge them.

    Needs no secret and calls nobody. Of settings that are wrong, or that are not there, the stages are made without the
    sources: the log and the asset `landings` say in one line what is wrong, and so does each run.
    """
    config, data = config.absolute(), data.absolute()
    work = resources.work(config, data)
    try:
        return definitions(settings_file.load(config), work)
    except BridgeError as error:
        LOG.warning("crm-bridge: %s", error)
        return definitions(Settings(), work, str(error))


def definitions(settings: Settings, work: dg.ResourceDefinition, trouble: str = "") -> dg.Definitions:
    """The definitions for settings, and the resource that gives a run its workspace.

    Raises:
        ConfigurationError: a source's kind or options are wrong.
    """
    of_streams: dict[str, list[dg.AssetsDefinition]] = {}
    windowed: list[str] = []
    outside = [origins.CRM_BEFORE, origins.CRM_AFTER]
    upstream: list[dg.AssetKey] = []
    for name in settings.sources:
        source = sources.build(name, settings)
        if not sources.pulls(name, settings):
            outside.append(origins.spec(name, settings))
            upstream.append(outside[-1].key)
            continue
        source = cast("ApiSource", source)
        outside.append(origins.spec(name, settings, source.kind))
        of_streams[name] = streams.assets(name, source, settings)
        upstream += [one.key for one in of_streams[name]]
        if source.windows:
            windowed.append(name)
    pulled = {name: tuple(one.key.path[-1] for one in of) for name, of in of_streams.items()}
    landings = assets.landings(upstream, pulled, trouble)
    starts = {name: settings.sources[name].start for name in windowed}
    all_jobs = [*jobs.stages(landings), *jobs.windows({name: of_streams[name] for name in windowed}, starts)]
    every = [one for of in of_streams.values() for one in of]
    return dg.Definitions(
        assets=[*outside, *every, landings, *assets.UP_TO_PLAN, *assets.SENDING],
        asset_checks=[
            checks.every_file_was_read,
            checks.every_row_is_accounted_for,
            checks.a_second_plan_would_be_empty,
        ],
        jobs=all_jobs,
        schedules=[jobs.schedule(all_jobs)],
        resources={"work": work},
        executor=dg.in_process_executor,
    )
