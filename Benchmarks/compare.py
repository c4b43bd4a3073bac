"""Trains each workload of configs/bench with vae-dp and with PyTorch in alternation, and compares.

Writes results.md, results.json and results.png; Benchmarks/README.md says how to start it.
"""

import argparse
import importlib.util
import json
import os
import platform
import shlex
import subprocess
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
WORKLOADS = ["mlp2", "mlp20", "conv28", "conv64", "bn64", "multvae", "multvae-sparse"]
# What PyTorch trains beside a workload of another name: its rows are dense in any case.
PEERS = {"multvae-sparse": "multvae"}
OURS = "vae-dp"
OURS_BF16 = "vae-dp bf16"
# Ways to run PyTorch: arguments for torch_workloads.py.
MODES = {
    "eager": ["--mode", "eager"],
    "compile": ["--mode", "compile"],
    "tuned": ["--mode", "compile", "--channels-last", "--fused-adam"],
    "bf16": ["--mode", "eager", "--bf16", "--channels-last"],
    "compile-bf16": ["--mode", "compile", "--bf16", "--channels-last"],
}
COLORS = {
    OURS: "#d1495b", OURS_BF16: "#8f2d3c", "eager": "#9aa5b1", "compile": "#5f7183", "tuned": "#39495a",
    "bf16": "#edae49", "compile-bf16": "#b07d1f",
}


def output_of(command, remedy):
    """What a program prints; ends this one with the reason where it fails."""
    try:
        return subprocess.run(
            command, cwd=ROOT, check=True, text=True, capture_output=True).stdout.strip()
    except OSError as error:
        sys.exit(f"{command[0]}: cannot be started ({error.strerror}). {remedy}")
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines() or ["no message"]
        reason = next((line for line in reversed(lines) if "Error" in line), lines[-1])
        sys.exit(f"{command[0]}: exit status {error.returncode}, {reason}. {remedy}")


def names(known):
    """A parser of comma-separated names."""
    def parse(text):
        chosen = text.split(",")
        for name in chosen:
            if name not in known:
                raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(known)}")
        return chosen
    return parse


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workloads", type=names(WORKLOADS), default=WORKLOADS, metavar="A,B")
    parser.add_argument(
        "--modes", type=names(MODES), default=["eager", "compile", "bf16", "compile-bf16"],
        metavar="A,B",
        help="of PyTorch: " + ", ".join(MODES) + "; without a bf16 one vae-dp runs in float32 only")
    parser.add_argument("--rounds", type=int, default=3, help="processes of each")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each of the five windows")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--python", default=sys.executable, help="interpreter that has torch")
    parser.add_argument("--program", default=str(ROOT / ".build/release/vae-dp"))
    parser.add_argument("--output", default=str(ROOT / "Benchmarks"), help="folder of the results")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds takes a number from 1")
    if options.threads < 1:
        parser.error("--threads takes a number from 1")
    if all("bf16" in mode for mode in options.modes):
        parser.error("--modes needs one in float32 to compare with: eager, compile or tuned")
    # The programs start in the repository's folder, so paths become absolute; a bare name stays.
    for key in ["python", "program"]:
        if os.sep in getattr(options, key):
            setattr(options, key, os.path.abspath(getattr(options, key)))
    return options


def describe(options):
    """The machine, the versions and the command; ends where something is missing."""
    if importlib.util.find_spec("matplotlib") is None:
        sys.exit(f"matplotlib: not installed for {sys.executable}. Install it there with pip.")
    load, cores = os.getloadavg()[0], len(os.sched_getaffinity(0))
    if load > cores / 4:
        print(f"The machine is busy (load {load:.1f} on {cores} cores): its figures will mislead.",
              file=sys.stderr)
    cpu = dict(
        line.split(":", 1) for line in output_of(["lscpu"], "Install util-linux.").splitlines()
        if ":" in line)
    version = "import platform, torch; print(platform.python_version(), torch.__version__)"
    python, torch = output_of(
        [options.python, "-c", version], "--python takes an interpreter that has torch.").split()
    ours = output_of(
        [options.program, "--version"], "Run `make build`, or give the program with --program.")
    return {
        "machine": {
            "model": cpu.get("Model name", platform.machine()).strip(),
            "cores": cores,
            "system": platform.freedesktop_os_release()["PRETTY_NAME"],
            "loadAtStart": load,
        },
        "versions": {OURS: ours, "PyTorch": torch, "Python": python},
        "command": "python3 " + shlex.join(sys.argv),
        "threads": options.threads, "rounds": options.rounds, "secondsPerWindow": options.seconds,
    }


