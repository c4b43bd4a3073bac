#!/usr/bin/env python3
"""Tables that pandas, Polars and Python's csv module write, beside what `vae-dp data import` makes of them.

    python3 Tests/Peers/import_tables.py .build/release/vae-dp [folder for files]

Needs numpy, pandas, scikit-learn and h5py, and Polars if it is there. Prints a line for each case; every element is compared.
"""

import csv
import gzip
import os
import subprocess
import sys
import tempfile

import h5py
import numpy
import pandas
import sklearn.datasets

program = sys.argv[1:2] or [".build/release/vae-dp"]
folder = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp()
path = os.path.join(folder, "a.csv")
random = numpy.random.default_rng(1)
failures = 0


def imported(*options, source=path):
    target = os.path.join(folder, "out.h5")
    command = program + ["data", "import", source, *options, "-o", target, "--replace"]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stderr.strip() or done.stdout.strip() if done.returncode else h5py.File(target)


def report(case, good):
    global failures
    failures += not good
    print(f"{'ok  ' if good else 'WRONG'} {case}")


def same(file, frame, name="x"):
    if isinstance(file, str):
        print(file)
        return False
    columns = [column.decode() for column in file["columns"][()]]
    expected = frame[columns].to_numpy("float64").astype("float32")
    return file["x"].shape == expected.shape and numpy.array_equal(file["x"][()], expected)


def same_classes(file, name, values):
    names = numpy.array(list(file[name].attrs["classes"]), dtype=object)
    return list(names[file[name][()]]) == list(values)


def refused(file, *words):
    return isinstance(file, str) and all(word in file.splitlines()[-1] for word in words)


frame = pandas.DataFrame(random.normal(size=(5000, 7)) * 10.0 ** random.integers(-30, 30, (5000, 7)), columns=list("abcdefg"))
for options in [{}, {"float_format": "%.3g"}, {"sep": ";"}, {"sep": "\t"}, {"sep": "|"}, {"quoting": csv.QUOTE_ALL}, {"lineterminator": "\r\n"}]:
    frame.to_csv(path, index=False, **options)
    read = pandas.read_csv(path, sep=options.get("sep", ","))
    report(f"numbers, to_csv {options}", same(imported(), read))
frame.to_csv(path, index=False, encoding="utf-8-sig")
report("byte order mark", same(imported(), frame))
frame.to_csv(path, index=False, encoding="utf-16")
report("UTF-16 is refused", refused(imported(), "UTF-16"))
frame.to_csv(path, index=False, sep=";", decimal=",")
report("decimal comma", same(imported("decimal=,"), frame))
frame.to_csv(path)
report("pandas' row numbers are left out", same(imported(), frame) and "a" in str(imported()["columns"][()]))
with gzip.open(path + ".gz", "wt") as file:
    frame.to_csv(file, index=False)
report("gzip", same(imported(source=path + ".gz"), frame))
whole = pandas.DataFrame(random.integers(-(2**62), 2**62, (3000, 3)))
whole.to_csv(path, index=False)
whole.columns = [str(name) for name in whole.columns]
report("whole numbers, names 0, 1, 2", same(imported(), whole))

iris = sklearn.datasets.load_iris(as_frame=True).frame
iris["species"] = numpy.array(["setosa", "versicolor", "virginica"])[iris.pop("target")]
iris.to_csv(path, index=False)
file = imported("labels=species")
report("iris", same(file, iris) and same_classes(file, "labels", iris["species"]))
file = imported("categories=onehot")
encoded = pandas.get_dummies(iris, prefix_sep="=", dtype=float)
report("iris, one-hot", same(file, encoded) and same_classes(file, "species", iris["species"]))

texts = ["plain", "with, comma", 'a "quote"', "two\nlines", "véri", " blanks ".strip(), "日本"]
mixed = pandas.DataFrame({
    "n": random.normal(size=4000),
    "t": random.choice(texts, 4000),
    "i": random.integers(0, 5, 4000),
    "d": pandas.to_datetime(random.integers(0, 2 * 10**9, 4000), unit="s"),
    "id": [f"id{i}" for i in range(4000)],
})
mixed.to_csv(path, index=False)
file = imported("labels=i", "dates=seconds", "dateOrigin=2000-01-01")
seconds = mixed.assign(d=(mixed["d"] - pandas.Timestamp("2000-01-01")) / pandas.Timedelta(seconds=1))
good = same(file, seconds) and same_classes(file, "t", mixed["t"]) and "id" not in file
report("numbers, texts, dates, labels", good and same_classes(file, "labels", mixed["i"].astype(str)))
file = imported("categorical=[\"i\"]", "exclude=[\"n\",\"id\"]")
days = mixed.assign(d=(mixed["d"] - pandas.Timestamp("1970-01-01")) / pandas.Timedelta(days=1))
report("categories of numbers, days", same(file, days) and same_classes(file, "i", mixed["i"].astype(str)))

holes = mixed[["n", "i", "t"]].mask(random.random((4000, 3)) < 0.1)
for word in ["", "NA", "NaN", "null", "?", "None", "n/a", "<NA>"]:
    holes.to_csv(path, index=False, na_rep=word)
    refusal = refused(imported(), "missing=drop", f"'n' {holes['n'].isna().sum()}")
    file = imported("missing=mask")
    good = same(file, holes.fillna({"n": 0, "i": 0})) and numpy.array_equal(file["mask"][()], holes[["n", "i"]].notna())
    good = good and same_classes(file, "t", holes["t"].fillna("(missing)"))
    file = imported("missing=drop")
    kept = holes.dropna()
    report(f"missing as '{word}'", refusal and good and same(file, kept) and same_classes(file, "t", kept["t"]))

wide = pandas.DataFrame(random.normal(size=(20, 20_000)))
wide.columns = [f"g{i}" for i in range(20_000)]
wide.to_csv(path, index=False)
report("20,000 columns", same(imported(), wide))
long = pandas.DataFrame({"a": numpy.arange(2_000_000), "b": random.choice(texts, 2_000_000)})
long.to_csv(path, index=False)
file = imported()
report("2,000,000 rows with quotes", same(file, long) and same_classes(file, "b", long["b"]))

try:
    import polars

    polars.DataFrame({name: list(mixed[name]) for name in mixed}).write_csv(path)
    file = imported("exclude=[\"id\"]")
    report("Polars", same(file, days) and same_classes(file, "t", mixed["t"]))
except ImportError:
    print("     Polars is not there")

print(f"{failures} wrong")
sys.exit(failures > 0)
