"""Evaluations with the built executable: the platform as a run has it, the
reference alone, folders of pictures, and careless users.

    eval_test.py VITVP SOURCE_DIR [unittest options]
"""

import collections
import csv
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

VITVP, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
del sys.argv[1:3]
SCENARIO = SOURCE / "scenarios/digits.yaml"
PACKAGES = SOURCE / "vit/packages"
SOME = ("--set", "images.limit=6")
EDGE = 32


def vitvp(*arguments):
    """(exit status, standard output, standard error)."""
    done = subprocess.run([VITVP, *map(str, arguments)], capture_output=True,
                          text=True, check=False, timeout=250)
    return done.returncode, done.stdout, done.stderr


def read_set(path):
    """(header, data) of a safetensors file."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + length]), data[8 + length:]


def write_set(path, header, data):
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def tensor(header, data, name):
    begin, end = header[name]["data_offsets"]
    return data[begin:end]


def png(pixels, width):
    """A grey PNG of rows of `width` bytes."""
    def chunk(name, body):
        return (struct.pack(">I", len(body)) + name + body
                + struct.pack(">I", zlib.crc32(name + body)))

    rows = b"".join(b"\0" + pixels[at:at + width]
                    for at in range(0, len(pixels), width))
    size = struct.pack(">II", width, len(pixels) // width)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\0\0\0\0")
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Evaluation(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.count = 0

    def out(self, command, *arguments, scenario=SCENARIO):
        """Folder with the files of a command that must hold."""
        self.count += 1
        folder = self.folder / f"out{self.count}"
        status, text, errors = vitvp(command, scenario, "--out", folder,
                                     *arguments)
        self.assertEqual(status, 0, text + errors)
        return folder

    def result(self, *arguments):
        return json.loads((self.out(*arguments) / "result.json").read_text())

    def table(self, folder, name):
        with open(folder / name, newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))


class BackendTest(Evaluation):
    def test_platform_gives_the_result_of_a_run(self):
        texts = []
        for command in (("run",), ("eval",), ("eval", "--platform")):
            folder = self.out(*command, *SOME)
            text = (folder / "result.json").read_text()
            texts.append(text[:text.index('"wall_seconds"')])
        self.assertEqual(texts[0], texts[1])
        self.assertEqual(texts[0], texts[2])

    def test_reference_agrees_with_the_platform_on_every_digit(self):
        platform = self.result("eval", "-j", "2")
        reference = self.result("eval", "--reference", "-j", "2")
        self.assertEqual(len(reference["images"]), 364)
        self.assertEqual(platform["backend"], "platform")
        self.assertEqual(reference["backend"], "reference")
        self.assertEqual(reference["check"]["bit_exact"], None)
        for result in (platform, reference):
            for image in result["images"]:
                image.pop("cycles")
        for key in ("images", "digest", "accuracy", "macs", "ffn2", "package"):
            self.assertEqual(platform[key], reference[key], key)

        def shape(tree):
            return ({key: shape(value) for key, value in tree.items()}
                    if isinstance(tree, dict) else None)
        for key in ("cycles", "engines", "host_cpu", "dram", "sram", "host"):
            self.assertEqual(shape(platform[key]), shape(reference[key]), key)

    def test_result_of_the_reference_follows_the_schema(self):
        folder = self.out("eval", "--reference", *SOME)
        try:
            # pylint: disable=import-outside-toplevel,unused-import
            import jsonschema  # noqa: F401
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        done = subprocess.run(
            [sys.executable, SOURCE / "test/platform/result_schema_test.py",
             SOURCE / "docs", folder / "result.json"],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_threads_change_nothing(self):
        for backend in ("--reference", "--platform"):
            found = []
            for threads in (1, 2, 5):
                folder = self.out("eval", backend, "-j", threads, *SOME)
                result = json.loads((folder / "result.json").read_text())
                self.assertEqual(result.pop("host")["threads"], threads)
                found.append((result, *(
                    (folder / name).read_text() for name in (
                        "per_image.csv", "per_class.csv", "confusion.csv"))))
            self.assertEqual(found[0], found[1])
            self.assertEqual(found[0], found[2])


class TablesTest(Evaluation):
    def test_tables_are_those_of_the_result(self):
        folder = self.out("eval", "--reference")
        images = json.loads((folder / "result.json").read_text())["images"]
        pairs = collections.Counter((image["label"], image["predicted"])
                                    for image in images)
        for row in self.table(folder, "confusion.csv"):
            for predicted in range(10):
                self.assertEqual(int(row[str(predicted)]),
                                 pairs[int(row["label"]), predicted])
        classes = self.table(folder, "per_class.csv")
        self.assertEqual([row["name"] for row in classes][:3],
                         ["zero", "one", "two"])
        for label, row in enumerate(classes):
            right = pairs[label, label]
            count = sum(pairs[label, other] for other in range(10))
            claimed = sum(pairs[other, label] for other in range(10))
            self.assertEqual((int(row["images"]), int(row["right"]),
                              int(row["predicted"])), (count, right, claimed))
            self.assertAlmostEqual(float(row["recall"]), right / count)
            self.assertAlmostEqual(float(row["precision"]), right / claimed)
        rows = self.table(folder, "per_image.csv")
        self.assertEqual(len(rows), 364)
        for row, image in zip(rows, images):
            self.assertEqual(int(row["index"]), image["index"])
            self.assertEqual(int(row["label"]), image["label"])
            self.assertEqual(int(row["predicted"]), image["predicted"])
            self.assertEqual(int(row["right"]),
                             int(image["label"] == image["predicted"]))
            for block in range(6):
                self.assertEqual(int(row[f"tokens_{block}"]),
                                 image["tokens_per_block"][block])
                self.assertEqual(
                    int(row[f"live_{block}"]),
                    image["live_ffn2_channels_per_block"][block])


class FolderTest(Evaluation):
    def setUp(self):
        super().setUp()
        header, data = read_set(PACKAGES / "digits_test.safetensors")
        pixels = tensor(header, data, "images")
        count = header["labels"]["shape"][0]
        self.labels = struct.unpack(f"<{count}i",
                                    tensor(header, data, "labels"))
        self.pictures = [png(pixels[at:at + EDGE * EDGE], EDGE)
                         for at in range(0, len(pixels), EDGE * EDGE)]
        self.names = json.loads(read_set(PACKAGES / "digits.safetensors")[0][
            "__metadata__"]["class_names"])

    def write(self, count, named):
        """A folder of the first pictures, by class if `named`."""
        root = self.folder / "pictures"
        for index in range(count):
            path = (root / self.names[self.labels[index]] if named else root)
            path.mkdir(parents=True, exist_ok=True)
            (path / f"{index:03}.png").write_bytes(self.pictures[index])
        return root

    def test_all_digits_as_pictures_are_predicted_alike(self):
        expected = self.result("eval", "--reference")
        root = self.write(364, True)
        folder = self.out("eval", "--reference", "--images", root)
        found = json.loads((folder / "result.json").read_text())
        self.assertEqual(found["accuracy"], expected["accuracy"])
        rows = self.table(folder, "per_image.csv")
        self.assertEqual(len(rows), 364)
        for row, image in zip(rows, found["images"]):
            path = pathlib.Path(row["file"])
            self.assertTrue((root / path).is_file())
            same = expected["images"][int(path.stem)]
            for key in ("label", "predicted", "logits",
                        "live_ffn2_channels_per_block"):
                self.assertEqual(image[key], same[key])

    def test_platform_takes_pictures_too_and_so_does_run(self):
        root = self.write(5, True)
        (self.folder / "s.yaml").write_text(
            f"package: {PACKAGES}/digits.safetensors\n"
            "images: {path: pictures}\n")
        by_option = self.out("eval", "--images", root)
        by_key = self.out("run", scenario=self.folder / "s.yaml")
        images = [json.loads((folder / "result.json").read_text())["images"]
                  for folder in (by_option, by_key)]
        self.assertEqual(images[0], images[1])
        self.assertEqual(len(images[0]), 5)

    def test_pictures_without_classes_have_no_accuracy(self):
        root = self.write(3, False)
        status, text, _ = vitvp("eval", SCENARIO, "--reference", "--images",
                                root)
        self.assertEqual(status, 0)
        self.assertIn("no labels", text)
        self.assertNotIn("accuracy", text)
        found = self.result("eval", "--reference", "--images", root)
        self.assertIsNone(found["accuracy"])
        self.assertEqual([image["predicted"] for image in found["images"]],
                         [image["predicted"] for image in self.result(
                             "eval", "--reference", "--set",
                             "images.limit=3")["images"]])

    def test_one_picture(self):
        root = self.write(1, False)
        found = self.result("eval", "--reference", "--images",
                            root / "000.png")
        self.assertEqual(len(found["images"]), 1)

    def test_pictures_of_other_sizes_are_scaled(self):
        # 64 x 96: every pixel twice, and a margin that is cut away.
        pixels = tensor(*read_set(PACKAGES / "digits_test.safetensors"),
                        "images")[:EDGE * EDGE]
        rows = []
        for at in range(0, len(pixels), EDGE):
            row = b"".join(bytes([value]) * 2
                           for value in pixels[at:at + EDGE])
            rows += [bytes(16) + row + bytes(16)] * 2
        root = self.folder / "pictures"
        root.mkdir()
        (root / "large.png").write_bytes(png(b"".join(rows), 96))
        found = self.result("eval", "--reference", "--images", root)
        self.assertEqual(found["images"][0]["predicted"], self.labels[0])


class CarelessTest(Evaluation):
    def refused(self, expected, *arguments, scenario=SCENARIO):
        """Both backends: status 2, one line, and no file in --out."""
        for backend in ("--reference", "--platform"):
            out = self.folder / "refused"
            status, text, errors = vitvp("eval", scenario, backend, "--out",
                                         out, *arguments)
            self.assertEqual(status, 2, text + errors)
            self.assertEqual(text, "")
            self.assertRegex(errors, expected)
            self.assertEqual(errors.count("\n"), 1, errors)
            if out.exists():
                self.assertEqual(list(out.iterdir()), [])

    def picture(self, name, data):
        path = self.folder / "pictures" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return self.folder / "pictures"

    def test_empty_folders(self):
        root = self.folder / "pictures"
        root.mkdir()
        self.refused("pictures: holds no picture", "--images", root)
        (root / "one").mkdir()
        self.refused("pictures/one: holds no picture", "--images", root)

    def test_files_that_are_no_pictures(self):
        root = self.picture("a.png", b"just some text\n")
        self.refused("a.png: is neither PNG nor JPEG", "--images", root)
        (root / "a.png").write_bytes(b"")
        self.refused("a.png: is empty", "--images", root)

    def test_truncated_pictures(self):
        root = self.picture("a.png", png(bytes(1024), 32)[:60])
        self.refused("a.png: is a damaged PNG", "--images", root)
        (root / "a.png").unlink()
        jpeg = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")
        root = self.picture("b.jpg", jpeg)
        self.refused("b.jpg: is a damaged JPEG", "--images", root)

    def test_unknown_classes(self):
        root = self.picture("tow/a.png", png(bytes(1024), 32))
        self.refused("pictures/tow: is no class .*did you mean 'two'",
                     "--images", root)

    def test_image_sets_of_another_size(self):
        images = PACKAGES / "clutter_test.safetensors"
        self.refused("clutter_test.safetensors: .*64x64x1; the network takes "
                     "32x32x1", "--images", images)

    def test_labels_out_of_range(self):
        header, data = read_set(PACKAGES / "digits_test.safetensors")
        begin, _ = header["labels"]["data_offsets"]
        path = self.folder / "labels.safetensors"
        write_set(path, header, data[:begin] + struct.pack("<i", 10)
                  + data[begin + 4:])
        self.refused("labels.safetensors: tensor 'labels': label of image 0 "
                     "is 10; use -1 .unknown. or 0..9", "--images", path)

    def test_single_files_that_are_no_pictures(self):
        root = self.picture("a.PNG", b"just some text\n")
        self.refused("a.PNG: is neither PNG nor JPEG", "--images",
                     root / "a.PNG")
        root = self.picture("a.gif", b"GIF89a")
        self.refused("a.gif: is neither PNG nor JPEG; convert it", "--images",
                     root / "a.gif")

    def test_files_that_are_no_image_sets(self):
        path = self.folder / "notes.txt"
        path.write_text("hello\n")
        self.refused("notes.txt: ", "--images", path)
        self.refused("--images: no such file or folder", "--images",
                     self.folder / "none")

    def test_nonsense_threads(self):
        for text in ("0", "-1", "65", "1.5", "two", "99999999999999999999"):
            self.refused("--jobs: .*use 1..64", f"-j{text}")

    def test_images_behind_the_last(self):
        self.refused("images.first: 364 is behind the last of 364 images",
                     "--set", "images.first=364")

    def test_folder_that_cannot_be_written(self):
        path = self.folder / "file"
        path.write_text("x")
        status, _, errors = vitvp("eval", SCENARIO, "--reference", "--out",
                                  path)
        self.assertEqual(status, 2)
        self.assertIn("--out", errors)


if __name__ == "__main__":
    unittest.main()