def run(side, workload, options):
    """One measurement in a process of its own."""
    speed = ["--threads", str(options.threads), "--seconds", str(options.seconds)]
    if side in [OURS, OURS_BF16]:
        precision = "bfloat16" if side == OURS_BF16 else "float32"
        return run_ours(workload, options, [*speed, "--precision", precision])[0]
    script = str(Path(__file__).with_name("torch_workloads.py"))
    command = [options.python, script, "--workload", PEERS.get(workload, workload), *MODES[side], *speed]
    return json.loads(output_of(command, f"Leave '{side}' out of --modes if it cannot run here."))


def run_ours(workload, options, arguments):
    config = f"configs/bench/{workload}.json"
    command = [options.program, "bench", config, "--json", *arguments]
    return json.loads(output_of(
        command, f"{OURS} could not measure {workload}. Without AVX512-BF16 or AMX, leave the bf16"
        " modes out of --modes."))


def run_threads(workload, options):
    """vae-dp with one thread, with as many as were asked for and with eight times that many, in one
    process that lets them take turns: samples per second by threads."""
    numbers = sorted({1, options.threads, 8 * options.threads})
    results = run_ours(workload, options, [
        "--threads", ",".join(map(str, numbers)), "--seconds", str(options.seconds)])
    return {result["threads"]: result["samplesPerSecond"]["median"] for result in results}


def measure(workload, options):
    """All sides in turn, as often as there are rounds; every figure is a median over the rounds."""
    has_bf16 = any("bf16" in mode for mode in options.modes)
    runs = {side: [] for side in [OURS, *([OURS_BF16] if has_bf16 else []), *options.modes]}
    threads = []
    for number in range(options.rounds):
        for side in runs:
            result = run(side, workload, options)
            runs[side].append(result)
            place = f"{workload} {number + 1}/{options.rounds} {side}"
            print(f"{place}: {result['samplesPerSecond']['median']:.0f} samples/s", flush=True)
        threads.append(run_threads(workload, options))
        rates = ", ".join(f"{count}: {rate:.0f}" for count, rate in threads[-1].items())
        print(f"{workload} {number + 1}/{options.rounds} samples/s by threads: {rates}", flush=True)
    speed = {side: median(r["samplesPerSecond"]["median"] for r in runs[side]) for side in runs}
    memory = {side: median(r["peakMemoryBytes"] for r in runs[side]) for side in runs}
    float32 = [mode for mode in options.modes if "bf16" not in mode]
    best = max(float32, key=speed.get)
    bf16 = [mode for mode in options.modes if "bf16" in mode]
    best_bf16 = max(bf16, key=speed.get) if bf16 else None

    def thread_ratio(above, below):
        return median(rates[above] / rates[below] for rates in threads)

    return {
        "workload": workload, "batch": runs[OURS][0]["batch"], "samplesPerSecond": speed,
        "bestFloat32": best, "ratio": speed[OURS] / speed[best],
        "bestBFloat16": best_bf16,
        "ratioBFloat16": speed[OURS_BF16] / speed[best_bf16] if bf16 else None,
        "threadSpeedUp": thread_ratio(options.threads, 1),
        "manyThreads": thread_ratio(8 * options.threads, options.threads),
        "shareOfPeak": median(r["shareOfPeak"] for r in runs[OURS]),
        "peakMemoryBytes": memory,
        "memoryRatio": memory[OURS] / min(memory[mode] for mode in float32),
        "runs": runs, "samplesPerSecondByThreads": threads,
    }


def table(titles, lines):
    rule = ["---"] + ["---:"] * (len(titles) - 1)
    return ["| " + " | ".join(line) + " |" for line in [titles, rule, *lines]]


def rate(number):
    return f"{number:,.0f}".replace(",", " ")


