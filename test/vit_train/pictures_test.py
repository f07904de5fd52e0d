"""Pictures and comparison of a run: what they show, and what is refused."""

import base64
import contextlib
import copy
import io
import json
import pathlib
import re
import struct
import tempfile
import unittest
import xml.etree.ElementTree
import zlib

import numpy as np

from vit.train import compare, package, pictures, svg

PACKAGES = pathlib.Path(__file__).resolve().parents[2] / "vit" / "packages"
DIGITS = str(PACKAGES / "digits.safetensors")
IMAGES = str(PACKAGES / "digits_test.safetensors")
KEPT = [None, [0, 1, 10, 64], [0, 10], [0], None, None]
SPACE = {"svg": "http://www.w3.org/2000/svg"}


def read_png(data):
    """Pixels [height, width] of a grey PNG without filters."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        check, = struct.unpack(">I", data[at + 8 + length:at + 12 + length])
        assert check == zlib.crc32(kind + body)
        chunks[kind] = body
        at += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8)
    rows = rows.reshape(height, 1 + width)
    assert not rows[:, 0].any()
    return rows[:, 1:]


class RunOfDigits(unittest.TestCase):
    """A made-up run: image 0 right, 1 wrong, 2 right."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.images = package.load_images(IMAGES)
        labels = self.images.labels.tolist()
        self.result = {
            "format": "vitvp-result", "package": {"name": "digits, seed 0"},
            "check": {"level": "none", "bit_exact": None,
                      "elements_compared": 0},
            "images": [{"index": index, "label": labels[index],
                        "predicted": (labels[index] + index % 2) % 10,
                        "kept_tokens": KEPT} for index in range(3)]}

    def command(self, main, *options, text=None):
        """(exit status, what it wrote to standard error)."""
        path = self.folder / "result.json"
        path.write_text(text or json.dumps(self.result), encoding="utf-8")
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(
                io.StringIO()):
            status = main([str(path), DIGITS, IMAGES, *options])
        return status, errors.getvalue()

    def draw(self, *options, text=None):
        return self.command(pictures.main, "--out", str(self.folder / "out"),
                            *options, text=text)

    def drawn(self, name):
        return xml.etree.ElementTree.parse(self.folder / "out" / name)


class PicturesTest(RunOfDigits):
    def test_cover_exactly_what_each_selection_dropped(self):
        self.assertEqual(self.draw()[0], 0)
        paths = self.drawn("image-1.svg").findall(".//svg:path", SPACE)
        covered = [set(re.findall(r"M(\d+) (\d+)h1v1h-1z", path.get("d")))
                   for path in paths]
        every = {(str(x), str(y)) for x in range(8) for y in range(8)}
        # Token 1 is the upper left patch, 10 the second of the second row.
        self.assertEqual([every - cells for cells in covered], [
            {("0", "0"), ("1", "1"), ("7", "7")}, {("1", "1")}, set()])

    def test_hold_the_pixels(self):
        self.draw("--index", "2")
        image = self.drawn("image-2.svg").find(".//svg:image", SPACE)
        data = base64.b64decode(image.get("href").split(",")[1])
        np.testing.assert_array_equal(read_png(data),
                                      self.images.images[2, :, :, 0])

    def test_say_prediction_and_label(self):
        self.draw()
        names = package.class_names(package.load(DIGITS))
        for index, kind in ((0, "right"), (1, "wrong")):
            page = self.drawn(f"image-{index}.svg")
            words = {entry.text: entry.get("class")
                     for entry in page.findall(".//svg:text", SPACE)}
            entry = self.result["images"][index]
            self.assertEqual(words[names[entry["predicted"]]], f"big {kind}")
            self.assertIn(f"label: {names[entry['label']]}", words)

    def test_index_draws_that_image_alone(self):
        self.draw("--index", "2")
        self.assertEqual([path.name for path
                          in (self.folder / "out").iterdir()],
                         ["image-2.svg"])

    def test_any_text_stays_text(self):
        words = "<b>&\"'</b>"
        page = xml.etree.ElementTree.fromstring(svg.text(0, 0, words))
        self.assertEqual(page.text, words)

    def test_sheet_shows_wrong_ones_up_to_half(self):
        def indices(wrong, right, count):
            some = [pictures.Picture(index, None, "a", "ab"[index < wrong],
                                     []) for index in range(wrong + right)]
            return [one.index for one in pictures.choose(some, count)]

        self.assertEqual(indices(2, 8, 6), [0, 1, 2, 4, 6, 8])
        self.assertEqual(indices(8, 8, 4), [0, 4, 8, 12])
        self.assertEqual(indices(8, 1, 4), [0, 2, 5, 8])
        self.assertEqual(indices(1, 1, 9), [0, 1])

    def test_sheet_is_one_file_of_all_cards(self):
        self.draw("--sheet", "2")
        page = self.drawn("sheet.svg")
        self.assertEqual(len(page.findall(".//svg:image", SPACE)), 2)


class RefusedTest(RunOfDigits):
    def refuse(self, message, *options, text=None):
        status, errors = self.draw(*options, text=text)
        self.assertEqual(status, 2)
        self.assertRegex(errors, message)
        self.assertFalse((self.folder / "out").exists())

    def test_what_is_no_result(self):
        self.refuse("no JSON", text="{")
        self.refuse("not the result.json", text="[]")
        self.refuse("not the result.json", text='{"format": "other"}')

    def test_a_run_of_another_package(self):
        self.result["package"]["name"] = "other"
        self.refuse("package 'other'.*digits.safetensors")

    def test_a_run_of_other_images(self):
        self.result["images"][2]["label"] += 1
        self.refuse("digits_test.safetensors: image 2 has label")
        self.result["images"][2]["index"] = 364
        self.refuse("has 364 images, the result is of image 364")

    def test_images_that_were_not_run(self):
        self.refuse("image 3 was not run", "--index", "3")
        self.result["images"] = []
        self.refuse("no image was run")

    def test_decisions_that_cannot_be(self):
        for block, kept in ((1, [0, 65]), (2, [0, 3]), (1, [1, 2]),
                            (1, [0, 2, 1]), (1, "0")):
            with self.subTest(kept=kept):
                saved = copy.deepcopy(self.result)
                entry = self.result["images"][1]
                entry["kept_tokens"] = list(KEPT)
                entry["kept_tokens"][block] = kept
                self.refuse("not the result.json.*")
                self.result = saved
        self.result["images"][0]["kept_tokens"] = KEPT[:5]
        self.refuse("has 5 blocks")


class CompareTest(RunOfDigits):
    def setUp(self):
        super().setUp()
        model = package.load(DIGITS)
        ours = compare.decisions(model, self.images.images[:3])
        for index, entry in enumerate(self.result["images"]):
            entry.update({key: ours[key][index] for key in compare.COMPARED})

    def test_equal_decisions_agree(self):
        self.assertEqual(self.command(compare.main), (0, ""))

    def test_one_other_token_is_a_difference(self):
        kept = self.result["images"][1]["kept_tokens"][3]
        spare = set(self.result["images"][1]["kept_tokens"][2]) - set(kept)
        kept[-1] = spare.pop()
        kept.sort()
        self.assertEqual(self.command(compare.main)[0], 1)
