"""Compares the importers of texts and of interactions with scikit-learn, pandas and scipy, element by element.

    python Tests/Peers/import_texts.py PATH/TO/vae-dp [folder of real data]

Needs numpy, h5py, scipy, pandas and scikit-learn. The folder may hold 20news/{train,test}.feat.gz with vocab.new,
movielens_small/ratings.csv.gz and text/*.txt.
"""

import gzip
import os
import subprocess
import sys
import tempfile
import unicodedata

import h5py
import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

program, data = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None
folder = tempfile.mkdtemp()
failures = 0

# A run of letters, marks and digits, by the categories of Unicode, as ranges.
PARTS = {c for c in range(0x110000) if unicodedata.category(chr(c))[0] in "LMN"}
FIRST = sorted(c for c in PARTS if c - 1 not in PARTS)
LAST = sorted(c for c in PARTS if c + 1 not in PARTS)
WORDS = "[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(FIRST, LAST)) + "]+"


def convert(source, *options):
    output = os.path.join(folder, f"{len(os.listdir(folder))}.h5")
    subprocess.run([program, "data", "import", source, *options, "-o", output], check=True,
                   capture_output=True)
    return h5py.File(output)


def matrix(file, name):
    group = file[name]
    return sp.csr_matrix((group["data"][:], group["indices"][:], group["indptr"][:]),
                         shape=tuple(group.attrs["shape"]))


def texts(file, name):
    return [t.decode() for t in file[name][:]]


def check(name, *pairs):
    global failures
    wrong = [what for what, ours, theirs in pairs if not equal(ours, theirs)]
    failures += bool(wrong)
    print(f"{'differs: ' + ', '.join(wrong) if wrong else 'equal':10} {name}")


def equal(a, b):
    if sp.issparse(a) or sp.issparse(b):
        return a.shape == b.shape and (a != b).nnz == 0
    a, b = np.asarray(a), np.asarray(b)
    return a.shape == b.shape and bool((a == b).all())


def bag(file, vectorizer, documents, part="", fit=True):
    """What ours and theirs say of documents that hold a known word."""
    theirs = (vectorizer.fit_transform if fit else vectorizer.transform)(documents)
    words = texts(file, "vocabulary")
    columns = [vectorizer.vocabulary_.get(w, -1) for w in words]
    assert len(words) == len(vectorizer.vocabulary_) and min(columns) >= 0, "other vocabulary"
    theirs = theirs[:, columns]
    kept = np.flatnonzero(theirs.getnnz(axis=1))
    analyze, place = vectorizer.build_analyzer(), {w: i for i, w in enumerate(words)}
    rows = [[place[w] for w in analyze(documents[i]) if w in place] for i in kept]
    longest = file[part + "tokens"].shape[1]
    tokens = np.array([(r + [0] * longest)[:longest] for r in rows])
    totals = np.asarray(theirs.sum(axis=0)).ravel()
    return [
        ("x", matrix(file, part + "x"), theirs[kept]),
        ("tokens", file[part + "tokens"][:], tokens),
        ("length", file[part + "length"][:], [min(len(r), longest) for r in rows]),
        ("order", totals if fit else [0], np.sort(totals)[::-1] if fit else [0]),
    ], kept


def text_cases(name, documents):
    path = os.path.join(folder, name + ".txt")
    with open(path, "w", encoding="utf-8", newline="\n") as f:
        f.writelines(d + "\n" for d in documents)
    for options, settings in [
        ([], {}),
        (["lowercase=false", "shortest=2"], {"lowercase": False, "shortest": 2}),
        (["minDocuments=3", "maxShare=0.2"], {"min_df": 3, "max_df": 0.2}),
        (["maxLength=7"], {}),
        (["tokens=spaces"], {"spaces": True}),
        ([f"stopWords={stop}"], {"stop_words": ["the", "of", "to"]}),
    ]:
        settings = dict(settings)
        shortest = settings.pop("shortest", 1)
        pattern = r"\S+" if settings.pop("spaces", False) else f"(?:{WORDS[:-1]}){{{shortest},}}"
        vectorizer = CountVectorizer(token_pattern=pattern, **settings)
        file = convert(path, "size=1000000", *options)
        check(f"{name} {' '.join(options)}", *bag(file, vectorizer, documents)[0])
    # Only the most frequent: which of equals, scikit-learn leaves open; the frequencies must be the same.
    ours = matrix(convert(path, "size=100"), "x").sum(axis=0)
    theirs = CountVectorizer(token_pattern=WORDS, max_features=100).fit_transform(documents).sum(axis=0)
    check(f"{name} size=100", ("counts", np.asarray(ours).ravel(), np.sort(np.asarray(theirs).ravel())[::-1]))
    return path


