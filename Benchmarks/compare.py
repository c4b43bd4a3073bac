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
WORKLOADS = ["mlp2", "mlp20", "conv28", "conv64", "bn64", "multvae"]
OURS = "vae-dp"
# Ways to run PyTorch: arguments for torch_workloads.py.
MODES = {
    "eager": ["--mode", "eager"],
    "compile": ["--mode", "compile"],
    "tuned": ["--mode", "compile", "--channels-last", "--fused-adam"],
    "bf16": ["--mode", "eager", "--bf16", "--channels-last"],
    "compile-bf16": ["--mode", "compile", "--bf16", "--channels-last"],
}
COLORS = {
    OURS: "#d1495b", "eager": "#9aa5b1", "compile": "#5f7183", "tuned": "#39495a",
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
        "--modes", type=names(MODES), default=["eager", "compile", "bf16"], metavar="A,B",
        help="of PyTorch: " + ", ".join(MODES))
    parser.add_argument("--rounds", type=int, default=3, help="processes of each")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each of the five windows")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--python", default=sys.executable, help="interpreter that has torch")
    parser.add_argument("--program", default=str(ROOT / ".build/release/vae-dp"))
    parser.add_argument("--output", default=str(ROOT / "Benchmarks"), help="folder of the results")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds takes a number from 1")
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
    if side == OURS:
        config = f"configs/bench/{workload}.json"
        command = [options.program, "bench", config, "--json", *speed]
        return json.loads(output_of(command, f"{OURS} could not measure {workload}."))[0]
    script = str(Path(__file__).with_name("torch_workloads.py"))
    command = [options.python, script, "--workload", workload, *MODES[side], *speed]
    return json.loads(output_of(command, f"Leave '{side}' out of --modes if it cannot run here."))


def measure(workload, options):
    """All sides in turn, as often as there are rounds; every figure is a median over the rounds."""
    runs = {side: [] for side in [OURS, *options.modes]}
    for number in range(options.rounds):
        for side in runs:
            result = run(side, workload, options)
            runs[side].append(result)
            place = f"{workload} {number + 1}/{options.rounds} {side}"
            print(f"{place}: {result['samplesPerSecond']['median']:.0f} samples/s", flush=True)
    speed = {side: median(r["samplesPerSecond"]["median"] for r in runs[side]) for side in runs}
    memory = {side: median(r["peakMemoryBytes"] for r in runs[side]) for side in runs}
    float32 = [mode for mode in options.modes if "bf16" not in mode]
    best = max(float32, key=speed.get)
    return {
        "workload": workload, "batch": runs[OURS][0]["batch"], "samplesPerSecond": speed,
        "bestFloat32": best, "ratio": speed[OURS] / speed[best],
        "shareOfPeak": median(r["shareOfPeak"] for r in runs[OURS]),
        "peakMemoryBytes": memory,
        "memoryRatio": memory[OURS] / min(memory[mode] for mode in float32),
        "runs": runs,
    }


def markdown(report):
    rows = report["workloads"]
    sides = list(rows[0]["samplesPerSecond"])
    titles = ["workload", "batch", OURS, *(f"PyTorch {mode}" for mode in sides[1:]),
              "ratio", "share of FMA peak", "memory ratio"]
    lines = [titles, ["---"] + ["---:"] * (len(titles) - 1)]
    for row in rows:
        rates = [f"{row['samplesPerSecond'][side]:,.0f}".replace(",", " ") for side in sides]
        lines.append([
            row["workload"], str(row["batch"]), *rates, f"**{row['ratio']:.2f} ×**",
            f"{row['shareOfPeak']:.0%}".replace("%", " %"), f"{row['memoryRatio']:.2f}"])
    machine = report["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    return "\n".join([
        "# Training speed beside PyTorch", "",
        "Samples per second in the steady state, from examples in memory. *Ratio*: vae-dp's to those",
        "of PyTorch's fastest float32 mode. *Share of FMA peak*: vae-dp's. *Memory ratio*: vae-dp's",
        "peak to that of PyTorch's most frugal float32 mode.", "",
        *("| " + " | ".join(line) + " |" for line in lines), "",
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
        label = side if side == OURS else f"PyTorch {side}"
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
