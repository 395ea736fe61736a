"""Checks a BioImage Model Zoo package with bioimageio.core: the format, and the model's test run.

Prints one JSON object: the package's version and the status, "passed" if all is well.
"""
import json
import os
import sys

os.environ.setdefault("BIOIMAGEIO_CACHE_PATH", sys.argv[2])
import bioimageio.core  # noqa: E402
import bioimageio.spec  # noqa: E402

summary = bioimageio.core.test_description(sys.argv[1])
errors = [str(error.msg) for detail in summary.details for error in detail.errors]
print()
print(
    json.dumps(
        {
            "core": bioimageio.core.__version__,
            "spec": bioimageio.spec.__version__,
            "status": summary.status,
            "errors": errors,
        }
    )
)
