"""Writes stored.npz, deflated.npz and one.npy, arrays of every type and order, and their numbers as golden.json."""
import json
import os

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
arrays = {"layer/kernel:0": np.arange(6, dtype="<f4").reshape(2, 3) / 7}
for kind in ["<f2", ">f2", ">f4", "<f8", ">f8", "i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8", "u1", "<u2", ">u4"]:
    arrays["type" + kind.replace("<", "_le_").replace(">", "_be_")] = (np.arange(5) * 3 % 7 - (0 if "u" in kind else 2)).astype(kind)
arrays["bool"] = np.array([True, False, True])
arrays["scalar"] = np.array(2.5, dtype="<f4")
arrays["empty"] = np.zeros((0, 3), dtype="<f4")
arrays["fortran"] = np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4))
arrays["one axis"] = np.arange(3, dtype="<f4")
np.savez(os.path.join(here, "stored.npz"), **arrays)
np.savez_compressed(os.path.join(here, "deflated.npz"), **arrays)
np.save(os.path.join(here, "one.npy"), arrays["fortran"])
golden = {k: {"shape": list(v.shape), "values": [float(x) for x in v.reshape(-1)]} for k, v in arrays.items()}
with open(os.path.join(here, "golden.json"), "w") as f:
    json.dump(golden, f, indent=1, sort_keys=True)
    f.write("\n")
