#!/usr/bin/env python3
"""Pictures, sounds, IDX, CIFAR and MATLAB files as other programs write them, imported and compared element by element.

    python3 -m venv venv && venv/bin/pip install numpy h5py scipy pillow soundfile
    venv/bin/python Tests/Peers/import_images.py .build/release/vae-dp [FOLDER OF THE POLYPHONIC .mat FILES]

Prints a line for each case; ends with 1 where one differs.
"""
import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile

import h5py
import numpy as np
import scipy.io
import scipy.sparse
import soundfile
from PIL import Image, ImageOps

program, failures = sys.argv[1], 0
random = np.random.default_rng(1)
scratch = tempfile.TemporaryDirectory()
root = pathlib.Path(scratch.name)


def run(source, *options):
    output = root / "out.h5"
    result = subprocess.run(
        [program, "data", "import", str(source), "-o", str(output), "--replace", *options],
        capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(result.stderr + result.stdout)
    return h5py.File(output)


def check(name, expected, found, tolerance=0):
    global failures
    expected, found = np.asarray(expected), np.asarray(found)
    if expected.shape != found.shape:
        failures += 1
        print(f"{name}: DIFFERS: shape {expected.shape}, imported {found.shape}")
        return
    difference = np.abs(expected.astype(np.float64) - found.astype(np.float64)).max() if expected.size else 0
    good = difference <= tolerance
    failures += not good
    print(f"{name}: {'equal' if difference == 0 else f'within {difference:g}' if good else f'DIFFERS by {difference:g}'}"
          f" {expected.shape} {found.dtype}")


def folder(name):
    path = root / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def picture(height, width, channels):
    """Smooth with some noise, so that JPEG is no special case."""
    y, x = np.mgrid[:height, :width]
    planes = [127 + 80 * np.sin(x / (7 + c) + c) * np.cos(y / (9 + c)) + random.normal(0, 12, (height, width))
              for c in range(channels)]
    values = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return values[..., 0] if channels == 1 else values


def case(name, image, suffix, expected=None, tolerance=0, options=(), **save):
    """One picture in a folder of its own."""
    path = folder(name) / f"a.{suffix}"
    image.save(path, **save)
    with Image.open(path) as read:
        expected = np.asarray(read) if expected is None else expected(read)
    check(name, expected[None], run(path.parent, *options)["images"], tolerance)


def turned(values, orientation):
    way = {2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE,
           6: Image.ROTATE_270, 7: Image.TRANSVERSE, 8: Image.ROTATE_90}.get(orientation)
    image = Image.fromarray(values)
    return np.asarray(image.transpose(way) if way is not None else image)


rgb = lambda read: np.asarray(read.convert("RGB"))
grey, colour, alpha = picture(61, 47, 1), picture(61, 47, 3), picture(61, 47, 4)

# PNG
case("png grey", Image.fromarray(grey), "png")
case("png colour", Image.fromarray(colour), "png")
case("png interlaced by hand: palette", Image.fromarray(colour).convert("P"), "png", rgb)
case("png one bit", Image.fromarray(grey > 99), "png", lambda read: np.asarray(read.convert("L")))
case("png gamma is passed over", Image.fromarray(colour), "png", gamma=1.0)
sixteen = random.integers(0, 65536, (61, 47)).astype(np.uint16)
case("png 16 bits", Image.fromarray(sixteen), "png", lambda read: np.round(sixteen / 257.0).astype(np.uint8))


def on_white(read):
    values = np.asarray(read.convert("RGBA")).astype(int)
    a = values[..., 3:]
    return ((values[..., :3] * a + 127) // 255 + 255 - a).clip(0, 255)


case("png alpha on white", Image.fromarray(alpha, "RGBA"), "png", on_white)
white = Image.new("RGBA", (47, 61), "white")
case("png alpha on white, by Pillow", Image.fromarray(alpha, "RGBA"), "png",
     lambda read: np.asarray(Image.alpha_composite(white, read).convert("RGB")), 1)

# JPEG
for quality in (30, 90):
    for sampling in (0, 1, 2):
        case(f"jpeg colour {quality} sampling {sampling}", Image.fromarray(colour), "jpg", quality=quality,
             subsampling=sampling)
case("jpeg progressive", Image.fromarray(colour), "jpg", quality=80, progressive=True)
case("jpeg grey", Image.fromarray(grey), "jpg", quality=85)
case("jpeg cmyk", Image.fromarray(colour).convert("CMYK"), "jpg", rgb, quality=95)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x112] = orientation
    case(f"jpeg orientation {orientation}", Image.fromarray(colour), "jpg",
         lambda read: np.asarray(ImageOps.exif_transpose(read)), quality=90, exif=exif)
    case(f"png orientation {orientation}", Image.fromarray(colour), "png",
         lambda read: np.asarray(ImageOps.exif_transpose(read)), exif=exif)
    case(f"tiff orientation {orientation}", Image.fromarray(colour), "tif",
         lambda read: turned(colour, orientation), tiffinfo={274: orientation})


# TIFF
for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits"):
    case(f"tiff colour {compression}", Image.fromarray(colour), "tiff", compression=compression)
case("tiff grey", Image.fromarray(grey), "tiff")
case("tiff one bit, fax", Image.fromarray(grey > 99), "tif", lambda read: np.asarray(read.convert("L")), compression="group4")
case("tiff palette", Image.fromarray(colour).convert("P"), "tif", rgb)
case("tiff 16 bits", Image.fromarray(sixteen), "tif", lambda read: sixteen >> 8)

# Netpbm
case("pgm", Image.fromarray(grey), "pgm")
case("ppm", Image.fromarray(colour), "ppm")
case("pbm", Image.fromarray(grey > 99), "pbm", lambda read: np.asarray(read.convert("L")))
path = folder("pgm text")
np.savetxt(path / "a.pgm", grey, fmt="%d", header=f"P2\n47 61\n255", comments="")
check("pgm text", grey[None], run(path)["images"])

# Grey, sizes, classes, parts
case("grey of colours", Image.fromarray(colour), "png", lambda read: np.asarray(read.convert("L")), options=["grey=true"])
big = picture(96, 128, 3)
case("half", Image.fromarray(big), "png", lambda read: np.asarray(read.resize((64, 48), Image.BOX)), 1,
     options=["size=[48,64]"])
case("centre", Image.fromarray(big), "png",
     lambda read: np.asarray(read.crop((16, 0, 112, 96)).resize((32, 32), Image.BOX)), 1, options=["size=32"])
case("larger", Image.fromarray(big), "png", lambda read: np.asarray(read.resize((300, 200), Image.BILINEAR)), 1,
     options=["size=[200,300]", "crop=none"])


def area(values, height, width):
    """Exact means over areas, by matrices of coverage."""
    def coverage(count, new):
        edges = np.arange(new + 1) * (count / new)
        low, high = edges[:-1, None], edges[1:, None]
        i = np.arange(count)[None]
        return np.clip(np.minimum(high, i + 1) - np.maximum(low, i), 0, None) * (new / count)
    rows, columns = coverage(values.shape[0], height), coverage(values.shape[1], width)
    return np.floor(np.einsum("yi,xj,ijc->yxc", rows, columns, values.astype(float)) + 0.5)


case("areas of fractions", Image.fromarray(big), "png", lambda read: area(big, 37, 50), 1,
     options=["size=[37,50]", "crop=none"])
tree = folder("tree")
expected = {}
for part in ("train", "test"):
    for number in range(300):
        values = picture(16, 16, 3)
        label = ["cat", "dog", "owl"][number % 3]
        (tree / part / label).mkdir(parents=True, exist_ok=True)
        Image.fromarray(values).save(tree / part / label / f"{number:04}.{['png', 'jpg', 'tif'][number % 3]}")
for part in ("train", "test"):
    files = sorted(p for p in (tree / part).rglob("*") if p.is_file())
    expected[part] = (np.stack([np.asarray(Image.open(p)) for p in files]),
                      [["cat", "dog", "owl"].index(p.parent.name) for p in files],
                      [str(p.relative_to(tree / part)) for p in files])
output = run(tree)
for part, (images, labels, names) in expected.items():
    check(f"tree {part} images", images, output[f"{part}/images"])
    check(f"tree {part} labels", labels, output[f"{part}/labels"])
    failures += names != list(output[f"{part}/names"].asstr())

# IDX
for code, kind in [(8, ">u1"), (9, ">i1"), (0xB, ">i2"), (0xC, ">i4"), (0xD, ">f4"), (0xE, ">f8")]:
    values = (random.normal(0, 50, (5, 3, 4)) if "f" in kind else random.integers(-100 if "i" in kind else 0, 100, (5, 3, 4))).astype(kind)
    path = root / f"a{code}.idx"
    path.write_bytes(bytes([0, 0, code, 3]) + np.array(values.shape, ">u4").tobytes() + values.tobytes())
    check(f"idx {kind}", values, run(path)["images" if kind == ">u1" else "x"])

# CIFAR
records = random.integers(0, 256, (6, 7, 3073)).astype(np.uint8)
records[..., 0] %= 10
names = "airplane automobile bird cat deer dog frog horse ship truck".split()
archive = root / "cifar-10-binary.tar.gz"
with tarfile.open(archive, "w:gz") as tar:
    files = {f"data_batch_{i + 1}.bin": records[i].tobytes() for i in (4, 2, 0, 1, 3)}
    files |= {"test_batch.bin": records[5].tobytes(), "batches.meta.txt": "\n".join(names + [""]).encode(), "readme.html": b"<p>"}
    for name, content in files.items():
        member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
with tarfile.open(archive) as tar:
    tar.extractall(root / "cifar", filter="data")
for source in (archive, root / "cifar/cifar-10-batches-bin"):
    output = run(source)
    train = records[:5].reshape(-1, 3073)
    check(f"cifar {source.name} images", train[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), output["train/images"])
    check(f"cifar {source.name} labels", records[5][:, 0], output["test/labels"])
    failures += list(output["test/labels"].attrs["classes"]) != names

# WAV
sound = np.clip(random.normal(0, 0.3, (8000, 2)), -1, 1)
for kind in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"):
    for form in ("WAV", "WAVEX"):
        path = root / f"{kind}{form}.wav"
        soundfile.write(path, sound, 16000, subtype=kind, format=form)
        read, rate = soundfile.read(path, dtype="float32", always_2d=True)
        output = run(path, "length=1000", "stride=500")
        windows = np.stack([read[i:i + 1000] for i in range(0, 7001, 500)])
        check(f"wav {kind} {form}", windows, output["x"])
        failures += output["x"].attrs["sampleRate"] != rate
check("wav mean", windows.mean(-1, dtype=np.float32), run(path, "length=1000", "stride=500", "channels=mean")["x"], 1e-7)
scipy.io.wavfile.write(root / "one.wav", 8000, (sound[:, 0] * 32767).astype(np.int16))
check("wav by scipy", scipy.io.wavfile.read(root / "one.wav")[1][None] / np.float32(32768), run(root / "one.wav")["x"])
sounds = folder("sounds")
for name in ("no/a", "yes/b", "yes/c"):
    (sounds / name).parent.mkdir(exist_ok=True)
    soundfile.write(sounds / f"{name}.wav", sound[:2500, 0], 16000, subtype="PCM_16")
output = run(sounds, "length=1000")
check("wav folder labels", [0, 0, 1, 1, 1, 1], output["labels"])
check("wav folder files", [0, 0, 1, 1, 2, 2], output["file"])

# MATLAB
kinds = ["float64", "float32", "uint8", "int8", "int16", "uint16", "int32", "uint32", "int64"]
for form, compress in (("5", False), ("5", True), ("4", False)):
    for kind in kinds if form == "5" else ["float64", "float32", "uint8", "int16", "uint16", "int32"]:
        shape = (7, 5) if form == "4" else (7, 5, 2)
        values = (random.normal(0, 30, shape) if "float" in kind else random.integers(-100 if kind[0] == "i" else 0, 100, shape)).astype(kind)
        path = root / "a.mat"
        options = {} if form == "4" else {"do_compression": compress}
        scipy.io.savemat(path, {"X": values, "y": np.arange(7)[:, None].astype(float), "word": "text", "side": np.ones((1, 7))},
                         format=form, **options)
        output = run(path)
        name = "images" if "images" in output else "x"
        check(f"mat {form} {kind}{' compressed' if compress else ''}", values, output[name])
        check("    labels", np.arange(7), output["labels"])
        check("    a vector that lies", np.ones(7), output["side"])
values = random.integers(0, 256, (4, 5, 3, 6)).astype(np.uint8)
scipy.io.savemat(root / "a.mat", {"X": values, "y": np.arange(6)[:, None].astype(np.uint8)})
output = run(root / "a.mat", "examples=last")
check("mat pictures, examples last", values.transpose(3, 0, 1, 2), output["images"])
check("    labels", np.arange(6), output["labels"])
sparse = scipy.sparse.random(40, 30, 0.1, format="csc", random_state=2)
for form in ("5", "4"):
    scipy.io.savemat(root / "a.mat", {"fea": sparse, "gnd": np.arange(40)[:, None]}, format=form)
    output = run(root / "a.mat")
    matrix = scipy.sparse.csr_matrix((output["x/data"][:], output["x/indices"][:], output["x/indptr"][:]), output["x"].attrs["shape"])
    check(f"mat {form} sparse", sparse.toarray().astype(np.float32), matrix.toarray())
output = run(root / "a.mat", "examples=last")
matrix = scipy.sparse.csr_matrix((output["x/data"][:], output["x/indices"][:], output["x/indptr"][:]), output["x"].attrs["shape"])
check("mat sparse, examples last", sparse.toarray().T.astype(np.float32), matrix.toarray())
for path in sorted(pathlib.Path(sys.argv[2]).glob("*.mat")) if len(sys.argv) > 2 else []:
    output, data = run(path), scipy.io.loadmat(path)
    for part in ("train", "valid", "test"):
        cells = data[f"{part}data"].ravel()
        check(f"{path.name} {part}", np.concatenate(cells), output[f"{part}/x"])
        check("    sequence", np.repeat(np.arange(len(cells)), [len(c) for c in cells]), output[f"{part}/sequence"])

print("all equal" if failures == 0 else f"{failures} differ")
sys.exit(failures != 0)
