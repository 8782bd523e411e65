"""A headless chromium, driven through chromedriver by the W3C's WebDriver protocol: HTTP and JSON, for
which Python's standard library is enough (https://www.w3.org/TR/webdriver2/)."""

import base64
import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

OPTIONS = {
    "browserName": "chrome",
    "goog:loggingPrefs": {"browser": "ALL"},
    "goog:chromeOptions": {
        "args": ["--headless=new", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
                 "--force-color-profile=srgb", "--no-first-run", "--disable-background-networking",
                 "--disable-component-update"]
                # Chromium's sandbox does not start for root.
                + (["--no-sandbox"] if os.geteuid() == 0 else []),
    },
}


class Browser:
    """with Browser(1200, 800) as browser: ..."""

    def __init__(self, width: int, height: int) -> None:
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        try:
            for line in self.driver.stdout:
                if started := re.search(r"started successfully on port (\d+)", line):
                    break
            self.base = f"http://127.0.0.1:{started[1]}"
            made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": OPTIONS}})
            self.base += f"/session/{made['sessionId']}"
            self.resize(width, height)
        except BaseException:
            self.driver.kill()
            raise

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_) -> None:
        try:
            self._call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(10)
            self.driver.stdout.close()

    def _call(self, method: str, path: str, body: dict | None = None):
        request = urllib.request.Request(self.base + path, method=method,
                                         headers={"Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def devtools(self, command: str, **parameters):
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, file: Path) -> None:
        self._call("POST", "/url", {"url": file.resolve().as_uri()})

    def run(self, script: str, *arguments):
        """What the JavaScript returns; a promise is awaited."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def errors(self) -> list[str]:
        """What the console said since this was last asked."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def resize(self, width: int, height: int) -> None:
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=False)

    def prefer(self, scheme: str) -> None:
        """The system's theme: "light" or "dark"."""
        self.devtools("Emulation.setEmulatedMedia",
                      features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, file: Path, whole_page: bool = True) -> None:
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=whole_page)
        if whole_page:
            size = self.devtools("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
            shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(shot["data"]))

    def print(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._call("POST", "/print", {"background": True})))
