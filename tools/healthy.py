"""`python -m tools.healthy`: whether the web server of this container answers /healthz. For health checks.

It asks on the loopback interface in the name of BASE_URL, since the portal answers to no other host. PORT is the
server's own port, 8000 when it is not set.
"""

import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlsplit


def main() -> int:
    """0 when it answers well, 1 with a sentence otherwise."""
    port = os.environ.get("PORT") or "8000"
    host = urlsplit(os.environ.get("BASE_URL", "")).netloc or "localhost"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=8):
            return 0
    except OSError as failure:  # HTTPError too
        print(f"/healthz: {failure}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
