"""Small HDF5 and IDX files that tests mutate or refuse. Run in this folder: python make.py

bad-attribute.h5 and endless-attribute.h5 are mutants of seed-contiguous.h5 that `make fuzz` found.
"""
import gzip
import struct
import zlib

import h5py
import numpy as np

images = (np.arange(12 * 36) * 7919 % 251).astype(np.uint8).reshape(12, 6, 6)


def file(name, libver=("earliest", "v110")):
    return h5py.File(name, "w", libver=libver)


with file("seed-contiguous.h5") as f:
    d = f.create_dataset("train/images", data=images)
    d.attrs["layout"], d.attrs["scale"] = "NHWC", 1 / 255
with file("seed-chunked.h5") as f:
    f.create_dataset("train/images", data=images, chunks=(5, 6, 6), compression="gzip", shuffle=True)
with file("seed-tiles.h5") as f:
    f.create_dataset("train/images", data=images / np.float32(255), chunks=(4, 4, 4),
                     compression="gzip", fletcher32=True)
with file("seed-latest.h5", ("latest", "latest")) as f:
    f.create_dataset("train/images", data=images.astype(">f8"), chunks=(5, 6, 6), maxshape=(None, 6, 6))
    f["alias"] = h5py.SoftLink("/train/images")
with file("seed-compact.h5") as f:
    space = h5py.h5s.create_simple((12, 36))
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    group = f.create_group("train")
    h5py.h5d.create(group.id, b"images", h5py.h5t.STD_U8LE, space, plist).write(
        h5py.h5s.ALL, h5py.h5s.ALL, images.reshape(12, 36))
# libhdf5 1.10 reads past the end of a chunk that unpacks to less than it should.
with file("short-chunk.h5") as f:
    d = f.create_dataset("train/images", shape=(40, 1 << 20), chunks=(40, 1 << 19), dtype="u1",
                         compression="gzip")
    for column in (0, 1 << 19):
        d.id.write_direct_chunk((0, column), zlib.compress(bytes(range(256)) * 200, 0))
with file("control.h5") as f:
    f.create_dataset("train/im\x1b[31mages", data=images)

idx = struct.pack(">4B3I", 0, 0, 8, 3, 4, 3, 5) + bytes(range(60))
for name, level in (("plain.gz", 9), ("stored.gz", 0)):
    with open(name, "wb") as f:
        f.write(gzip.compress(idx, level, mtime=0))
# Says 2^31 − 1 elements and holds 64 MiB of zeros: 64 KiB.
with open("bomb.gz", "wb") as f:
    f.write(gzip.compress(struct.pack(">4BI", 0, 0, 8, 1, (1 << 31) - 1) + bytes(1 << 26), 9, mtime=0))
