"""Ray on two CPUs in its fastest set-up: no dashboard, no usage report, no output."""

import os

os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_AUTH_MODE="disabled")  # read by the import
import ray


def start_ray(folder: str) -> None:
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="warning",
        _temp_dir=f"{folder}/ray",
    )