stop = os.path.join(folder, "stop.words")
open(stop, "w").write("the\nof\nto\n")

random = np.random.default_rng(1)
ALPHABET = list("abcdeABCDE01 -_.,'") + ["é", "Ä", "ß", "ж", "Я", "中", "文", "٣", "𝔸", "🙂", "\u00a0", "\u0939\u093f", "½"]
check_documents = [
    " ".join("".join(random.choice(ALPHABET, random.integers(1, 5))) for _ in range(random.integers(0, 30)))
    for _ in range(500)
]
text_cases("random", check_documents)

# Class folders in parts, and a vocabulary from another import.
root = os.path.join(folder, "set")
documents = {}
for part in ["train", "test"]:
    for label in ["b", "a"]:
        os.makedirs(f"{root}/{part}/{label}")
        for i in range(20):
            text = f"{check_documents[random.integers(500)]}\n{part} a{i} word"
            documents[part, label, f"{i}.txt"] = text
            open(f"{root}/{part}/{label}/{i}.txt", "w", encoding="utf-8").write(text)
file = convert(root)
for part in ["train", "test"]:
    keys = sorted(k for k in documents if k[0] == part)
    if part == "train":
        vectorizer = CountVectorizer(token_pattern=WORDS)
    pairs, kept = bag(file, vectorizer, [documents[k] for k in keys], part + "/", part == "train")
    names = file[part + "/labels"].attrs["classes"]
    check(f"class folders, {part}", *pairs,
          ("labels", [names[c] for c in file[part + "/labels"][:]], [keys[i][1] for i in kept]))
again = convert(root + "/test", "vocabulary=" + file.filename)
check("vocabulary of another import",
      *bag(again, vectorizer, [documents[k] for k in sorted(documents) if k[0] == "test"], "", False)[0])


def cores(frame, users, items):
    while True:
        before = len(frame)
        frame = frame[frame.groupby("user")["item"].transform("size") >= users]
        frame = frame[frame.groupby("item")["user"].transform("size") >= items]
        if len(frame) == before:
            return frame


