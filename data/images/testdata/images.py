"""Writes the image files in images/ and images.json: their pixels as Pillow
decodes them, and sizes as Pillow's bilinear filter makes them.

    python3 images.py        (numpy 1.24, Pillow 9.4)
"""

import json
import numpy as np
from PIL import Image, ImageOps

rng = np.random.default_rng(7)


def smooth(h, w):
    y, x = np.mgrid[0:h, 0:w]
    planes = [np.sin(y / 3 + k) * np.cos(x / 4 - k) * 80 + 128 + rng.integers(-20, 21, (h, w)) for k in range(3)]
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


out = {"files": {}, "resize": []}


def save(name, image, gray, white=False, **options):
    image.save("images/" + name, **options)
    read = ImageOps.exif_transpose(Image.open("images/" + name))
    if white:
        read = read.convert("RGBA")
        read = Image.alpha_composite(Image.new("RGBA", read.size, "white"), read)
    mode = "L" if gray else "RGB"
    out["files"][name] = {"gray": gray, "shape": list(read.size[::-1]), "pixels": np.asarray(read.convert(mode)).ravel().tolist()}


rgb = smooth(9, 13)
save("color.png", Image.fromarray(rgb), False)
save("gray.png", Image.fromarray(rgb[..., 0]), True)
save("bilevel.png", Image.fromarray(rgb[..., 0] > 128), True)
save("palette.png", Image.fromarray(rgb).quantize(16), False)
save("palette.gif", Image.fromarray(rgb).quantize(16), False)
save("gray.gif", Image.fromarray(rgb[..., 0]), True)
alpha = np.dstack([rgb, (smooth(9, 13)[..., 0] // 2 * 2)])
save("alpha.png", Image.fromarray(alpha, "RGBA"), False, white=True)
save("color.jpg", Image.fromarray(rgb), False, quality=95, subsampling=0)
save("gray.jpg", Image.fromarray(rgb[..., 0]), True, quality=95)
for turn in range(1, 9):  # as cameras say how they were held; in both orders of bytes
    exif = Image.Exif()
    exif.endian = "<>"[turn % 2]
    exif[0x010E] = "a camera"
    exif[0x0112] = turn
    save("turn%d.jpg" % turn, Image.fromarray(rgb), False, quality=95, subsampling=0, exif=exif)

for size, to in [((9, 13), (9, 13)), ((9, 13), (5, 4)), ((9, 13), (20, 31)), ((16, 16), (4, 4)), ((5, 17), (11, 3)), ((1, 1), (3, 2)), ((7, 1), (2, 5))]:
    image = smooth(*size)
    small = Image.fromarray(image).resize(to[::-1], Image.BILINEAR)
    out["resize"].append({"from": size, "to": to, "image": image.ravel().tolist(), "want": np.asarray(small).ravel().tolist()})

json.dump(out, open("images.json", "w"))
