"""Schemathesis reads the OpenAPI document and tries every operation: no 5xx, and every answer is as documented."""

from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from trifocal_cloud import main
from trifocal_cloud.io.photo_routes import UPLOAD_PATH
from trifocal_cloud.settings import CloudSettings
from trifocal_cloud.testing import Running

schema = schemathesis.openapi.from_dict(main.create_app(CloudSettings(data_dir=Path("nowhere"))).openapi())

LONGEST_WAIT_S = 0.02

BEYOND_A_SCHEMA = {UPLOAD_PATH, "/api/apps/{package}", "/api/apps/{package}/settings", "/api/settings"}
"""A schema cannot say that bytes are a picture, a text the URL of a server, a value one of those that an app offers."""


@schema.parametrize()
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_documented(case: schemathesis.Case, served: Running) -> None:
    if str(case.query.get("wait", "")).replace(".", "").isdigit():
        case.query["wait"] = min(float(case.query["wait"]), LONGEST_WAIT_S)
    unfit = [positive_data_acceptance] if case.operation.path in BEYOND_A_SCHEMA else []
    case.call_and_validate(base_url=served.url, headers=served.headers(), excluded_checks=unfit)