def markdown(report):
    rows, threads = report["workloads"], report["threads"]
    sides = list(rows[0]["samplesPerSecond"])
    float32 = [side for side in sides if "bf16" not in side]
    bf16 = [side for side in sides if "bf16" in side]

    def titles(chosen):
        return [side if side.startswith(OURS) else f"PyTorch {side}" for side in chosen]

    def rates(row, chosen):
        return [rate(row["samplesPerSecond"][side]) for side in chosen]

    main = table(
        ["workload", "batch", *titles(float32), "ratio", "share of FMA peak", "memory ratio"],
        [[row["workload"], str(row["batch"]), *rates(row, float32), f"**{row['ratio']:.2f} ×**",
          f"{row['shareOfPeak']:.0%}".replace("%", " %"), f"{row['memoryRatio']:.2f}"]
         for row in rows])
    half = table(
        ["workload", *titles(bf16), "ratio", f"{OURS_BF16} to {OURS}"],
        [[row["workload"], *rates(row, bf16), f"**{row['ratioBFloat16']:.2f} ×**",
          f"{row['samplesPerSecond'][OURS_BF16] / row['samplesPerSecond'][OURS]:.2f} ×"]
         for row in rows]) if bf16 else []
    scaling = table(
        ["workload", f"{threads} threads to 1", f"{8 * threads} threads to {threads}"],
        [[row["workload"], f"{row['threadSpeedUp']:.2f} ×", f"{row['manyThreads']:.2f} ×"]
         for row in rows])
    machine = report["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    return "\n".join([
        "# Training speed beside PyTorch", "",
        "Samples per second in the steady state, from examples in memory. *Ratio*: vae-dp's to those",
        "of PyTorch's fastest float32 mode. *Share of FMA peak*: vae-dp's. *Memory ratio*: vae-dp's",
        "peak to that of PyTorch's most frugal float32 mode.", "", *main, "",
        *(["In bfloat16; *ratio*: vae-dp's to those of PyTorch's fastest bfloat16 mode.", "", *half, ""]
          if half else []),
        "vae-dp's samples per second with several numbers of threads, at the same shards in one process:",
        "", *scaling, "",
        f"- Machine: {machine['model']}, {machine['cores']} cores, {machine['system']},"
        f" load {machine['loadAtStart']:.1f} at the start; {report['threads']} threads on both sides.",
        f"- Versions: {versions}.",
        f"- Rounds: {report['rounds']}, each with a process of every side in turn; a process gives the"
        f" median of five windows of {report['secondsPerWindow']:g} s, a figure is the rounds' median.",
        f"- Command: `{report['command']}`", "", "![Speed relative to PyTorch](results.png)", ""])


def draw(report, path):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = report["workloads"]
    sides = list(rows[0]["samplesPerSecond"])
    width = 0.84 / len(sides)
    figure, axes = pyplot.subplots(figsize=(1.6 + 0.4 * len(sides) * len(rows), 4.2), dpi=150)
    for index, side in enumerate(sides):
        speeds = [row["samplesPerSecond"] for row in rows]
        heights = [speed[side] / speed[row["bestFloat32"]] for speed, row in zip(speeds, rows)]
        places = [place + (index - (len(sides) - 1) / 2) * width for place in range(len(rows))]
        label = side if side.startswith(OURS) else f"PyTorch {side}"
        bars = axes.bar(places, heights, width * 0.94, color=COLORS[side], label=label)
        texts = [f"{height:.2f}" if height < 10 else f"{height:.0f}" for height in heights]
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        axes.bar_label(bars, texts, padding=2, fontsize=7.5, bbox=paper)
    low, high = axes.dataLim.intervaly
    if high > 12:  # Bars side by side could no longer be told apart.
        axes.set_yscale("log")
    axes.axhline(1, color="#333333", linewidth=0.8, linestyle=":", zorder=0)
    axes.set_ylim(top=high * 1.12)
    axes.set_xticks(range(len(rows)), [row["workload"] for row in rows])
    axes.set_ylabel("samples/s, best float32 mode of PyTorch = 1")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="x", length=0)
    axes.legend(frameon=False, ncols=len(sides), loc="lower center", bbox_to_anchor=(0.5, 1.0))
    machine = report["machine"]
    axes.set_xlabel(f"{machine['model']}, {report['threads']} threads", fontsize=8, color="#555555")
    figure.savefig(path, bbox_inches="tight")
    pyplot.close(figure)


def main():
    options = parse_options()
    report = describe(options) | {"workloads": []}
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    for workload in options.workloads:
        report["workloads"].append(measure(workload, options))
        # After every workload, so that an interruption costs one of them only.
        (folder / "results.json").write_text(json.dumps(report, indent=2) + "\n")
        (folder / "results.md").write_text(markdown(report))
        draw(report, folder / "results.png")
    print("\n" + markdown(report))


if __name__ == "__main__":
    main()
