#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Opens a report in headless Chromium, through chromedriver's HTTP, and looks at it as a reader would.

usage: browser.py REPORT.html FOLDER [WORD]
Puts screenshots (light, dark, narrow, without script) and a PDF into FOLDER, types WORD into the filter box, and prints
JSON: sections, rows and rows that the filter shows, texts of table headers, console messages, requests over the network,
overflow of the narrow page, elements that are not ours, dialogs.
Spec: W3C WebDriver; Chrome DevTools Protocol (Emulation, Network).
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
             "--hide-scrollbars"]
COUNT = """return {
  title: document.title,
  sections: Array.from(document.querySelectorAll('main > section'), (s) => s.id),
  rows: document.querySelectorAll('.row').length,
  shown: document.querySelectorAll('.row:not([hidden])').length,
  said: document.getElementById('shown').textContent,
  box: !document.getElementById('filter-box').hidden,
  scripts: document.scripts.length,
  foreign: document.querySelectorAll('img, iframe, object, embed, link, a[href], form').length,
  drawings: Array.from(document.querySelectorAll('svg[role=img]'), (s) => [s.querySelectorAll('title').length > 0,
    s.querySelectorAll('desc').length > 0]),
  bare: Array.from(document.querySelectorAll('table')).filter((t) => t.querySelector('th[scope]') === null).length,
  headings: Array.from(document.querySelectorAll('h1, h2, h3'), (h) => Number(h.tagName[1])),
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  injected: window.injected === undefined ? false : true,
}"""


class Driver:
    def __init__(self, profile):
        self.process = subprocess.Popen(["chromedriver", "--port=0", "--log-level=WARNING"], stdout=subprocess.PIPE, text=True)
        for line in self.process.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                break
        else:
            raise SystemExit("chromedriver told no port")
        self.base = f"http://127.0.0.1:{found.group(1)}/session"
        options = {"args": ARGUMENTS + [f"--user-data-dir={profile}"], "perfLoggingPrefs": {"enableNetwork": True}}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        self.base += "/" + self.call("", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def call(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{path}: {error.read().decode()[:500]}") from error

    def tell(self, command, **parameters):
        return self.call("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def run(self, script):
        return self.call("/execute/sync", {"script": script, "args": []})

    def save(self, path, encoded):
        with open(path, "wb") as out:
            out.write(base64.b64decode(encoded))

    def close(self):
        try:
            self.call("", method="DELETE")
        finally:
            self.process.terminate()
            self.process.wait()


def look(driver, page, folder, word):
    def show(width, scheme):
        driver.tell("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        driver.tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def shoot(name):
        shot = driver.tell("Page.captureScreenshot", captureBeyondViewport=True,
                           clip={"x": 0, "y": 0, "width": driver.run("return innerWidth"),
                                 "height": min(6000, driver.run("return document.documentElement.scrollHeight")), "scale": 1})
        driver.save(os.path.join(folder, name + ".png"), shot["data"])

    driver.call("/url", {"url": "file://" + os.path.abspath(page)})
    seen = driver.run(COUNT)
    for name, width, scheme in (("light", 1100, "light"), ("dark", 1100, "dark"), ("narrow", 390, "light")):
        show(width, scheme)
        seen[name] = driver.run("return [getComputedStyle(document.body).backgroundColor, "
                                "document.documentElement.scrollWidth - innerWidth]")
        shoot(name)
    show(1100, "light")
    driver.save(os.path.join(folder, "print.pdf"), driver.call("/print", {"background": True}))
    element = driver.call("/element", {"using": "css selector", "value": "#filter"})
    if word and seen["box"]:
        driver.call(f"/element/{next(iter(element.values()))}/value", {"text": word})
        seen["filtered"] = driver.run(COUNT)
        shoot("filtered")
    seen["console"] = [entry["message"] for entry in driver.call("/se/log", {"type": "browser"})]
    requests = [json.loads(entry["message"])["message"] for entry in driver.call("/se/log", {"type": "performance"})]
    asked = [r["params"] for r in requests if r["method"] == "Network.requestWillBeSent"]
    urls = [a["request"]["url"] for a in asked if a["documentURL"].startswith("file:")]  # not of the page before
    seen["loaded"] = urls.count("file://" + os.path.abspath(page))
    seen["requests"] = [url for url in urls if url != "file://" + os.path.abspath(page)]
    driver.tell("Emulation.setScriptExecutionDisabled", value=True)
    driver.call("/url", {"url": "file://" + os.path.abspath(page)})
    shot = driver.tell("Page.captureScreenshot")
    driver.save(os.path.join(folder, "no-script.png"), shot["data"])
    driver.tell("Emulation.setScriptExecutionDisabled", value=False)
    seen["without_script"] = driver.run("return [document.getElementById('filter-box').hidden, "
                                        "document.querySelectorAll('.row:not([hidden])').length]")
    return seen


def main():
    page, folder = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        driver = Driver(profile)
        try:
            print(json.dumps(look(driver, page, folder, sys.argv[3] if len(sys.argv) > 3 else "")))
        finally:
            driver.close()


main()