def interaction_cases(name, path, frame, *extra):
    """frame: user, item, rating, time, all as texts but rating."""
    for options, lowest, users, items, held in [
        ([], None, 1, 1, True),
        (["minRating=3.5", "userCore=5", "itemCore=3"], 3.5, 5, 3, True),
        (["values=ratings", "validation=0", "test=0", "userCore=2"], None, 2, 1, False),
        (["target=latest", "minRating=2", "validation=0.3"], 2, 1, 1, True),
    ]:
        file = convert(path, *extra, *options)
        rows = frame if lowest is None else frame[frame.rating >= lowest]
        rows = cores(rows.drop_duplicates(["user", "item"], keep="last"), users, items)
        names = texts(file, "items")
        place = {item: i for i, item in enumerate(names)}
        by_user = {u: g for u, g in rows.groupby("user")}

        def dense(users):
            part = rows[rows.user.isin(users)]
            part = part[part.item.isin(place)]
            row = part.user.map({u: i for i, u in enumerate(users)})
            values = part.rating if "values=ratings" in options else np.ones(len(part))
            return sp.csr_matrix((values, (row, part.item.map(place))), shape=(len(users), len(names)))

        parts = ["train/", "validation/", "test/"] if held else [""]
        train = texts(file, parts[0] + "users")
        pairs = [("items", sorted(names), sorted(rows[rows.user.isin(train)].item.unique())),
                 ("x", matrix(file, parts[0] + "x"), dense(train))]
        seen = list(train)
        for part in parts[1:]:
            users_of = texts(file, part + "users")
            seen += users_of
            x, target = matrix(file, part + "x"), matrix(file, part + "target")
            pairs += [(part + "x + target", x + target, dense(users_of)),
                      (part + "disjoint", x.multiply(target).nnz, 0)]
            n = np.asarray((x + target).getnnz(axis=1))
            pairs.append((part + "share", target.getnnz(axis=1), np.maximum(1, (0.2 * n).astype(int))))
            if "target=latest" in options:
                for i, user in enumerate(users_of):
                    mine = by_user[user][by_user[user].item.isin(place)].set_index("item").time.astype(float)
                    given, asked = mine[[names[j] for j in x[i].indices]], mine[[names[j] for j in target[i].indices]]
                    pairs.append((f"{part} {user} latest", bool(given.max() <= asked.min()), True))
        left = set(by_user) - set(seen)
        enough = [u for u in left if by_user[u].item.isin(place).sum() >= 2]
        pairs += [("no user twice", len(set(seen)), len(seen)), ("users left out", enough, [])]
        check(f"{name} {' '.join(options)}", *pairs)


count = 3000
frame = pd.DataFrame({
    "user": [f"u{i}" for i in random.zipf(1.3, count) % 200],
    "item": [f"the \"{i}\", again" if i % 7 == 0 else f"i{i}" for i in random.zipf(1.3, count) % 150],
    "rating": random.integers(1, 11, count) / 2,
    "time": random.integers(0, 10**9, count).astype(str),
})
path = os.path.join(folder, "ratings.csv")
frame.rename(columns={"user": "userId", "item": "movieId", "time": "timestamp"}).to_csv(path, index=False)
interaction_cases("quoted CSV", path, frame)
path = os.path.join(folder, "ratings.dat")
open(path, "w").writelines(f"{r.user}::{r.item}::{r.rating:g}::{r.time}\r\n" for r in frame.itertuples())
interaction_cases("::", path, frame)
path = os.path.join(folder, "u.data")
frame[["time", "rating", "item", "user"]].to_csv(path, sep="\t", index=False, header=False)
interaction_cases("tabs without header", path, frame, "--format", "interactions", "columns=time,rating,item,user")

if data and os.path.isdir(data + "/text"):
    for name in ["penn_test", "penn_valid"]:
        text_cases(name, open(f"{data}/text/{name}.txt", encoding="utf-8").read().split("\n")[:-1])
if data and os.path.isdir(data + "/movielens_small"):
    path = data + "/movielens_small/ratings.csv.gz"
    frame = pd.read_csv(path, dtype={"userId": str, "movieId": str, "timestamp": str})
    frame.columns = ["user", "item", "rating", "time"]
    interaction_cases("MovieLens small", path, frame)
if data and os.path.isdir(data + "/20news"):
    file = convert(data + "/20news")
    words = [line.split()[0] for line in open(data + "/20news/vocab.new")]
    for part in ["train", "test"]:
        lines = gzip.open(f"{data}/20news/{part}.feat.gz", "rt").read().split("\n")[:-1]
        theirs, labels = sp.lil_matrix((len(lines), len(words)), dtype=np.float32), []
        for i, line in enumerate(lines):
            label, *pairs = line.split()
            labels.append(label)
            for pair in pairs:
                word, times = pair.split(":")
                theirs[i, int(word) - 1] += float(times)
        names = file[part + "/labels"].attrs["classes"]
        check(f"20 Newsgroups, {part}", ("x", matrix(file, part + "/x"), theirs.tocsr()),
              ("labels", [names[c] for c in file[part + "/labels"][:]], labels),
              ("vocabulary", texts(file, "vocabulary"), words))

print("all equal" if failures == 0 else f"{failures} cases differ")
sys.exit(failures != 0)
