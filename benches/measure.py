#!/usr/bin/env python3
"""Measures the running program: pages, static pages, start, memory. Prints the figures that docs/performance.md keeps.

    cargo build --release && benches/measure.py [PROGRAM [CONSTANT]]

PROGRAM is the program (default: kalinklo in the release folder of CARGO_TARGET_DIR, or target/). CONSTANT is the same
program built with RUSTFLAGS="--cfg kalinklo_constant_decisions" into another folder, where every decision is a constant
yes; with it the share of policy work in a page is told. Needs `wrk`. Speaks to loopback alone.

Each figure stands beside a baseline of the same run: a static page beside the health answer, which is the least that this
server can say; start to ready beside the same program printing its help; memory beside that of a demo, which made its
world itself, and beside the program in which every decision is a constant.
"""
import http.client, json, os, re, signal, statistics, subprocess, sys, tempfile, time

TARGET = os.environ.get("CARGO_TARGET_DIR", "target")
PROGRAM = sys.argv[1] if len(sys.argv) > 1 else f"{TARGET}/release/kalinklo"
CONSTANT = sys.argv[2] if len(sys.argv) > 2 else None
TICK = os.sysconf("SC_CLK_TCK")


def resident(process):
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{process}/status").read()).group(1)) / 1024


class Server:
    def __init__(self, program, *args, data=None):
        self.dir = tempfile.TemporaryDirectory()
        self.file = f"{self.dir.name}/world.json"
        self.data = data or f"{self.dir.name}/data"
        self.log = open(f"{self.dir.name}/log", "w+")
        command = [program, "demo", "--listen", "127.0.0.1:0", "--json", self.file, "--data", self.data, *args]
        self.started = time.monotonic()
        env = {**os.environ, "RUST_LOG": "info"}
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self.log, env=env)
        while not os.path.exists(self.file):
            if self.process.poll() is not None:
                sys.exit(f"{program} did not start")
            time.sleep(0.005)
        self.ready = time.monotonic() - self.started
        self.world = json.load(open(self.file))
        self.host = self.world["base"].removeprefix("http://")

    def persona(self, name):
        return next(it for it in self.world["personas"] if it["name"] == name)

    def get(self, path, cookie=None):
        connection = http.client.HTTPConnection(self.host)
        connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def wrk(self, path, cookie=None, seconds=5, connections=8):
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"http://{self.host}{path}"]
        if cookie:
            command += ["-H", f"Cookie: {cookie}"]
        before = self.cpu()
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        cpu = self.cpu() - before
        count = int(re.search(r"(\d+) requests in", out).group(1))
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        assert not bad, f"{path}: {bad.group(0)}"
        return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), cpu / count * 1e6

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self):
        return resident(self.process.pid)

    def micros(self, route):
        """Server time of each answer of a route, as the log tells it."""
        self.log.flush()
        found = []
        for line in open(self.log.name):
            try:
                it = json.loads(line)
            except ValueError:
                continue
            text = json.dumps(it)
            if f'"{route}"' in text and "micros" in text:
                found.append(int(re.search(r'"micros": ?"?(\d+)', text).group(1)))
        return found

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


def page(server, path, route, cookie, count=400):
    for _ in range(count):
        status, body = server.get(path, cookie)
        assert status == 200, f"{path}: {status}"
    alone = statistics.median(server.micros(route)[-count:])
    # what varies between two runs of one seed: ids and tokens
    body = re.sub(rb"[0-9A-Za-z_-]{22,}", b"", body)
    return alone, server.wrk(path, cookie), body


def alike(name, body, other):
    """The two programs must have made the same page: with every decision a yes there may be more on it, never less."""
    rows = [it.count(b"<tr") for it in (body, other)]
    assert rows[0] == rows[1] > 10, f"{name}: {rows[0]} rows here, {rows[1]} with decisions a constant"
    assert len(body) <= len(other) <= 1.1 * len(body), f"{name}: {len(body)} and {len(other)} bytes"


def main():
    server = Server(PROGRAM, "--artists", "3000", "--presenters", "40")
    memory = server.memory()
    agency = server.persona("agency-owner")
    base = f"/w/{agency['workspace']}"
    rows = []
    pages = [("roster", f"{base}/roster", "/w/{workspace}/roster"), ("engagements", f"{base}/engagements", "/w/{workspace}/engagements")]
    for name, path, route in pages:
        alone, (rate, cpu), body = page(server, path, route, agency["cookie"])
        rows.append((name, alone, rate, cpu, body))
    static_rate, static_cpu = server.wrk("/artists/")
    least_rate, least_cpu = server.wrk("/api/health")
    server.stop()
    ratio = static_cpu / least_cpu
    print(f"static page: {static_rate:.0f} a second, {static_cpu:.0f} µs of CPU each")
    print(f"  the health answer: {least_rate:.0f} a second, {least_cpu:.0f} µs; ratio {ratio:.2f}")
    constant = {}
    print(f"memory of a demo that has just made its world: {memory:.0f} MB")
    if CONSTANT:
        other = Server(CONSTANT, "--artists", "3000", "--presenters", "40")
        print(f"  with decisions a constant: {other.memory():.0f} MB; ratio {memory / other.memory():.2f}")
        agency = other.persona("agency-owner")
        there = f"/w/{agency['workspace']}"
        for (name, path, route), (*_, body) in zip(pages, rows):
            _, (_, cpu), same = page(other, path.replace(base, there), route, agency["cookie"])
            alike(name, body, same)
            constant[name] = cpu
        other.stop()
    for name, alone, rate, cpu, _ in rows:
        share = f", policy work {100 * (1 - constant[name] / cpu):.0f} %" if name in constant else ""
        print(f"{name}: {alone / 1000:.2f} ms server time at the median, {rate:.0f} a second, {cpu:.0f} µs of CPU each{share}")


def restart():
    """Start to ready on a database that is there: `serve` over what `demo` left."""
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/data"
        server = Server(PROGRAM, "--artists", "3000", data=data)
        print(f"demo: a world of 3,000 artists is made and served in {server.ready:.2f} s")
        server.stop()
        times, least = [], []
        for _ in range(5):
            started = time.monotonic()
            subprocess.run([PROGRAM, "serve", "--help"], stdout=subprocess.DEVNULL, check=True)
            least.append(time.monotonic() - started)
            started = time.monotonic()
            process = subprocess.Popen([PROGRAM, "serve", "--listen", "127.0.0.1:7499", "--data", data, "--config", "/dev/null"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while True:
                try:
                    connection = http.client.HTTPConnection("127.0.0.1:7499")
                    connection.request("GET", "/api/health/ready")
                    if connection.getresponse().status == 200:
                        break
                except OSError:
                    time.sleep(0.002)
            times.append(time.monotonic() - started)
            time.sleep(1)
            memory = resident(process.pid)
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        print(f"serve: start to ready {statistics.median(times):.3f} s at the median of {len(times)}")
        print(f"  the same program saying its help: {statistics.median(least):.3f} s")
        print(f"serve: idle memory a second after that {memory:.0f} MB")


if __name__ == "__main__":
    main()
    restart()
