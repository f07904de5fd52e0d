"""Pictures of images and of the tokens that were kept, as SVG text."""

import base64
import html
import struct
import zlib

GAP = 8
CAPTION = 16
TEXT_WIDTH = 132
LONGEST_NAME = 13
STYLE = ("text{font-family:sans-serif;font-size:11px;fill:#333}"
         ".big{font-size:16px;font-weight:bold}.right{fill:#1a7f37}"
         ".wrong{fill:#c62828}.gone{fill:#cfd8e3;fill-opacity:.93}"
         "image{image-rendering:pixelated}")


def png(pixels):
    """Bytes of a PNG file of u8 [height, width, 1 or 3]."""
    height, width, channels = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8,
                         {1: 0, 3: 2}[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data
        + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header),
                           (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")))


def text(x, y, words, kind=""):
    """A line of text; `words` may hold any characters."""
    mark = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{mark}>{html.escape(str(words))}</text>'


def dropped(kept, size):
    """Path, in units of patches, over those that are not in `kept`."""
    left = set(kept)
    across = size.image_width // size.patch
    return "".join(f"M{patch % across} {patch // across}h1v1h-1z"
                   for patch in range(size.patches) if patch + 1 not in left)


def shortened(name):
    """A class name that fits beside the panels."""
    if len(name) <= LONGEST_NAME:
        return name
    return name[:LONGEST_NAME - 1] + "\u2026"


class Card:
    """A row: the image, the image after each selection, the prediction."""

    def __init__(self, picture, size, edge):
        self._picture = picture
        self._size = size
        self._scale = edge / max(size.image_height, size.image_width)
        self.panel_width = round(size.image_width * self._scale)
        self.panel_height = round(size.image_height * self._scale)
        self.width = ((1 + len(picture.stages)) * (self.panel_width + GAP)
                      + TEXT_WIDTH)
        self.height = self.panel_height + CAPTION + GAP

    def draw(self, x, y):
        """SVG text of the row with its upper left corner at (x, y)."""
        parts = [f'<g transform="translate({x} {y})">', self._image()]
        for stage, (block, kept) in enumerate(self._picture.stages, 1):
            parts.append(self._stage(stage, block, kept))
        parts.append(self._words(self.width - TEXT_WIDTH))
        return "".join(parts) + "</g>"

    def _name(self):
        return f"image{self._picture.index}"

    def _image(self):
        data = base64.b64encode(png(self._picture.pixels)).decode()
        return (f'<image id="{self._name()}" width="{self.panel_width}" '
                f'height="{self.panel_height}" preserveAspectRatio="none" '
                f'href="data:image/png;base64,{data}"/>'
                + text(0, self.panel_height + 12,
                       f"{self._size.patches} patches"))

    def _stage(self, stage, block, kept):
        x = stage * (self.panel_width + GAP)
        step = self._size.patch * self._scale
        return (f'<g transform="translate({x} 0)"><use href="#{self._name()}"/>'
                f'<path class="gone" transform="scale({step:g})" '
                f'd="{dropped(kept, self._size)}"/>'
                + text(0, self.panel_height + 12,
                       f"block {block}: {len(kept) - 1}") + "</g>")

    def _words(self, x):
        picture = self._picture
        kind = {None: "", True: "right", False: "wrong"}[picture.is_right]
        label = "not known" if picture.label is None else shortened(
            picture.label)
        return (text(x, 22, shortened(picture.predicted),
                     f"big {kind}".strip())
                + text(x, 42, f"label: {label}")
                + text(x, 58, f"image {picture.index}"))


def document(cards, columns, title):
    """A whole SVG file: a title, then the cards row by row."""
    width = columns * cards[0].width + (columns + 1) * GAP
    rows = -(-len(cards) // columns)
    height = rows * cards[0].height + CAPTION + 2 * GAP
    drawn = "\n".join(
        card.draw(GAP + index % columns * (card.width + GAP),
                  CAPTION + 2 * GAP + index // columns * card.height)
        for index, card in enumerate(cards))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}">\n'
            f"<style>{STYLE}</style>\n"
            f'<rect width="{width}" height="{height}" fill="#fff"/>\n'
            f"{text(GAP, CAPTION + 2, title)}\n{drawn}\n</svg>\n")
