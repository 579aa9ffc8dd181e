"""Measures a release build of the server; prints a table in Markdown.

    swift build -c release --package-path Server
    python3 Server/Benchmarks/bench.py --wrk wrk --seconds 5 --kills 20

Every number stands beside another one of the same run, because a machine is never alone. Needs `wrk` (Debian has it) and no
Python package. The model is the demo's, which the server trains in its first minute.
"""

import argparse
import json
import os
import pathlib
import random
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

SERVER = pathlib.Path(__file__).resolve().parents[1]
TEXT = "the act of moving quickly on foot"


class Program:
    """A running server."""

    def __init__(self, program, *arguments, folder):
        self.process = subprocess.Popen([program, *map(str, arguments)], cwd=folder, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.url = self.process.stdout.readline().strip()

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=60) as reply:
            return reply.read().decode()

    def post(self, path, body, **headers):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def learned(self):
        return int(re.search(r"^fastkmeans_documents_total (\d+)", self.get("/metrics"), re.M)[1])

    def memory(self):
        """Resident memory in MB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def seconds(self):
        """CPU seconds so far, all threads."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()


class Load:
    """One run of wrk in the background."""

    def __init__(self, options, program, path, body=None, connections=16, seconds=None):
        self.program, self.start = program, program.seconds()
        self.folder = tempfile.TemporaryDirectory()
        command = [options.wrk, "-t1", f"-c{connections}", f"-d{seconds or options.seconds}s", "--latency", program.url + path]
        if body is not None:
            script = pathlib.Path(self.folder.name) / "body.lua"
            script.write_text(f'wrk.method = "POST"\nwrk.body = [==[{json.dumps(body)}]==]\n')
            command[1:1] = ["-s", script]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def result(self):
        text = self.process.communicate()[0]
        spent = self.program.seconds() - self.start
        self.folder.cleanup()
        value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)\b", text).groups()
        failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
        requests = int(re.search(r"(\d+) requests in", text)[1])
        return {
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "p99": float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit],
            "requests": requests,
            "cpu": spent / max(1, requests) * 1e6,
            "failed": (int(failed[1]) if failed else 0) + (sum(map(int, sockets.groups())) if sockets else 0),
        }


def median(results):
    return {key: statistics.median(result[key] for result in results) for key in results[0]}


def row(name, result, beside=""):
    print(f"| {name} | {result['rate']:,.0f} | {result['p99']:.1f} | {result['cpu']:.0f} | {result['failed']} | {beside} |", flush=True)


def answers(options, folder, classify):
    """Our answers, Hummingbird's own hello, and its reply with the body that it got, in turns."""
    hello, server = Program(options.hello, folder=folder), Program(options.server, "--port", 0, folder=folder)
    batch = {"texts": [f"{TEXT} {number}" for number in range(64)]}
    found = {"hello": [], "echo": [], "one": [], "many": []}
    for _ in range(3):
        found["hello"].append(Load(options, hello, "/hello").result())
        found["echo"].append(Load(options, hello, "/echo", {"text": TEXT}).result())
        found["one"].append(Load(options, server, classify, {"text": TEXT}).result())
        found["many"].append(Load(options, server, classify, batch).result())
    hello.stop()
    first, echo, one, many = (median(found[name]) for name in found)
    row("Hummingbird's own hello, 16 connections", first)
    row("Hummingbird sends the body of a request back", echo, f"{echo['rate'] / first['rate']:.0%} of hello's rate")
    row("one short text a request", one, f"{one['rate'] / first['rate']:.0%} of hello's rate, {one['rate'] / echo['rate']:.0%} of that")
    row("64 texts a request", many, f"{64 * many['rate']:,.0f} documents/s")
    before, requests = server.memory(), 0
    for _ in range(options.memory_rounds):
        requests += Load(options, server, classify, {"text": TEXT}).result()["requests"]
    after = server.memory()
    print(f"| memory before and after {requests:,} more requests | | | | | {before:.0f} MB, {after:.0f} MB |")
    server.stop()


