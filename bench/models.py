"""Fits BG/NBD to the customers of a large shop, against the Python package lifetimes in an environment of its own.

    python bench/models.py [--customers N] [--rounds N] [--data FOLDER]

The peer (lifetimes 0.11.3) is installed by uv into the data folder at the first run. Customers are drawn from a BG/NBD
with known parameters: three years of days, half of them with one order. Both start from the same arrays x, t_x, T and
run in turn, each in a process of its own. The likelihood is exact in both, so that the orders
expected by both are the same. Our seconds include the grouping of equal histories.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np

PEER = "lifetimes==0.11.3"
TRUTH = {"r": 0.35, "alpha": 60.0, "a": 0.8, "b": 2.5}
DAYS = 3 * 365

OURS = """
import json, resource, sys, time
import numpy as np
from custtier.models.btyd.fits import MODELS, fitted
from custtier.models.btyd.future import expected_orders
from custtier.models.btyd.histories import histories_of
found = np.load(sys.argv[1])
wall, cpu = time.perf_counter(), time.process_time()
histories, index = histories_of(found["x"], found["t_x"], found["T"])
fit = fitted(MODELS["bg-nbd"], histories)
fitting = time.perf_counter() - wall, time.process_time() - cpu
wall, cpu = time.perf_counter(), time.process_time()
orders = expected_orders(fit.model, fit.at, histories, horizon=365.0)[index]
alive = fit.model.alive(fit.at, histories)[index]
scoring = time.perf_counter() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([*fitting, *scoring, peak, float(orders.sum())]))
"""
THEIRS = """
import json, resource, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np
from lifetimes import BetaGeoFitter
found = np.load(sys.argv[1])
x, t_x, T = found["x"], found["t_x"], found["T"]
wall, cpu = time.perf_counter(), time.process_time()
fit = BetaGeoFitter(penalizer_coef=0.0).fit(x, t_x, T)
fitting = time.perf_counter() - wall, time.process_time() - cpu
wall, cpu = time.perf_counter(), time.process_time()
orders = fit.conditional_expected_number_of_purchases_up_to_time(365, x, t_x, T)
alive = fit.conditional_probability_alive(x, t_x, T)
scoring = time.perf_counter() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([*fitting, *scoring, peak, float(np.sum(orders))]))
"""


def customers(count: int, *, seed: int = 1) -> dict[str, np.ndarray]:
    """x, t_x and T of customers whose gaps are exponential and who toss a coin after each repeat."""
    draw = np.random.default_rng(seed)
    known = draw.integers(1, DAYS, count).astype(np.float64)
    rate = draw.gamma(TRUTH["r"], 1 / TRUTH["alpha"], count)
    leaves = draw.beta(TRUTH["a"], TRUTH["b"], count)
    now, t_x, x = np.zeros(count), np.zeros(count), np.zeros(count, dtype=np.int64)
    rows = np.arange(count)
    while len(rows):
        now[rows] += np.maximum(np.round(draw.exponential(1 / rate[rows])), 1)
        rows = rows[now[rows] <= known[rows]]
        x[rows] += 1
        t_x[rows] = now[rows]
        rows = rows[draw.random(len(rows)) >= leaves[rows]]
    return {"x": x, "t_x": t_x, "T": known}


def peer_python(folder: Path) -> Path:
    """The interpreter of the environment that holds the peer; made when it is missing."""
    python = folder / "peer" / "bin" / "python"
    if not python.exists():
        subprocess.run(["uv", "venv", "--quiet", "--python", "3.11", str(folder / "peer")], check=True)
        subprocess.run(["uv", "pip", "install", "--quiet", "--python", str(python), PEER], check=True)
    return python


def measured(python: Path | str, program: str, arrays: Path) -> list[float]:
    """What one process found: seconds and processor seconds of fitting and of scoring, peak kB, orders."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [str(python), "-c", program, str(arrays)], env=env, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_500_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path(__file__).parent / "data")
    asked = parser.parse_args()
    asked.data.mkdir(parents=True, exist_ok=True)
    arrays = asked.data / f"histories_{asked.customers}.npz"
    if not arrays.exists():
        np.savez(arrays, **customers(asked.customers))
    peer = peer_python(asked.data)
    runs = [(measured(sys.executable, OURS, arrays), measured(peer, THEIRS, arrays)) for _ in range(asked.rounds)]
    ours, theirs = ([median(column) for column in zip(*(run[side] for run in runs), strict=True)] for side in (0, 1))
    load = os.getloadavg()[0]
    print(f"{asked.customers:,} customers, medians of {asked.rounds} runs in turn; load of the machine {load:.1f}\n")
    print("| what | lifetimes 0.11.3 | custtier | ratio |\n|---|---:|---:|---:|")
    titles = ("fit BG/NBD", "fit BG/NBD, processor time", "score everybody", "score everybody, processor time")
    for title, mine, other in zip(titles, ours, theirs, strict=False):
        print(f"| {title} | {other:.2f} s | {mine:.2f} s | {other / mine:.1f} |")
    print(f"| peak memory | {theirs[4] / 1000:,.0f} MB | {ours[4] / 1000:,.0f} MB | {theirs[4] / ours[4]:.1f} |")
    print(f"\nexpected orders of 365 days: {theirs[5]:,.1f} and {ours[5]:,.1f}")


if __name__ == "__main__":
    main()