def learning(options, folder, model):
    """Durable learning with 64 connections, and answers meanwhile."""
    server = Program(options.server, "--port", 0, "--model", model, "--learn", folder=folder)
    name = pathlib.Path(model).stem
    classify, learn = f"/v1/models/{name}/classify", f"/v1/models/{name}/learn"
    # The first document makes the weights that learn.
    server.post(learn, {"text": TEXT, "label": "verb.motion"})
    alone = Load(options, server, classify, {"text": TEXT}).result()
    only = Load(options, server, learn, {"text": TEXT, "label": "verb.motion"}, connections=64).result()
    both = Load(options, server, learn, {"text": TEXT, "label": "verb.motion"}, connections=64)
    answers = Load(options, server, classify, {"text": TEXT}).result()
    learned = both.result()
    row("`/learn` of one document, durable, 64 connections", only)
    row("the same while 16 connections ask", learned)
    row("answers before", alone)
    row("answers while it learns", answers, f"{answers['rate'] / alone['rate']:.0%} of the rate before")
    server.stop()


def swapping(options, folder, model):
    """A model's file is replaced by renaming, twice a second or so, while others ask."""
    (folder / "served").mkdir()
    served = folder / "served" / "m.safetensors"
    shutil.copy(model, served)
    server = Program(options.server, "--port", 0, "--models", "served", folder=folder)
    alone = Load(options, server, "/v1/models/m/classify", {"text": TEXT}).result()
    load = Load(options, server, "/v1/models/m/classify", {"text": TEXT}, seconds=2 * options.seconds)
    swaps = 0
    while load.process.poll() is None:
        shutil.copy(model, folder / "next")
        os.replace(folder / "next", served)
        swaps += 1
        time.sleep(1.2)
    size = os.path.getsize(model) / 1e6
    row(f"answers, no swap ({size:.0f} MB model)", alone)
    row(f"answers while the file is replaced {swaps} times", load.result())
    server.stop()


def kills(options, folder, model):
    """SIGKILL at random moments under load: what was acknowledged is there, and nothing twice."""
    shutil.copy(model, folder / "killed.safetensors")
    arguments = ("--port", 0, "--model", "killed.safetensors", "--learn", "--checkpoint-seconds", 1)
    server = Program(options.server, *arguments, folder=folder)
    learned, total, chance = server.learned(), 0, random.Random(options.seed)
    path = "/v1/models/killed/learn"
    for number in range(options.kills):
        acknowledged, sent, running = [], [], threading.Event()
        running.set()

        def send(worker):
            count = 0
            while running.is_set():
                key = f"{number}-{worker}-{count}"
                count += 1
                sent.append(key)
                try:
                    server.post(path, {"text": f"{TEXT} {key}", "label": "verb.motion"}, **{"Idempotency-Key": key})
                    acknowledged.append(key)
                except (OSError, urllib.error.URLError):
                    return

        workers = [threading.Thread(target=send, args=(worker,)) for worker in range(8)]
        for worker in workers:
            worker.start()
        time.sleep(chance.uniform(0.05, 2))
        server.stop(signal.SIGKILL)
        running.clear()
        for worker in workers:
            worker.join()
        server = Program(options.server, *arguments, folder=folder)
        found = server.learned() - learned
        assert len(acknowledged) <= found <= len(sent), (len(acknowledged), found, len(sent))
        for key in sent:
            reply = server.post(path, {"text": f"{TEXT} {key}", "label": "verb.motion"}, **{"Idempotency-Key": key})
            assert reply["repeated"] or key not in acknowledged, key
        learned += len(sent)
        assert server.learned() == learned
        total += len(acknowledged)
    server.stop()
    print(f"| {options.kills} SIGKILLs at random moments, 8 clients | | | | 0 | {total:,} acknowledged documents, none lost or doubled |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=SERVER / ".build/release/fastkmeans-server")
    parser.add_argument("--hello", default=SERVER / ".build/release/hummingbird-hello")
    parser.add_argument("--wrk", default="wrk")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--memory-rounds", type=int, default=4)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.server, options.hello = (str(pathlib.Path(path).resolve()) for path in (options.server, options.hello))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        Program(options.server, "--port", 0, folder=folder).stop()
        model = folder / "fastkmeans-demo" / "model.safetensors"
        print("| | requests/s | p99 in ms | CPU of the server, µs a request | failed | |\n|---|---|---|---|---|---|")
        answers(options, folder, "/v1/models/model/classify")
        shutil.copy(model, folder / "live.safetensors")
        learning(options, folder, "live.safetensors")
        swapping(options, folder, model)
        kills(options, folder, model)


if __name__ == "__main__":
    main()
